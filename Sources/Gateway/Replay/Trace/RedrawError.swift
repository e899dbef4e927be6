import Geo

/// How far the real track is from the one that a receiver draws of the positions that it got: by straight lines at even speed, each fix
/// against where the line has the vehicle at the fix's time (the synchronised Euclidean distance).
public struct RedrawError: Sendable, Hashable {
  /// Metres; 0 where nothing was measured.
  public private(set) var largest = 0.0
  /// Fixes between two positions that were sent.
  public private(set) var measured = 0
  /// Fixes before the first and after the last position that was sent: nobody draws them.
  public private(set) var unseen = 0
  private var sum = 0.0
  private var lastFix: Int64?
  private var lastSent: TracePoint?
  /// Fixes since the last position sent.
  private var waiting: [TracePoint] = []

  /// Metres; `nil` where nothing was measured.
  public var mean: Double? { measured > 0 ? sum / Double(measured) : nil }

  /// A fix as it was; one that is not later than the last is passed over.
  mutating func fix(_ point: TracePoint) {
    if let lastFix, point.milliseconds <= lastFix { return }
    lastFix = point.milliseconds
    if lastSent == nil { unseen += 1 }
    waiting.append(point)
    // Of what comes before the first position only the newest can still be of account: it may be that position.
    if lastSent == nil, waiting.count > 1 { waiting.removeFirst() }
  }

  /// A position that was sent; one that is not later than the last is passed over.
  mutating func sent(_ point: TracePoint) {
    if let before = lastSent {
      guard point.milliseconds > before.milliseconds else { return }
      let covered = waiting.prefix { $0.milliseconds <= point.milliseconds }
      for fix in covered {
        let distance = Geodesic.distance(fix.coordinate, before.place(towards: point, at: fix.milliseconds))
        largest = max(largest, distance)
        sum += distance
      }
      measured += covered.count
      waiting.removeFirst(covered.count)
    } else {
      let isFirst = waiting.last?.milliseconds == point.milliseconds
      waiting.removeAll { $0.milliseconds <= point.milliseconds }
      if isFirst {
        unseen -= 1
        measured += 1
      }
    }
    lastSent = point
  }

  /// No more comes.
  mutating func finish() {
    if lastSent != nil { unseen += waiting.count }
    waiting = []
  }

  /// The error over several drives.
  public mutating func formUnion(_ other: RedrawError) {
    largest = max(largest, other.largest)
    measured += other.measured
    unseen += other.unseen
    sum += other.sum
  }
}
