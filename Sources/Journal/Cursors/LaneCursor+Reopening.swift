extension LaneCursor {
  /// The parts of `range` that are settled, ascending.
  public func settledParts(of range: ClosedRange<UInt64>) -> [ClosedRange<UInt64>] {
    var parts: [ClosedRange<UInt64>] = []
    // Nothing has the number 0.
    if range.lowerBound <= low, low > 0 {
      let first = max(1, range.lowerBound)
      let last = min(low, range.upperBound)
      if first <= last { parts.append(first...last) }
    }
    for settled in ranges where settled.overlaps(range) { parts.append(settled.clamped(to: range)) }
    return parts
  }

  /// Takes back that these numbers are settled: what they name is sent once more.
  ///
  /// - Returns: False, and nothing changes, when that would need more than `rangeLimit` ranges.
  @discardableResult
  public mutating func reopen(_ parts: [ClosedRange<UInt64>]) -> Bool {
    var settled: [ClosedRange<UInt64>] = (low > 0 ? [1...low] : []) + ranges
    for part in parts {
      settled = settled.flatMap { range -> [ClosedRange<UInt64>] in
        guard range.overlaps(part) else { return [range] }
        var rest: [ClosedRange<UInt64>] = []
        if range.lowerBound < part.lowerBound { rest.append(range.lowerBound...part.lowerBound - 1) }
        if range.upperBound > part.upperBound { rest.append(part.upperBound + 1...range.upperBound) }
        return rest
      }
    }
    var newLow: UInt64 = 0
    if let first = settled.first, first.lowerBound <= 1 {
      newLow = first.upperBound
      settled.removeFirst()
    }
    guard settled.count <= Self.rangeLimit else { return false }
    self = LaneCursor(low: newLow, ranges: settled)
    return true
  }
}
