/// What is done to a single closed ring.
enum Ring {
  static func withoutDuplicates(_ ring: [Coordinate]) -> [Coordinate] {
    var result: [Coordinate] = []
    result.reserveCapacity(ring.count)
    for point in ring where result.last != point { result.append(point) }
    return result
  }

  /// True for an edge that is understood to go the short way across the antimeridian.
  static func isRolledOver(_ a: Coordinate, _ b: Coordinate) -> Bool {
    let difference = abs(b.longitude - a.longitude)
    return difference > 180 && difference < 360
  }

  /// With longitudes that run on where an edge goes across the antimeridian. The ring stays as it is when it wouldn't close then (it goes
  /// around a pole and is written as a band of 360°) or would go around the Earth more than once.
  static func unrolled(_ ring: [Coordinate]) -> [Coordinate] {
    guard zip(ring, ring.dropFirst()).contains(where: isRolledOver) else { return ring }
    var result = [ring[0]]
    result.reserveCapacity(ring.count)
    var turns = 0.0
    for (a, b) in zip(ring, ring.dropFirst()) {
      if isRolledOver(a, b) { turns += b.longitude < a.longitude ? 1 : -1 }
      result.append(Coordinate(latitude: b.latitude, longitude: b.longitude + 360 * turns))
    }
    guard turns == 0, let box = BoundingBox(result), box.east - box.west <= 360 else { return ring }
    return result
  }
}
