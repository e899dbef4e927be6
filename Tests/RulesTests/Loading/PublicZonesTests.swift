import Config
import Drives
import Foundation
import Testing

@testable import Rules

/// Zone files as other people publish them.
@Suite(.enabled(if: RecordedDrive.folder != nil, "test data is missing: set WAYPOST_TEST_DATA"))
struct PublicZonesTests {
  @Test(arguments: [("city_berlin", 90), ("city_san_francisco", 30), ("countries_110m", 170), ("us_counties", 3221)])
  func everyFeatureBecomesAZone(name: String, least: Int) throws {
    let path = try #require(RecordedDrive.folder).appendingPathComponent("zones/\(name).geojson").path
    let file = try SourceFile.read(path: path, displayPath: "zones.d/\(name).geojson")
    var diagnostics = Diagnostics()
    let rules = RuleSet.load(
      rules: [], zones: [file], catalogue: Scene.catalogue,
      readFile: { path, _ throws(Diagnostic) in
        throw Diagnostic(severity: .error, code: "none", message: path, span: nil)
      },
      diagnostics: &diagnostics)
    #expect((rules?.zones.count ?? 0) >= least, "\(diagnostics.all.filter { $0.severity == .error }.prefix(3))")
  }
}
