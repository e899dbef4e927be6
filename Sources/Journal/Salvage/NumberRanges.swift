import Model

/// A set of sequence numbers as ranges: ascending, disjoint, none touching the next.
struct NumberRanges: Equatable {
  private(set) var ranges: [ClosedRange<UInt64>] = []

  init(_ ranges: some Sequence<ClosedRange<UInt64>> = []) {
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) { append(range) }
  }

  /// - Parameter range: doesn't begin before the last one.
  mutating func append(_ range: ClosedRange<UInt64>) {
    if let last = ranges.last, range.lowerBound <= last.upperBound || range.lowerBound - 1 == last.upperBound {
      ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
    } else {
      ranges.append(range)
    }
  }

  var count: UInt64 { ranges.reduce(0) { $0 &+ ($1.upperBound - $1.lowerBound + 1) } }

  /// What of `whole` isn't in it.
  func subtracted(from whole: ClosedRange<UInt64>) -> NumberRanges {
    var rest: [ClosedRange<UInt64>] = []
    var next = whole.lowerBound
    for range in ranges where range.upperBound >= whole.lowerBound && range.lowerBound <= whole.upperBound {
      if range.lowerBound > next { rest.append(next...range.lowerBound - 1) }
      next = range.upperBound + 1
    }
    if next <= whole.upperBound { rest.append(next...whole.upperBound) }
    return NumberRanges(rest)
  }

  func subtracting(_ other: NumberRanges) -> NumberRanges {
    NumberRanges(ranges.flatMap { other.subtracted(from: $0).ranges })
  }

  func intersection(_ other: NumberRanges) -> NumberRanges {
    var (a, b) = (0, 0)
    var common: [ClosedRange<UInt64>] = []
    while a < ranges.count, b < other.ranges.count {
      let (x, y) = (ranges[a], other.ranges[b])
      if x.overlaps(y) { common.append(x.clamped(to: y)) }
      if x.upperBound < y.upperBound { a += 1 } else { b += 1 }
    }
    return NumberRanges(common)
  }

  /// True when some number of `range` is among them.
  func overlaps(_ range: ClosedRange<UInt64>) -> Bool {
    // The first that doesn't end before it.
    var (start, end) = (0, ranges.count)
    while start < end {
      let middle = (start + end) / 2
      if ranges[middle].upperBound < range.lowerBound { start = middle + 1 } else { end = middle }
    }
    return start < ranges.count && ranges[start].lowerBound <= range.upperBound
  }

  func contains(_ range: ClosedRange<UInt64>) -> Bool {
    ranges.contains { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound }
  }
}

extension NumberRanges {
  /// The numbers that are settled for every one of the uplinks, whatever lane their records were of; nothing where there is no uplink.
  static func settled(_ uplinks: some Collection<UplinkCursor>) -> NumberRanges {
    var settled: NumberRanges?
    for uplink in uplinks {
      for lane in Lane.allCases where uplink.lanes.contains(LaneSet(lane)) {
        let cursor = uplink.cursors[lane]
        let own = NumberRanges((cursor.low > 0 ? [1...cursor.low] : []) + cursor.ranges)
        settled = settled?.intersection(own) ?? own
      }
    }
    return settled ?? NumberRanges()
  }
}
