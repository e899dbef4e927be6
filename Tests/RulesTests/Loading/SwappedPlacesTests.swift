import Config
import Foundation
import Geo
import Testing

@testable import Rules

/// Zones whose longitude and latitude were exchanged within the range of both.
struct SwappedPlacesTests {
  private func feature(_ id: String, _ longitude: Double, _ latitude: Double) -> String {
    #"{"type":"Feature","id":"\#(id)","properties":{"radius":100},"geometry":{"type":"Point","coordinates":[\#(longitude),\#(latitude)]}}"#
  }

  private func file(_ features: [String], _ path: String = "zones.d/a.geojson") -> SourceFile {
    SourceFile(
      path: path, text: "{\"type\":\"FeatureCollection\",\"features\":[\n\(features.joined(separator: ",\n"))\n]}")
  }

  /// What is told, with its line.
  private func told(_ zones: [SourceFile], rules: String = "rules: []\n") -> [String] {
    var diagnostics = Diagnostics()
    let set = RuleSet.load(
      rules: [SourceFile(path: "rules.yaml", text: rules)], zones: zones, catalogue: Scene.catalogue,
      readFile: { path, _ throws(Diagnostic) in
        throw Diagnostic(severity: .error, code: "none", message: path, span: nil)
      }, diagnostics: &diagnostics)
    #expect(set != nil, "never an error: \(diagnostics.all)")
    return diagnostics.sorted().map { "\($0.span.map { "\($0.file):\($0.start.line)" } ?? "-") \($0.message)" }
  }

  private func around(_ count: Int, _ longitude: Double, _ latitude: Double, named name: String) -> [String] {
    (0..<count).map { feature("\(name)\($0)", longitude + Double($0 % 10) * 0.01, latitude + Double($0 / 10) * 0.01) }
  }

  @Test func oneOfManyIsToldAtItsFeature() {
    let found = told([file(around(30, 6.1, 46.2, named: "z") + [feature("wrong", 46.23, 6.12)])])
    #expect(
      found == [
        "zones.d/a.geojson:32 the zone `wrong` is far from every other, and near one with longitude and latitude exchanged"
      ])
  }

  @Test func wholeFileIsToldAgainstTheLargerOnes() {
    let right = file(around(300, 6.1, 46.2, named: "z"))
    let wrong = file(around(120, 46.2, 6.1, named: "w"), "zones.d/b.geojson")
    let found = told([right, wrong])
    #expect(found.count == 21 && found.allSatisfy { $0.hasPrefix("zones.d/b.geojson") }, "\(found.prefix(3))")
    #expect(found.contains { $0.contains("100 more zones") })
  }

  @Test func betweenYAMLAndGeoJSONAsWell() {
    let rules = "zones:\n  yard: { circle: [46.21, 6.11], radius: 50 m }\nrules: []\n"
    let found = told([file(around(3, 6.1, 46.2, named: "z"))], rules: rules)
    #expect(
      found == ["rules.yaml:2 this is far from every other place, and near one with longitude and latitude exchanged"])
  }

  @Test func branchesElsewhereAreNoMistake() {
    // Geneva and Nairobi, whose mirror image lies in the Barents Sea; Europe and Arabia, one of whose places mirrors one of Europe's.
    #expect(told([file(around(5, 6.1, 46.2, named: "g") + around(5, 36.8, -1.3, named: "n"))]).isEmpty)
    #expect(
      told([
        file(
          around(50, 24.0, 45.0, named: "r") + [feature("riyadh", 46.7, 24.7), feature("mirror", 45.1, 24.1)])
      ]).isEmpty)
    #expect(told([file([feature("alone", 46.2, 6.1)])]).isEmpty)
  }

  @Test func beyondNinetyDegreesNothingCanBeExchanged() {
    #expect(told([file(around(9, -122.1, 37.4, named: "m") + around(9, 37.4, -77, named: "x"))]).isEmpty)
  }

  @Test func oneOfThousandsIsFound() {
    let zones = (0..<2000).map { feature("z\($0)", Double($0 % 200) * 0.1 - 10, 40 + Double($0 / 200) * 0.7) }
    #expect(told([file(zones), file([feature("wrong", 46.23, 6.12)], "zones.d/b.geojson")]).count == 1)
  }

  @Test func zoneIsToldByADriveThatItMirrors() throws {
    let zones = try [
      Zone(id: "wrong", shape: .circle(center: Coordinate(latitude: 6.1, longitude: 46.2), radius: 100)),
      Zone(id: "right", shape: .circle(center: Coordinate(latitude: 46.21, longitude: 6.11), radius: 100)),
      Zone(id: "elsewhere", shape: .circle(center: Coordinate(latitude: -1.3, longitude: 36.8), radius: 100)),
    ]
    let drive = (0..<50).map { Coordinate(latitude: 46.0 + Double($0) * 0.01, longitude: 6.1) }
    #expect(SwappedPlaces.zones(zones, mirroredBy: drive) == ["wrong"])
    #expect(SwappedPlaces.zones(zones, mirroredBy: []).isEmpty)
  }
}
