import Config
public import Geo

/// The line of a corridor along a recorded way: with few points, and nowhere farther from any of its fixes than was asked for.
public struct CorridorLine: Sendable, Hashable {
  /// Each of two points or more.
  public private(set) var lines: [[Coordinate]] = []
  /// Fixes that stand alone between two gaps, or all at one place: no line leads through them.
  public private(set) var alone = 0
  /// What was asked for, metres.
  public let error: Double

  /// GeoJSON has seven decimals here; metres.
  private static let rounding = 0.01

  /// Half of the error goes to what a standing receiver wanders, half to the reduction. That is the track reduction of report policies
  /// with the way in place of the time: how long the vehicle stood is nothing to a road.
  /// - Parameter error: Metres, at least 0.1.
  public init(_ way: RecordedWay, error: Double) {
    self.error = error
    let part = error / 2
    for piece in way.pieces {
      var taken: [TrackReducer.Point] = []
      var metres = 0.0
      for fix in piece {
        if let last = taken.last {
          let step = Geodesic.distance(last.coordinate, fix.coordinate)
          guard step >= part else { continue }
          metres += step
        }
        // A metre counts as a second.
        taken.append(TrackReducer.Point(milliseconds: Int64((metres * 1000).rounded()), coordinate: fix.coordinate))
      }
      guard taken.count > 1 else {
        alone += piece.count
        continue
      }
      let kept = TrackReducer.keptIndices(of: taken, bound: max(part - Self.rounding, part / 2))
      lines.append(kept.map { taken[$0].coordinate })
    }
  }

  public var points: Int { lines.reduce(0) { $0 + $1.count } }

  /// Metres along all of them.
  public var length: Double {
    lines.reduce(0) { sum, line in zip(line, line.dropFirst()).reduce(sum) { $0 + Geodesic.distance($1.0, $1.1) } }
  }

  /// As a file of zones: one feature, which is a zone by itself in `zones.d`, and a line for `corridor:` anywhere.
  /// - Parameters:
  ///   - width: Metres.
  ///   - source: Where it comes from, for whoever opens the file next year.
  public func geoJSON(id: String, width: Double, source: String) -> [UInt8] {
    var writer = JSONWriter(capacity: 200 + 26 * points)
    writer.beginObject()
    writer.member("type", "Feature")
    writer.member("id", id)
    writer.key("properties")
    writer.beginObject()
    writer.member("name", id)
    writer.member("width", width, decimals: 3)
    writer.member("source", source)
    writer.member("error", error, decimals: 3)
    writer.endObject()
    writer.key("geometry")
    writer.beginObject()
    writer.member("type", lines.count == 1 ? "LineString" : "MultiLineString")
    writer.key("coordinates")
    if lines.count != 1 { writer.beginArray() }
    for line in lines {
      writer.beginArray()
      for point in line {
        writer.beginArray()
        writer.number(point.longitude, decimals: 7)
        writer.number(point.latitude, decimals: 7)
        writer.endArray()
      }
      writer.endArray()
    }
    if lines.count != 1 { writer.endArray() }
    writer.endObject()
    writer.endObject()
    return writer.bytes + [10]
  }
}
