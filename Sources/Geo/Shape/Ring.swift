/// What is done to a single closed ring.
enum Ring {
  /// Even-odd by the half-open crossing test: a ray to the east crosses an edge whose lower end is at or below the point and whose upper end is
  /// above it. `point` has a canonical longitude.
  static func contains(_ point: Coordinate, ring: [Coordinate], box: BoundingBox) -> Bool {
    guard point.latitude >= box.south, point.latitude <= box.north,
      var longitude = box.firstLongitude(of: point)
    else { return false }
    // More than once only for a ring that goes all around the Earth, at its seam.
    while longitude <= box.east {
      if crossings(x: longitude, y: point.latitude, ring) { return true }
      longitude += 360
    }
    return false
  }

  private static func crossings(x: Double, y: Double, _ ring: [Coordinate]) -> Bool {
    ring.withUnsafeBufferPointer { points in
      var inside = false
      var a = points[0]
      var aboveA = a.latitude > y
      for index in 1..<points.count {
        let b = points[index]
        let aboveB = b.latitude > y
        if aboveA != aboveB {
          // Always from the lower end to the upper, so that a shared border is one and the same line from both sides.
          let (low, high) = aboveB ? (a, b) : (b, a)
          if x < low.longitude, x < high.longitude {
            inside.toggle()
          } else if x <= low.longitude || x <= high.longitude {
            let side = Orientation.sign(
              ax: low.longitude, ay: low.latitude, bx: high.longitude, by: high.latitude, cx: x, cy: y)
            if side > 0 { inside.toggle() }
          }
        }
        a = b
        aboveA = aboveB
      }
      return inside
    }
  }

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
