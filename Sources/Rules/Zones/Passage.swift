import Geo

/// A way through a zone between two fixes of which neither was inside.
enum Passage {
  /// So many distances are measured at most; each halves a stretch of the way that may be deep enough.
  private static let effort = 400
  /// A stretch shorter than this, in metres, is as deep as its ends.
  private static let resolution = 0.5

  /// The first place found on the straight way from `a` to `b` that is deeper inside than `depth` metres; `nil` where there is none.
  ///
  /// No point of a stretch is deeper than half the sum of its ends' depths and its length, since depth changes by no more than the way
  /// that one goes: stretches that cannot be deep enough are not looked into, whatever the zone's shape.
  static func through(_ zone: Zone, from a: Fix, to b: Fix, deeperThan depth: Double) -> Fix? {
    guard a.clock == b.clock, b.milliseconds > a.milliseconds else { return nil }
    let eastward = ZoneReach.wrapped(b.coordinate.longitude - a.coordinate.longitude)
    func place(_ part: Double) -> Coordinate {
      Coordinate(
        latitude: a.coordinate.latitude + part * (b.coordinate.latitude - a.coordinate.latitude),
        longitude: ZoneReach.wrapped(a.coordinate.longitude + part * eastward))
    }
    // A little more than the way, since depth is measured on the ellipsoid and the way is straight in degrees.
    let length = Geodesic.distance(a.coordinate, b.coordinate) * 1.01
    struct Stretch {
      var from: Double
      var fromDepth: Double
      var to: Double
      var toDepth: Double
    }
    var stretches = [
      Stretch(
        from: 0, fromDepth: zone.shape.signedDistance(a.coordinate), to: 1,
        toDepth: zone.shape.signedDistance(b.coordinate))
    ]
    var measured = 0
    while let stretch = stretches.popLast(), measured < effort {
      let metres = (stretch.to - stretch.from) * length
      guard metres > resolution, (stretch.fromDepth + stretch.toDepth + metres) / 2 > depth else { continue }
      let middle = (stretch.from + stretch.to) / 2
      let here = zone.shape.signedDistance(place(middle))
      measured += 1
      if here > depth {
        return Fix(
          clock: b.clock,
          milliseconds: a.milliseconds + Int64((Double(b.milliseconds - a.milliseconds) * middle).rounded()),
          coordinate: place(middle))
      }
      // The earlier half is looked into first.
      stretches.append(Stretch(from: middle, fromDepth: here, to: stretch.to, toDepth: stretch.toDepth))
      stretches.append(Stretch(from: stretch.from, fromDepth: stretch.fromDepth, to: middle, toDepth: here))
    }
    return nil
  }
}

extension ZoneReach {
  /// False where the straight way from one place to the other surely misses the box.
  func mayMeet(_ a: Coordinate, _ b: Coordinate) -> Bool {
    guard min(a.latitude, b.latitude) <= north, max(a.latitude, b.latitude) >= south else { return false }
    let half = abs(ZoneReach.wrapped(b.longitude - a.longitude)) / 2
    let center = ZoneReach.wrapped(a.longitude + ZoneReach.wrapped(b.longitude - a.longitude) / 2)
    return abs(ZoneReach.wrapped(center - middle)) <= halfWidth + half
  }
}
