import Foundation
import Geo

/// Where the real inputs lie: `WAYPOST_TEST_DATA`, else `../shared/data` beside the package.
enum TestData {
  static let root: URL = {
    if let path = ProcessInfo.processInfo.environment["WAYPOST_TEST_DATA"] { return URL(fileURLWithPath: path) }
    return package.appendingPathComponent("../shared/data").standardizedFileURL
  }()

  static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func zones(_ name: String) -> URL { root.appendingPathComponent("zones/\(name).geojson") }

  static func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

  struct Feature {
    let id: String
    let polygons: [[[Coordinate]]]
    func shape() throws -> Shape { try .polygons(polygons.map { try Polygon(rings: $0) }) }
  }

  static func features(_ url: URL) throws -> (features: [Feature], queries: [[String: Any]]) {
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any] ?? [:]
    let features = (json["features"] as? [[String: Any]] ?? []).map { feature in
      let geometry = feature["geometry"] as? [String: Any] ?? [:]
      let polygons: [[[[Double]]]] =
        if geometry["type"] as? String == "Polygon" {
          [geometry["coordinates"] as? [[[Double]]] ?? []]
        } else {
          geometry["coordinates"] as? [[[[Double]]]] ?? []
        }
      return Feature(
        id: feature["id"].map { "\($0)" } ?? "",
        polygons: polygons.map { $0.map { $0.map { Coordinate(latitude: $0[1], longitude: $0[0]) } } })
    }
    return (features, json["queries"] as? [[String: Any]] ?? [])
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers from the same seed, on every machine.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
