import Config
import Foundation
import Model
import Testing

@testable import Rules

/// The files of `rules/` that ship with the package.
struct ShippedRulesTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("rules")

  static let files: [SourceFile] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().filter { $0.hasSuffix(".yaml") }.compactMap { name in
      (try? Data(contentsOf: folder.appendingPathComponent(name))).map { SourceFile(path: name, bytes: Array($0)) }
    }
  }()

  static func load(_ file: SourceFile, _ diagnostics: inout Diagnostics) -> RuleSet? {
    RuleSet.load(
      rules: [file], zones: [], catalogue: Scene.catalogue,
      readFile: { path, _ throws(Diagnostic) in
        throw Diagnostic(severity: .error, code: "none", message: path, span: nil)
      },
      diagnostics: &diagnostics)
  }

  @Test func thereAreSome() { #expect(!Self.files.isEmpty) }

  @Test(arguments: files)
  func loadsWithoutARemark(_ file: SourceFile) {
    var diagnostics = Diagnostics()
    #expect(Self.load(file, &diagnostics) != nil)
    #expect(diagnostics.isEmpty, "\(diagnostics.all)")
  }

  @Test func depotVisitsTellsOfATripFromTheDepotToTheCustomer() throws {
    let file = try #require(Self.files.first { $0.path == "depot-visits.yaml" })
    var diagnostics = Diagnostics()
    let rules = try #require(Self.load(file, &diagnostics))
    var engine = RuleEngine(rules: rules, engine: "abc123", state: [], time: .zero)
    // At 10 m/s from the depot through the customer's yard.
    let effects = engine.run(
      (0..<70).map { Scene.fix(Double($0), east: Double($0) * 10, north: 60, speed: 10, course: 90) })
    let told = effects.events.map { event in
      switch event.content {
      case .geofence(let fence): "\(fence.kind) \(fence.zone)"
      case .general(let general): general.type
      }
    }
    #expect(told == ["exit depot", "trip_started", "entry customer", "exit customer"])
    #expect(effects.positions.count == 7, "at the start, and every 100 m")
  }
}
