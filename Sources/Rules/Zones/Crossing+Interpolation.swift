import Geo
import Model

extension Crossing {
  /// Where and when the straight way from `a` to `b`, at an even pace, crosses the zone's border to `side`.
  ///
  /// By bisection on containment, not from the two distances: they are measured to the nearest point of the border, which on a
  /// long or slanting way is not the one that is crossed. Where the fixes are farther apart in time than the zone trusts, the
  /// crossing fell into a gap and is dated by the later one.
  static func between(_ a: Fix, _ b: Fix, into side: Side, of zone: Zone) -> Crossing {
    let seconds = b.seconds(since: a)
    guard a.clock == b.clock, seconds <= zone.band.lostAfter.seconds else {
      return Crossing(at: b, isGap: true)
    }
    let eastward = ZoneReach.wrapped(b.coordinate.longitude - a.coordinate.longitude)
    func place(_ part: Double) -> Coordinate {
      Coordinate(
        latitude: a.coordinate.latitude + part * (b.coordinate.latitude - a.coordinate.latitude),
        longitude: ZoneReach.wrapped(a.coordinate.longitude + part * eastward))
    }
    var before = 0.0
    var after = 1.0
    // 2⁻²⁰ of the way between two fixes is below a millimetre for any vehicle.
    for _ in 0..<20 {
      let middle = (before + after) / 2
      if zone.shape.contains(place(middle)) == (side == .inside) { after = middle } else { before = middle }
    }
    let milliseconds = a.milliseconds + Int64((Double(b.milliseconds - a.milliseconds) * after).rounded())
    return Crossing(
      at: Fix(clock: b.clock, milliseconds: milliseconds, coordinate: after == 1 ? b.coordinate : place(after)),
      isGap: false)
  }
}
