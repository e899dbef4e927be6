/// The geometry of a zone: a circle, one or several polygons, or a corridor.
public struct Shape: Sendable, Hashable {
  public enum Geometry: Sendable, Hashable {
    /// All points within `radius` metres, along the ellipsoid.
    case circle(center: Coordinate, radius: Double)
    /// All points within any of the polygons, which shouldn't overlap nor share borders, as in a GeoJSON MultiPolygon.
    case polygons([Polygon])
    /// All points within half of `width` metres, along the ellipsoid, of any of the lines: round ends and joins. The lines are straight
    /// in longitude and latitude from point to point; a step longer than 180° is taken the short way across the antimeridian.
    case corridor(lines: [[Coordinate]], width: Double)
  }

  public let geometry: Geometry
  public let boundingBox: BoundingBox
  /// ρ = 2 · area/perimeter, metres: the radius for a circle, the width for something long and narrow; for a corridor half its
  /// width. Several polygons count together.
  public let characteristicRadius: Double
  /// Square metres, on the ellipsoid; holes taken off. What a corridor covers twice counts twice.
  public let area: Double
  /// Metres, with the borders of holes. Of a corridor, around each of its lines.
  public let perimeter: Double
  /// For polygons; else `nil`.
  let border: Border?
  /// For corridors; else `nil`.
  let lines: PackedRings?

  /// - Parameter radius: metres, above 0, at most 10,000 km.
  /// - Throws: `badRadius`, or what is wrong with the centre.
  public static func circle(center: Coordinate, radius: Double) throws(GeometryError) -> Shape {
    if let fault = RingFaults.fault(of: center) { throw GeometryError(issue: GeometryIssue(fault)) }
    guard radius > 0, radius <= 10_000_000 else { throw GeometryError(issue: GeometryIssue(.badRadius)) }
    return Shape(center: center, radius: radius)
  }

  /// - Parameter polygons: at least one.
  /// - Throws: `empty` for none.
  public static func polygons(_ polygons: [Polygon]) throws(GeometryError) -> Shape {
    guard let first = polygons.first else { throw GeometryError(issue: GeometryIssue(.empty)) }
    return Shape(polygons, box: polygons.dropFirst().reduce(first.boundingBox) { $0.union($1.boundingBox) })
  }

  /// - Parameters:
  ///   - lines: at least one; each of two different points or more.
  ///   - width: metres, above 0, at most 1,000 km.
  /// - Throws: `badWidth`, `empty`, `lineTooShort` or what is wrong with a point; `ring` in the issue is the line.
  public static func corridor(lines: [[Coordinate]], width: Double) throws(GeometryError) -> Shape {
    guard width > 0, width <= 1_000_000 else { throw GeometryError(issue: GeometryIssue(.badWidth)) }
    return Shape(try Corridor(lines: lines, width: width))
  }

  private init(center: Coordinate, radius: Double) {
    geometry = .circle(center: center, radius: radius)
    let point = BoundingBox(
      south: center.latitude, west: center.longitude, north: center.latitude, east: center.longitude)
    boundingBox = point.expanded(by: radius)
    characteristicRadius = radius
    perimeter = 2 * .pi * radius
    area = .pi * radius * radius
    border = nil
    lines = nil
  }

  private init(_ corridor: Corridor) {
    geometry = .corridor(lines: corridor.lines, width: corridor.width)
    boundingBox = corridor.boundingBox
    characteristicRadius = corridor.width / 2
    let length = corridor.length
    let ends = .pi * corridor.width * Double(corridor.lines.count)
    perimeter = 2 * length + ends
    area = length * corridor.width + ends * corridor.width / 4
    border = nil
    lines = PackedRings(corridor.lines)
  }

  private init(_ polygons: [Polygon], box: BoundingBox) {
    let border = Border(of: polygons)
    geometry = .polygons(polygons)
    boundingBox = box
    area = polygons.reduce(0) { $0 + Measure.area($1) }
    perimeter = Measure.length(of: border, polygons)
    characteristicRadius = perimeter > 0 ? 2 * area / perimeter : 0
    self.border = border
    lines = nil
  }

  public static func == (a: Shape, b: Shape) -> Bool { a.geometry == b.geometry }
  public func hash(into hasher: inout Hasher) { hasher.combine(geometry) }

  /// True when the point lies in the shape. The border of a circle or corridor belongs to it; for those of polygons see `Polygon.contains`.
  public func contains(_ point: Coordinate) -> Bool {
    guard boundingBox.contains(point) else { return false }
    switch geometry {
    case .circle(let center, let radius): return Geodesic.distance(center, point) <= radius
    case .polygons(let polygons): return polygons.contains { $0.contains(point) }
    case .corridor(_, let width): return depth(point, width: width, limit: width / 2) >= 0
    }
  }

  /// Metres from the point to the shape's border along the ellipsoid, positive inside, negative outside; the sign always agrees with
  /// `contains`, and 0 is on the border.
  ///
  /// A corridor's depth is half its width less the distance to the nearest line; where lines meet or bend, its border is somewhat
  /// farther away. Edges are straight in longitude and latitude. Where a shape is split at the antimeridian, the split is no border; nor are
  /// edges along a pole. Exact to 0.5 mm for circles; for polygons within 0.01 % + 1 cm to 50 km, within 0.5 % beyond. Some nanoseconds a vertex near the border,
  /// a hundred beyond 50 km; where only nearness matters, `signedDistance(_:limit:)` costs nothing far away.
  public func signedDistance(_ point: Coordinate) -> Double {
    signedDistance(point, limit: .infinity)
  }

  /// The signed distance where it is within ± `limit` metres, else something at or beyond `limit` with the right sign.
  public func signedDistance(_ point: Coordinate, limit: Double) -> Double {
    switch geometry {
    case .corridor(_, let width):
      let least = boundingBox.leastDistance(to: point)
      if least > limit { return -least }
      return depth(point, width: width, limit: limit)
    case .circle(let center, let radius): return radius - Geodesic.distance(center, point)
    case .polygons(let polygons):
      let least = boundingBox.leastDistance(to: point)
      if least > limit { return -least }
      let distance = border?.distance(from: point, polygons, limit: limit) ?? .infinity
      return polygons.contains { $0.contains(point) } ? distance : -distance
    }
  }

  /// Metres inside a corridor; outside exact to `limit`.
  private func depth(_ point: Coordinate, width: Double, limit: Double) -> Double {
    guard let lines else { return -.infinity }
    return width / 2 - Corridor.distance(from: point, to: lines, limit: width / 2 + limit)
  }
}
