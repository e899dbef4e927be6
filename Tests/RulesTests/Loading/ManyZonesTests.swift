import Config
import Foundation
import Testing

@testable import Rules

/// Files with more zones, or more faults, than anybody would look at one by one.
struct ManyZonesTests {
  private func load(_ files: [SourceFile]) -> (rules: RuleSet?, diagnostics: Diagnostics) {
    var diagnostics = Diagnostics()
    let rules = RuleSet.load(
      rules: [], zones: files, catalogue: Scene.catalogue,
      readFile: { path, _ throws(Diagnostic) in
        throw Diagnostic(severity: .error, code: "none", message: path, span: nil)
      }, diagnostics: &diagnostics)
    return (rules, diagnostics)
  }

  private func feature(_ number: Int, id: String? = nil, isOpen: Bool = false) -> String {
    let (west, south) = (Double(number % 100) / 10, Double(number / 100) / 10)
    let corners = [(0, 0), (0.05, 0), (0.05, 0.05), (0, 0.05), (0, 0)].map { x, y in "[\(west + x),\(south + y)]" }
    let ring = corners.prefix(isOpen ? 4 : 5).joined(separator: ",")
    return """
      {"type":"Feature","id":"\(id ?? "z\(number)")","properties":{"tags":["t\(number % 3)"],"padding":"\(String(repeating: "x", count: 200))"},\
      "geometry":{"type":"Polygon","coordinates":[[\(ring)]]}}
      """
  }

  private func file(_ features: [String], path: String = "zones.d/a.geojson") -> SourceFile {
    SourceFile(
      path: path, text: "{\"features\":[\n\(features.joined(separator: ",\n"))\n],\"type\":\"FeatureCollection\"}")
  }

  @Test func aLargeFileIsReadFromTheDisk() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("waypost-\(UUID().uuidString).geojson")
      .path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let bytes = file((0..<3000).map { feature($0) }).bytes
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let (rules, diagnostics) = load([try SourceFile.open(path: path, displayPath: "zones.d/a.geojson")])
    #expect(diagnostics.isEmpty && bytes.count > 1_000_000)
    #expect(rules?.zones.map(\.id) == (0..<3000).map { "z\($0)" })
    #expect(rules?.zones.last?.tags == ["t2"])
    let held = load([SourceFile(path: "zones.d/a.geojson", bytes: bytes)]).rules
    #expect(rules?.zones.map(\.geometry) == held?.zones.map(\.geometry))
  }

  @Test func ofAThousandFaultsOfAKindTheFirstAreShownAndTheRestCounted() {
    let features = (0..<1000).map { feature($0, id: $0 % 10 == 0 ? "z0" : nil, isOpen: $0 % 2 == 1) }
    let (rules, diagnostics) = load([file(features)])
    #expect(rules == nil)
    #expect(diagnostics.all.count == 42)
    #expect(diagnostics.all.filter { $0.span?.isWholeFile == false }.count == 40)
    #expect(
      Set(diagnostics.all.filter { $0.span?.isWholeFile == true }.map(\.message)) == [
        "79 more like the 20 that are shown: there is a zone `z0` already",
        "480 more like the 20 that are shown: the ring is open: its last point is not its first",
      ])
  }

  @Test func theFirstPlaceOfAnIDIsNamedAcrossFiles() {
    let first = file([feature(1), feature(2), feature(3)])
    let second = file([feature(4), feature(5, id: "z3")], path: "zones.d/b.geojson")
    let (_, diagnostics) = load([second, first])
    #expect(diagnostics.all.map(\.help) == ["choose another id; the first is in zones.d/a.geojson:4"])
    #expect(diagnostics.all.first?.span?.start.line == 3)
  }

  @Test func whatHasFeaturesMustSayThatItIsACollection() {
    func messages(_ text: String) -> [String] {
      load([SourceFile(path: "zones.d/a.geojson", text: text)]).diagnostics.all.map(\.message)
    }
    #expect(messages(#"{"features": [\#(feature(1))]}"#) == ["this is no GeoJSON: its outermost object has no `type`"])
    #expect(
      messages(#"{"type": "Feature", "features": [\#(feature(1))]}"#)
        == ["what has `features` must be a FeatureCollection, and this is the text `Feature`"])
    #expect(
      messages(#"{"type": "FeatureCollection", "features": {}}"#) == ["a FeatureCollection needs a list of `features`"])
    #expect(
      messages(#"{"type": "FeatureCollection", "features": []}"#) == ["the file has no features, and so no zones"])
    #expect(messages(#"{"features": [\#(feature(1))], "type": "FeatureCollection"}"#) == [])
    #expect(messages("PK\u{3}\u{4}").first?.hasPrefix("this is a ZIP archive") == true)
  }
}
