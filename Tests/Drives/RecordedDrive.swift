public import Foundation
public import Geo
public import Model

/// A drive from the test data: `t,lat,lon,speed_mps,hdop,nsat,fix`.
public struct RecordedDrive: Sendable {
  public struct Point: Sendable {
    /// Seconds since 1970, UTC.
    public var time: Double
    public var place: Coordinate
    /// Metres per second.
    public var speed: Double?
    public var hdop: Double?
  }

  public var points: [Point]

  /// The folder of real inputs; nil, and then tests skip, where it is not there.
  public static let folder: URL? = {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let path = ProcessInfo.processInfo.environment["WAYPOST_TEST_DATA"]
    let folder = path.map { URL(fileURLWithPath: $0) } ?? package.appendingPathComponent("../shared/data")
    return FileManager.default.fileExists(atPath: folder.appendingPathComponent("tracks").path) ? folder : nil
  }()

  public static let names = ["mtv-phone", "seattle", "drive-31", "drive-42", "drive-54", "drive-92"]

  /// At most `limit` points, every `stride`th of the file.
  public init(_ name: String, in folder: URL, limit: Int = 4000, stride: Int = 1) throws {
    let text = try Data(contentsOf: folder.appendingPathComponent("tracks/\(name).csv"))
    let lines = text.split(separator: UInt8(ascii: "\n")).dropFirst()
    let taken = lines.enumerated().lazy.filter { $0.offset % stride == 0 }.prefix(limit)
    points = taken.compactMap { _, bytes in
      let line = String(decoding: bytes, as: UTF8.self)
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count >= 5, let time = Double(fields[0]), let lat = Double(fields[1]), let lon = Double(fields[2])
      else {
        return nil
      }
      return Point(
        time: time, place: Coordinate(latitude: lat, longitude: lon), speed: Double(fields[3]), hdop: Double(fields[4]))
    }
  }

  /// The drive as the gateway would get it, live.
  public var observations: [Observation] {
    let start = points.first?.time ?? 0
    return points.map { point in
      Observation(
        time: .seconds(point.time - start),
        content: .position(
          device: "gps",
          Position(
            latitude: point.place.latitude, longitude: point.place.longitude, time: Timestamp(seconds: point.time),
            speed: point.speed, hdop: point.hdop)))
    }
  }

  /// Places along the way, `apart` metres from one another as the crow flies.
  public func places(apart: Double) -> [Coordinate] {
    var places: [Coordinate] = []
    for point in points where places.allSatisfy({ Geodesic.distance($0, point.place) >= apart }) {
      places.append(point.place)
    }
    return places
  }
}
