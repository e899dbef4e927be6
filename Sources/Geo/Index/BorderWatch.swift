/// Which borders a moving vehicle may have crossed with each step, among many zones: all others are on the side of them where it was.
///
/// Right at any step, small or large. For states of zones that only change where a border is crossed; `ZoneWatch` keeps the plainest of them.
public struct BorderWatch: Sendable {
  /// Zones whose border may lie between the last place and the one before; in no particular order, none twice.
  public private(set) var suspects: [Int32] = []
  private var queue = ClearanceQueue()

  public init() {}

  /// Takes the vehicle to a place, in the index that it was in before.
  ///
  /// - Returns: True where the watch began anew, as at first and after a jump. Then the suspects are those whose boxes hold the place,
  ///   and it isn't known of any other zone whether its border was crossed; the place is outside of them all.
  public mutating func move(to place: Coordinate, in index: ZoneIndex) -> Bool {
    suspects.removeAll(keepingCapacity: true)
    let place = place.canonical
    var isAnew = false
    switch queue.move(to: place, in: index.tree) {
    case .clear: return false
    case .anew: isAnew = true
    case .due: break
    }
    while let due = queue.next(in: index.tree) {
      switch index.clearance(of: due.zone, at: place, queue.search(for: due, from: place)) {
      case .plane(let degrees):
        // Around the last place and around this one no border is nearer than they are clear of it: where the two rounds meet, none is between.
        if degrees <= due.gap { suspects.append(Int32(truncatingIfNeeded: due.zone)) }
        queue.keep(due.zone, clear: degrees)
      case .metres(let metres):
        suspects.append(Int32(truncatingIfNeeded: due.zone))
        queue.keep(due.zone, clearMetres: metres)
      }
    }
    return isAnew
  }

  /// Begins anew at the next move.
  public mutating func reset() { queue.reset() }
}
