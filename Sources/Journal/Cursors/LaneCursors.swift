public import Model

/// One uplink's cursors, one per lane.
public struct LaneCursors: Hashable, Sendable {
  private var values: PerLane<LaneCursor>

  /// Every lane settled up to and with `low`.
  public init(low: UInt64 = 0) { values = PerLane(repeating: LaneCursor(low: low)) }

  public subscript(_ lane: Lane) -> LaneCursor {
    get { values[lane] }
    set { values[lane] = newValue }
  }

  /// The lowest of the lanes' low-water marks: everything up to it is settled.
  public var low: UInt64 { Lane.allCases.reduce(UInt64.max) { min($0, self[$1].low) } }

  /// Takes over what the other has settled too.
  public mutating func formUnion(_ cursors: LaneCursors) {
    for lane in Lane.allCases { self[lane].formUnion(cursors[lane]) }
  }
}

extension PackedWriter {
  mutating func write(_ cursors: LaneCursors) {
    for lane in Lane.allCases {
      let cursor = cursors[lane]
      write(cursor.low)
      write(UInt64(cursor.ranges.count))
      var before = cursor.low
      for range in cursor.ranges {
        write(range.lowerBound - before)
        write(range.upperBound - range.lowerBound)
        before = range.upperBound
      }
    }
  }
}

extension PackedReader {
  mutating func laneCursors() throws(PackingError) -> LaneCursors {
    var cursors = LaneCursors()
    for lane in Lane.allCases {
      let low = try unsigned()
      let count = try unsigned()
      guard count <= UInt64(LaneCursor.rangeLimit) else { throw .malformed(offset: offset) }
      var ranges: [ClosedRange<UInt64>] = []
      var before = low
      for _ in 0..<count {
        let (lower, overflow) = before.addingReportingOverflow(try unsigned())
        let (upper, overflow2) = lower.addingReportingOverflow(try unsigned())
        guard !overflow, !overflow2, upper < .max else { throw .malformed(offset: offset) }
        ranges.append(lower...upper)
        before = upper
      }
      cursors[lane] = LaneCursor(low: low, ranges: ranges)
    }
    return cursors
  }
}
