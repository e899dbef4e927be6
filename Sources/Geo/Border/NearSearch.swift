/// The nearest border in the plane that touches the ellipsoid at a point; see `Border.distance`.
struct NearSearch: EdgeSearch {
  /// Up to so many metres, and below that latitude, the tangent plane tells which edges can be nearest.
  static let farthest = 50_000.0
  static let northernmost = 85.0

  private let point: Coordinate
  private let scale: LocalScale
  /// Square of what the plane may say of an edge that is still looked at.
  private var planeBound: Double
  /// Metres.
  private(set) var best: Double
  /// Whether edges along the antimeridian or a pole are passed over; see `Border`.
  private let isOfArea: Bool

  init(from point: Coordinate, reach: Double, isOfArea: Bool) {
    self.point = point
    self.isOfArea = isOfArea
    scale = LocalScale(latitude: point.latitude)
    best = reach
    planeBound = 1.1 * reach * 1.1 * reach
  }

  static var isExact: Bool { true }
  var bound: Double { planeBound }

  @inline(__always)
  func least(west: Double, south: Double, east: Double, north: Double) -> Double {
    let rise = max(south - point.latitude, point.latitude - north, 0) * scale.north
    // In a box this wide an edge may be nearer the other way round.
    guard east - west < 180 else { return rise * rise }
    let turn = 360 * ((0.5 * (west + east) - point.longitude) / 360).rounded()
    let way = max(west - turn - point.longitude, point.longitude - (east - turn), 0) * scale.east
    return way * way + rise * rise
  }

  @inline(__always)
  mutating func look(at a: Coordinate, _ b: Coordinate) {
    if isOfArea, !Border.isPlain(a, b) { return }
    take(a, b)
  }

  /// An edge that counts wherever it lies.
  @inline(__always)
  mutating func take(_ a: Coordinate, _ b: Coordinate) {
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
