/// Finds holes that lie beside their outer ring. For rings that don't cross: then one point of a hole speaks for all of it.
enum HolePlaces {
  /// Edges looked at for each point of the polygon, on average; what a polygon with thousands of holes asks for beyond that is left unjudged.
  private static let budget = 2000
  /// Points of a hole that may lie on the border of the outer ring before it counts as inside.
  private static let tries = 16

  static func issues(in rings: [[Coordinate]]) -> [GeometryIssue] {
    guard rings.count > 1 else { return [] }
    let outer = Ring.unrolled(rings[0])
    var budget = Self.budget * rings.reduce(0) { $0 + $1.count }
    var issues: [GeometryIssue] = []
    for number in 1..<rings.count {
      let hole = rings[number]
      for point in hole.prefix(tries) {
        budget -= outer.count
        guard budget > 0 else { return issues }
        guard let isInside = isInside(point, outer) else { continue }
        if !isInside { issues.append(GeometryIssue(.holeOutside, ring: number)) }
        break
      }
    }
    return issues
  }

  /// `nil` for a point on the ring. The ring may lie a turn to the east or west.
  private static func isInside(_ point: Coordinate, _ ring: [Coordinate]) -> Bool? {
    for turn in [0.0, 360, -360] {
      let turned = Coordinate(latitude: point.latitude, longitude: point.longitude + turn)
      guard let isInside = contains(turned, ring) else { return nil }
      if isInside { return true }
    }
    return false
  }

  /// `nil` for a point on the ring.
  static func contains(_ point: Coordinate, _ ring: [Coordinate]) -> Bool? {
    var isInside = false
    for index in 1..<max(1, ring.count) {
      let (a, b) = (ring[index - 1], ring[index])
      let isAbove = a.latitude > point.latitude
      if isAbove == (b.latitude > point.latitude), a.latitude != point.latitude, b.latitude != point.latitude {
        continue
      }
      if max(a.longitude, b.longitude) < point.longitude { continue }
      let side = Orientation.sign(
        ax: a.longitude, ay: a.latitude, bx: b.longitude, by: b.latitude, cx: point.longitude, cy: point.latitude)
      if side == 0, min(a.longitude, b.longitude) <= point.longitude, min(a.latitude, b.latitude) <= point.latitude,
        max(a.latitude, b.latitude) >= point.latitude
      {
        return nil
      }
      if isAbove != (b.latitude > point.latitude), (side > 0) == (b.latitude > a.latitude) { isInside.toggle() }
    }
    return isInside
  }
}
