public import Model

/// Delivered records that are to go to an uplink once more, as the same records: numbers that were settled for it and whose blocks are
/// still there, per lane.
public struct Reopening: Hashable, Sendable {
  public var uplink: String
  /// Ascending and disjoint; lanes without any are left out.
  public var parts: [Lane: [ClosedRange<UInt64>]]
  /// How many records that are, in all lanes.
  public var records: UInt64

  public init(uplink: String, parts: [Lane: [ClosedRange<UInt64>]], records: UInt64) {
    self.uplink = uplink
    self.parts = parts
    self.records = records
  }

  /// Takes the parts out of what is settled. False, and nothing changes, where a lane would need too many ranges for it.
  @discardableResult
  public func apply(to cursors: inout LaneCursors) -> Bool {
    var changed = cursors
    for (lane, ranges) in parts where !changed[lane].reopen(ranges) { return false }
    cursors = changed
    return true
  }
}

extension Journal {
  /// The most numbers that one `reopening` looks through: each block among them is looked up.
  public static let mostReopened: UInt64 = 100_000
  /// Ranges that stay free in each lane's cursor, so that delivery goes on unhindered beside what is sent again.
  static let reopeningReserve = 8

  /// What sending `range` again to `uplink` comes to; to be given to a `Commit`, which does it. Nothing changes by asking.
  ///
  /// What was never settled is left as it is: it will be sent anyway. What isn't there any more can't be sent again.
  ///
  /// - Parameter moved: How far the uplink has come beyond what the journal has saved.
  /// - Returns: `nil` where the uplink isn't known, or its cursors have too many holes to make further ones; without parts, where there is
  ///   nothing to send again.
  public func reopening(
    of range: ClosedRange<UInt64>, for uplink: String, moved: LaneCursors? = nil
  ) throws(JournalError) -> Reopening? {
    guard let known = memory.uplinks[uplink] else { return nil }
    var cursor = known
    if let moved { cursor.cursors.formUnion(moved) }
    let last = min(range.upperBound, memory.head.lastSequence)
    var reopening = Reopening(uplink: uplink, parts: [:], records: 0)
    guard range.lowerBound <= last else { return reopening }
    let kept = try BlockTable(database: try connection()).covered(range.lowerBound...last)
    for lane in Lane.allCases where cursor.lanes.contains(LaneSet(lane)) {
      let parts = kept.flatMap { cursor.cursors[lane].settledParts(of: $0) }
      if !parts.isEmpty { reopening.parts[lane] = parts }
    }
    let before = try depth(of: cursor)
    guard reopening.apply(to: &cursor.cursors),
      reopening.parts.keys.allSatisfy({
        cursor.cursors[$0].ranges.count + Self.reopeningReserve <= LaneCursor.rangeLimit
      })
    else { return nil }
    let after = try depth(of: cursor)
    reopening.records = after.total &- before.total
    return reopening
  }

  private func depth(of cursor: UplinkCursor) throws(JournalError) -> LaneCounts {
    try DepthCounter(
      table: BlockTable(database: try connection()), totals: memory.head.totals, thinning: memory.thinning,
      inflater: inflater
    ).depth(of: cursor)
  }
}

extension Transaction {
  /// After the cursors that moved were joined: what is reopened with them stays open.
  mutating func reopen(_ reopenings: [Reopening]) throws(JournalError) {
    for reopening in reopenings {
      guard var cursor = memory.uplinks[reopening.uplink], reopening.apply(to: &cursor.cursors) else {
        throw JournalError(
          .misuse, "what isn't settled can't be sent again", place: "\(database.path), send again")
      }
      memory.uplinks[reopening.uplink] = cursor
      changedUplinks.insert(reopening.uplink)
    }
  }
}
