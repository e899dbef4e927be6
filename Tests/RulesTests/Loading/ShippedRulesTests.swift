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

  /// What `rules/devices.d` declares, whose reader this target doesn't know; GatewayTests read the files themselves.
  static let catalogue = SignalCatalogue(
    devices: [
      .init(name: "gps", givesPosition: true, staleAfter: .seconds(5)),
      device("genset", [("power", .number)]), device("reefer", [("temperature", .number)]),
      device("tank", [("level", .number)]),
      device("truck", [("ignition", .boolean), ("door_open", .boolean), ("battery", .number)]),
    ], positionDevice: "gps")

  private static func device(
    _ name: String, _ metrics: [(name: String, kind: SignalCatalogue.Metric.Kind)]
  ) -> SignalCatalogue.Device {
    .init(
      name: name, givesPosition: false, metrics: metrics.map { .init(name: $0.name, kind: $0.kind, unit: nil) },
      staleAfter: .seconds(10))
  }

  static func load(_ file: SourceFile, _ diagnostics: inout Diagnostics) -> RuleSet? {
    RuleSet.load(
      rules: [file], zones: [], catalogue: catalogue,
      readFile: { path, _ throws(Diagnostic) in
        try SourceFile.read(path: folder.appendingPathComponent(path).path)
      },
      diagnostics: &diagnostics)
  }

  @Test func thereAreMoreThanTen() { #expect(Self.files.count > 10) }

  @Test(arguments: files)
  func loadsWithoutARemark(_ file: SourceFile) {
    var diagnostics = Diagnostics()
    #expect(Self.load(file, &diagnostics) != nil)
    #expect(diagnostics.isEmpty, "\(diagnostics.all)")
  }
}
