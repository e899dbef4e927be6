/// The nearest edge in the plane of longitude and latitude; `bound` is the square of its distance, or what it began with.
struct PlaneSearch: EdgeSearch {
  static var isExact: Bool { false }
  let x: Double
  let y: Double
  let shortening: Double
  private(set) var bound: Double

  init(x: Double, y: Double, shortening: Double, bound: Double) {
    self.x = x
    self.y = y
    self.shortening = shortening
    self.bound = bound
  }

  @inline(__always)
  func least(west: Double, south: Double, east: Double, north: Double) -> Double {
    let across = max(west - x, x - east, 0) * shortening
    let along = max(south - y, y - north, 0)
    return across * across + along * along
  }

  @inline(__always)
  mutating func look(at a: Coordinate, _ b: Coordinate) {
    let (ax, ay) = ((a.longitude - x) * shortening, a.latitude - y)
    let (bx, by) = ((b.longitude - x) * shortening, b.latitude - y)
    let (dx, dy) = (bx - ax, by - ay)
    // Without branches, which would be hard to foresee; an edge of no length is its point.
    let squared = dx * dx + dy * dy + .leastNormalMagnitude
    let part = -(ax * dx + ay * dy) / squared
    let foot = part > 0 ? (part < 1 ? part : 1) : 0
    let (fx, fy) = (ax + foot * dx, ay + foot * dy)
    let distance = fx * fx + fy * fy
    bound = distance < bound ? distance : bound
  }
}
