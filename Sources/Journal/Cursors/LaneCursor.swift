import Model

/// How far one lane is settled for one uplink: everything up to `low`, and at most 64 ranges above it.
///
/// Sequence numbers run over all lanes, so most of those in a range belong to other lanes; that doesn't matter, they are never asked
/// for here. A caller that knows which of a lane's records come one after the other settles the numbers between them too, by
/// `settle(_:)` with a range, so that ranges grow together.
public struct LaneCursor: Hashable, Sendable {
  /// The most ranges that are kept; a settlement that would need one more is refused.
  public static let rangeLimit = 64

  /// Every record of this lane with this number or a lower one is settled.
  public private(set) var low: UInt64
  /// Settled above `low`: ascending, disjoint, none touching the next nor `low`.
  public private(set) var ranges: [ClosedRange<UInt64>]

  public init(low: UInt64 = 0) {
    self.low = low
    ranges = []
  }

  /// As saved, where the ranges may come in any order and overlap; what is past the bound is left out, from the top.
  public init(low: UInt64, ranges: [ClosedRange<UInt64>]) {
    self.init(low: low)
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) { settle(range) }
  }

  public func contains(_ seq: UInt64) -> Bool {
    if seq <= low { return true }
    // The first range that doesn't end before it.
    var (start, end) = (0, ranges.count)
    while start < end {
      let middle = (start + end) / 2
      if ranges[middle].upperBound < seq { start = middle + 1 } else { end = middle }
    }
    return start < ranges.count && ranges[start].contains(seq)
  }

  /// True when every number of `range` is settled.
  public func contains(_ range: ClosedRange<UInt64>) -> Bool {
    range.upperBound <= low
      || ranges.contains {
        max(low + 1, range.lowerBound) >= $0.lowerBound && range.upperBound <= $0.upperBound
      }
  }

  /// True when some number of `range` is settled.
  public func overlaps(_ range: ClosedRange<UInt64>) -> Bool {
    range.lowerBound <= low || ranges.contains { $0.overlaps(range) }
  }

  /// True when settling `range` needs no further range: something settled overlaps it or lies right beside it.
  func touches(_ range: ClosedRange<UInt64>) -> Bool {
    range.lowerBound <= low || range.lowerBound - 1 == low
      || ranges.contains { $0.upperBound >= range.lowerBound - 1 && $0.lowerBound - 1 <= range.upperBound }
  }

  /// Marks one record as settled; see `settle(_:)` for ranges.
  @discardableResult
  public mutating func settle(_ seq: UInt64) -> Bool { settle(seq...seq) }

  /// Marks a range as settled. False, and nothing changes, when that would need more than 64 ranges.
  @discardableResult
  public mutating func settle(_ range: ClosedRange<UInt64>) -> Bool {
    if range.upperBound <= low { return true }
    if range.lowerBound <= low + 1 {
      settle(through: range.upperBound)
      return true
    }
    // The ranges that touch or overlap it become one with it.
    var start = ranges.endIndex
    while start > 0, ranges[start - 1].upperBound >= range.lowerBound - 1 { start -= 1 }
    var end = start
    var merged = range
    while end < ranges.endIndex, ranges[end].lowerBound - 1 <= range.upperBound {
      merged = min(merged.lowerBound, ranges[end].lowerBound)...max(merged.upperBound, ranges[end].upperBound)
      end += 1
    }
    if start == end, ranges.count == Self.rangeLimit { return false }
    ranges.replaceSubrange(start..<end, with: CollectionOfOne(merged))
    return true
  }

  /// Marks everything up to and with `seq` as settled.
  public mutating func settle(through seq: UInt64) {
    guard seq > low else { return }
    low = seq
    while let first = ranges.first, first.lowerBound - 1 <= low {
      low = max(low, first.upperBound)
      ranges.removeFirst()
    }
  }

  /// Takes over what the other has settled too. Past 64 ranges the highest are left out: those records are sent again.
  public mutating func formUnion(_ other: LaneCursor) {
    settle(through: other.low)
    var all = ranges
    all.append(contentsOf: other.ranges)
    self = LaneCursor(low: low, ranges: all)
  }
}
