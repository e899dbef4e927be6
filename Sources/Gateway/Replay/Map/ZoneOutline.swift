import Geo
import Rules

/// A zone as lines that a map can draw.
struct ZoneOutline: Sendable {
  enum Kind: String, Sendable { case circle, polygon, corridor }

  var kind: Kind
  /// Polygons with their rings, outer ring first; of a corridor its lines.
  var shapes: [[[Coordinate]]]
  /// Metres, of a circle.
  var radius: Double?
  /// Metres, of a corridor.
  var width: Double?

  /// A ring or line of more points is thinned for the page.
  static let pointLimit = 2000
  /// A circle's corners.
  private static let corners = 96

  init(_ shape: Shape) {
    switch shape.geometry {
    case .circle(let center, let radius):
      kind = .circle
      self.radius = radius
      shapes = [[Self.circle(center, radius)]]
    case .polygons(let polygons):
      kind = .polygon
      shapes = polygons.map { $0.rings.map(Self.thinned) }
    case .corridor(let lines, let width):
      kind = .corridor
      self.width = width
      shapes = [lines.map(Self.thinned)]
    }
  }

  var pointCount: Int { shapes.reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } } }

  /// A true circle: corners at `radius` metres along the ellipsoid. A map library's own circles are of a sphere, and off by 0.3 %.
  private static func circle(_ center: Coordinate, _ radius: Double) -> [Coordinate] {
    let degree = Geodesic.distance(
      center, Coordinate(latitude: center.latitude + (center.latitude > 0 ? -1 : 1), longitude: center.longitude))
    // A first guess in degrees, then made right by what it turns out to measure; near a pole it is drawn as well as it goes.
    let across = max(0.01, Cosine.degrees(center.latitude))
    return (0...corners).map { corner in
      let (east, north) = Cosine.direction(corner % corners, of: corners)
      var scale = radius / degree
      var point = center
      for _ in 0..<3 {
        point.latitude = max(-90, min(90, center.latitude + north * scale))
        point.longitude = center.longitude + max(-180, min(180, east * scale / across))
        let distance = Geodesic.distance(center, point)
        if distance > 0 { scale *= radius / distance }
      }
      return point
    }
  }

  /// By the way along the line instead of time, so that the method for tracks serves.
  private static func thinned(_ line: [Coordinate]) -> [Coordinate] {
    guard line.count > pointLimit else { return line }
    var way = 0.0
    var points: [TracePoint] = []
    for (index, point) in line.enumerated() {
      if index > 0 { way += Geodesic.distance(line[index - 1], point) }
      points.append(TracePoint(coordinate: point, milliseconds: Int64(way * 1000)))
    }
    let kept = TrackThinning.thinned(points, to: pointLimit).points
    return kept.map(\.coordinate)
  }
}
