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

  struct Query: Decodable {
    let lat: Double
    let lon: Double
    let inside: [String]
  }

  /// By `JSONDecoder`: `JSONSerialization` gives 4 of 10 decimals of 17 digits an ulp or two wrong, which moves borders by nanometres.
  static func features(_ url: URL) throws -> (features: [Feature], queries: [Query]) {
    struct Identity: Decodable {
      let text: String
      init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let number = try? value.decode(Int.self) { text = "\(number)" } else { text = try value.decode(String.self) }
      }
    }
    struct Geometry: Decodable {
      let polygons: [[[[Double]]]]
      enum Key: CodingKey { case type, coordinates }
      init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        polygons =
          try container.decode(String.self, forKey: .type) == "Polygon"
          ? [container.decode([[[Double]]].self, forKey: .coordinates)]
          : container.decode([[[[Double]]]].self, forKey: .coordinates)
      }
    }
    struct Item: Decodable {
      let id: Identity
      let geometry: Geometry
    }
    struct Collection: Decodable {
      let features: [Item]
      let queries: [Query]?
    }
    let collection = try JSONDecoder().decode(Collection.self, from: Data(contentsOf: url))
    let features = collection.features.map { item in
      Feature(
        id: item.id.text,
        polygons: item.geometry.polygons.map { $0.map { $0.map { Coordinate(latitude: $0[1], longitude: $0[0]) } } })
    }
    return (features, collection.queries ?? [])
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
