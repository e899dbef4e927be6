import Geo
import Glibc

/// The line that a simulated vehicle follows, with how fast it may be at each bend.
struct VehiclePath: Sendable {
  private let points: [Coordinate]
  /// Metres from the beginning to each point.
  private let along: [Double]
  /// Metres per second at each point, going forward and going back, so that every bend and the end can be braked for.
  private let forward: [Double]
  private let backward: [Double]
  /// True when it ends where it begins.
  let isLoop: Bool

  var length: Double { along[along.count - 1] }

  /// Points nearer to each other say more about a receiver's noise than about the road.
  private static let spacing = 20.0
  /// m/s², sideways: what a driver of a van takes without thinking.
  private static let lateral = 2.0
  /// m/s².
  static let braking = 1.5
  /// m/s: the tightest corner is still driven, not stood in.
  private static let crawl = 2.5

  /// `nil` when the points don't make a line of at least 20 m.
  init?(_ places: [Coordinate]) {
    var points: [Coordinate] = []
    var along: [Double] = []
    for place in places where place.isValid {
      guard let last = points.last, let sum = along.last else {
        points = [place]
        along = [0]
        continue
      }
      let step = Geodesic.distance(last, place)
      guard step >= Self.spacing else { continue }
      points.append(place)
      along.append(sum + step)
    }
    guard points.count >= 2 else { return nil }
    let bends = points.indices.map { Self.bendSpeed(points, along, $0) }
    self.points = points
    self.along = along
    isLoop = points.count > 3 && Geodesic.distance(points[0], points[points.count - 1]) < 50
    forward = Self.brakeable(bends, along)
    backward = Self.brakeable(bends.reversed(), along.reversed().map { along[along.count - 1] - $0 }).reversed()
  }

  /// Where the vehicle is after so many metres, and the direction of the line there, degrees.
  func place(at distance: Double) -> (place: Coordinate, bearing: Double) {
    let (index, t) = find(distance)
    let (a, b) = (points[index], points[index + 1])
    let turn = (b.longitude - a.longitude).remainder(dividingBy: 360)
    let place = Coordinate(
      latitude: a.latitude + t * (b.latitude - a.latitude),
      longitude: (a.longitude + t * turn).remainder(dividingBy: 360))
    return (place, Geodesic.initialBearing(a, b))
  }

  /// The speed at which everything ahead can still be braked for.
  func allowedSpeed(at distance: Double, isForward: Bool) -> Double {
    let index = find(distance).index
    let next = isForward ? index + 1 : index
    let limit = isForward ? forward[next] : backward[next]
    return (limit * limit + 2 * Self.braking * abs(along[next] - distance)).squareRoot()
  }

  /// The piece of the line, and how far along it.
  private func find(_ distance: Double) -> (index: Int, t: Double) {
    var (low, high) = (0, along.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if along[middle] <= distance { low = middle } else { high = middle }
    }
    return (low, max(0, min(1, (distance - along[low]) / (along[high] - along[low]))))
  }

  /// Through a bend on the arc that touches both of its sides.
  private static func bendSpeed(_ points: [Coordinate], _ along: [Double], _ index: Int) -> Double {
    guard index > 0, index < points.count - 1 else { return 0 }
    let before = Geodesic.initialBearing(points[index - 1], points[index])
    let after = Geodesic.initialBearing(points[index], points[index + 1])
    let angle = abs((after - before).remainder(dividingBy: 360)) * .pi / 180
    let side = min(along[index] - along[index - 1], along[index + 1] - along[index]) / 2
    guard angle > 0.001 else { return 100 }
    return max(crawl, (lateral * side / tan(angle / 2)).squareRoot())
  }

  private static func brakeable(_ bends: [Double], _ along: [Double]) -> [Double] {
    var speeds = bends
    for index in speeds.indices.dropLast().reversed() {
      let after = speeds[index + 1]
      let reachable = (after * after + 2 * braking * (along[index + 1] - along[index])).squareRoot()
      // The first point is passed at a standstill only when it is where one comes from.
      speeds[index] = index == 0 ? reachable : min(speeds[index], reachable)
    }
    return speeds
  }
}
