import Config
import Foundation
import Model
import Testing

@testable import Rules

/// Mistakes that people make in rule files, a folder each: `input.yaml`, and in `expected.txt` what `waypost check` says of it, with the
/// place and the remedy.
///
/// With `WAYPOST_WRITE_CASES=1` in the environment `expected.txt` is written instead of compared; read the difference before you keep it.
struct MistakeTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Mistakes")

  static let names: [String] = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()

  /// Beside what cases have, something to write to.
  static let catalogue: SignalCatalogue = {
    var catalogue = RuleCase.catalogue
    catalogue.devices.append(Scene.cab)
    return catalogue
  }()

  @Test func thereAreMany() { #expect(Self.names.count >= 60) }

  @Test(arguments: names)
  func aMistakeIsToldAtItsPlaceWithTheRemedy(_ name: String) throws {
    let folder = Self.folder.appendingPathComponent(name)
    let file = SourceFile(
      path: "rules.yaml", bytes: Array(try Data(contentsOf: folder.appendingPathComponent("input.yaml"))))
    var diagnostics = Diagnostics()
    var sources = [file]
    _ = RuleSet.load(
      rules: [file], zones: [], catalogue: Self.catalogue,
      readFile: { path, _ throws(Diagnostic) in
        let named = try SourceFile.read(path: folder.appendingPathComponent(path).path, displayPath: path)
        sources.append(named)
        return named
      }, diagnostics: &diagnostics)
    let renderer = DiagnosticRenderer(sources: sources)
    let output = diagnostics.sorted().map { renderer.text($0, color: false) + "\n" }.joined()
    #expect(!output.isEmpty)
    #expect(diagnostics.all.allSatisfy { $0.help != nil }, "each has a remedy")
    let expected = folder.appendingPathComponent("expected.txt")
    if ProcessInfo.processInfo.environment["WAYPOST_WRITE_CASES"] == "1" {
      try Data(output.utf8).write(to: expected)
      return
    }
    #expect(try output == String(contentsOf: expected, encoding: .utf8))
  }
}
