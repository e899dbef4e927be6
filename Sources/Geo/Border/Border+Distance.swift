extension Border {
  /// Up to here the tangent plane tells which edges can be nearest.
  private static let nearReach = 50_000.0
  private static let nearLatitude = 85.0

  /// Metres to the nearest border; above `limit` anything that is above it too.
  ///
  /// Near: in the plane that touches the ellipsoid at the point (metres per degree by M and N cos φ there) edges stay straight, and distances to
  /// 50 km are right to 10 % below latitude 85° (the error is Δφ tan φ at most). So an edge that is 10 % farther in the plane than the
  /// best so far can't be nearer; for each of the others the foot of the perpendicular is found again in the plane at the middle latitude,
  /// and its distance taken along the geodesic. Far: see `FarSearch`.
  func distance(from point: Coordinate, _ polygons: [Polygon], limit: Double) -> Double {
    let point = point.canonical
    if abs(point.latitude) <= Self.nearLatitude {
      let reach = min(limit, Self.nearReach)
      var search = NearSearch(from: point, reach: reach)
      for polygon in polygons where polygon.boundingBox.leastDistance(to: point) <= search.best {
        for (ring, box) in zip(polygon.rings, polygon.ringBoxes) where box.leastDistance(to: point) <= search.best {
          forEachEdge(of: ring) { search.look(at: $0, $1) }
        }
      }
      for edge in seam { search.look(at: edge.a, edge.b) }
      if search.best < reach { return search.best }
      if limit <= Self.nearReach { return max(limit, search.best) }
    }
    var search = FarSearch(from: point)
    forEachEdge(polygons) { search.look(at: $0, $1) }
    return search.distance
  }
}

private struct NearSearch {
  private let point: Coordinate
  private let scale: LocalScale
  /// Square of what the plane may say of an edge that is still looked at.
  private var planeBound: Double
  /// Metres.
  private(set) var best: Double

  init(from point: Coordinate, reach: Double) {
    self.point = point
    scale = LocalScale(latitude: point.latitude)
    best = reach
    planeBound = 1.1 * reach * 1.1 * reach
  }

  @inline(__always)
  mutating func look(at a: Coordinate, _ b: Coordinate) {
    var turn = 0.0
    let middle = 0.5 * (a.longitude + b.longitude) - point.longitude
    if middle > 180 || middle < -180 { turn = 360 * (middle / 360).rounded() }
    let (ax, ay) = (a.longitude - turn - point.longitude, a.latitude - point.latitude)
    let (bx, by) = (b.longitude - turn - point.longitude, b.latitude - point.latitude)
    let foot = Self.foot(ax, ay, bx, by, scale)
    let (x, y) = (foot.x * scale.east, foot.y * scale.north)
    if x * x + y * y <= planeBound { refine(ax, ay, bx, by, foot) }
  }

  @inline(never)
  private mutating func refine(
    _ ax: Double, _ ay: Double, _ bx: Double, _ by: Double, _ first: (x: Double, y: Double)
  ) {
    var foot = first
    for _ in 0..<2 {
      foot = Self.foot(ax, ay, bx, by, LocalScale(latitude: point.latitude + foot.y / 2))
    }
    let there = Coordinate(latitude: point.latitude + foot.y, longitude: point.longitude + foot.x)
    let rough = Geodesic.localDistance(point, there)
    let distance = rough < 3000 ? rough : Geodesic.distance(point, there)
    guard distance < best else { return }
    best = distance
    planeBound = 1.1 * best * 1.1 * best
  }

  /// The point of the edge that is nearest to the origin in a plane of that scale; in degrees.
  @inline(__always)
  private static func foot(
    _ ax: Double, _ ay: Double, _ bx: Double, _ by: Double, _ scale: LocalScale
  ) -> (x: Double, y: Double) {
    let (dx, dy) = ((bx - ax) * scale.east, (by - ay) * scale.north)
    let squared = dx * dx + dy * dy
    guard squared > 0 else { return (ax, ay) }
    let along = -(ax * scale.east * dx + ay * scale.north * dy) / squared
    let t = along < 0 ? 0 : along > 1 ? 1 : along
    return (ax + t * (bx - ax), ay + t * (by - ay))
  }
}
