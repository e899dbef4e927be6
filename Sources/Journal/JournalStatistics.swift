import Deflate
public import Model

/// What there is to tell of the journal, for `waypost status`.
public struct JournalStatistics: Hashable, Sendable {
  public var journalID: String
  public var engineID: String
  /// The oldest number that is still covered; `nil` when nothing is kept.
  public var firstSequence: UInt64?
  public var lastSequence: UInt64
  /// Engine time of the last commit.
  public var time: EngineTime
  /// When the oldest record that is kept was committed.
  public var oldest: EngineTime?
  /// What the files take on disk, bytes.
  public var bytes: Int64
  /// What of it is in use; the rest is free for what comes.
  public var usedBytes: Int64
  public var limit: Int64
  public var recording: Recording
  /// Records given up since the journal was made.
  public var drops: DropCounts
  public var deadLetters: DeadLetterCounts
  /// By name; also uplinks that the configuration doesn't name any more, while their cursors stay.
  public var uplinks: [Uplink]

  public struct Recording: Hashable, Sendable {
    public var isOn: Bool
    /// It ended by itself because it had become too large.
    public var isFull: Bool
    public var observations: UInt64
    public var bytes: UInt64
  }

  public struct Uplink: Hashable, Sendable {
    public var name: String
    public var isConfigured: Bool
    /// Older records are given up for it; a removed one is forgotten after so long.
    public var keep: Interval
    /// When the configuration last named it, as far as is known.
    public var seen: EngineTime
    /// What it sends.
    public var lanes: LaneSet
    /// When the oldest record that may wait for it was committed.
    public var oldestWaiting: EngineTime?
    /// Requeued dead letters that wait to be sent again.
    public var requeued: Int
    /// Records that wait, per lane.
    public var depth: LaneCounts
    public var cursors: LaneCursors
  }
}

extension Journal {
  /// Costs a few look-ups per uplink, however much waits.
  public func statistics() throws(JournalError) -> JournalStatistics {
    let database = try connection()
    let head = memory.head
    let pages = try database.integer("PRAGMA page_count", step: "count pages") ?? 0
    let free = try database.integer("PRAGMA freelist_count", step: "count pages") ?? 0
    let counter = DepthCounter(
      table: BlockTable(database: database), totals: head.totals, thinning: memory.thinning, inflater: inflater)
    var uplinks: [JournalStatistics.Uplink] = []
    for name in memory.uplinkNames {
      guard let cursor = memory.uplinks[name] else { continue }
      let depth = try counter.depth(of: cursor)
      uplinks.append(
        JournalStatistics.Uplink(
          name: name, isConfigured: cursor.isConfigured, keep: cursor.keep ?? UplinkCursor.graceTime, seen: cursor.seen,
          lanes: cursor.lanes, oldestWaiting: try oldest(of: cursor, depth),
          requeued: memory.redeliveries[name]?.letterCount ?? 0,
          depth: depth, cursors: cursor.cursors))
    }
    return JournalStatistics(
      journalID: journalID, engineID: engineID,
      firstSequence: try BlockTable(database: database).first(after: 0)?.first,
      lastSequence: head.lastSequence, time: head.time,
      oldest: try BlockTable(database: database).first(after: 0)?.time,
      bytes: BrokenFile.size(of: path) + BrokenFile.size(of: path + "-wal"),
      usedBytes: (pages - free) * Schema.pageSize, limit: options.limit,
      recording: JournalStatistics.Recording(
        isOn: head.recording.isOn, isFull: head.recording.stop == .limit, observations: head.recording.observations,
        bytes: head.recording.bytes),
      drops: head.drops, deadLetters: memory.deadLetters.counts, uplinks: uplinks)
  }
}

extension Journal {
  /// Blocks that are passed over in the search for the oldest record that waits; then the one that was reached counts.
  private static let passLimit = 256

  /// When the block behind the lowest mark of a lane in which something waits was committed.
  private func oldest(of cursor: UplinkCursor, _ depth: LaneCounts) throws(JournalError) -> EngineTime? {
    let table = BlockTable(database: try connection())
    var oldest: EngineTime?
    for lane in Lane.allCases where depth[lane] > 0 {
      var header = try table.block(coveringOrAfter: cursor.cursors[lane].low + 1)
      // Blocks of other lanes, and what was delivered out of turn.
      var passed = 0
      while passed < Self.passLimit, let current = header,
        current.counts[lane] == 0 || cursor.cursors[lane].contains(current.range)
      {
        header = try table.first(after: current.first)
        passed += 1
      }
      if let time = header?.time { oldest = min(oldest ?? time, time) }
    }
    return oldest
  }
}

/// Counts records between numbers by the sums that the blocks carry, instead of looking at each.
///
/// Where blocks are gone, their records were settled (or given up) for every uplink, and a cursor covers such a hole, in which an empty
/// block lies now, in one piece: what ends in it counts all of it, what begins in it begins at its start. What was thinned is taken off the sums (see `ThinningBook`).
struct DepthCounter {
  let table: BlockTable
  let totals: LaneCounts
  let thinning: ThinningBook
  let inflater: Inflater

  /// Records that the uplink hasn't settled, per lane.
  func depth(of uplink: UplinkCursor) throws(JournalError) -> LaneCounts {
    var depth = LaneCounts()
    for lane in Lane.allCases where uplink.lanes.contains(LaneSet(lane)) {
      let cursor = uplink.cursors[lane]
      var settled = try count(lane, through: cursor.low)
      for range in cursor.ranges {
        settled &+= try count(lane, through: range.upperBound) &- count(lane, before: range.lowerBound)
      }
      let all = all(lane)
      depth[lane] = all >= settled ? all - settled : 0
    }
    return depth
  }

  private func all(_ lane: Lane) -> UInt64 { totals[lane] &- thinning.shift(at: .max)[lane] }

  /// Records of the lane before the block.
  private func before(_ block: Block.Header, _ lane: Lane) -> UInt64 {
    block.before[lane] &- thinning.shift(at: block.first)[lane]
  }

  /// Records of the lane numbered up to `seq`, and those of a hole that it lies in.
  private func count(_ lane: Lane, through seq: UInt64) throws(JournalError) -> UInt64 {
    // Inside a block its records decide; the block after it, or the end, knows the sum.
    if let block = try table.last(atOrBefore: seq), seq < block.last, !block.isEmpty {
      return before(block, lane) &+ (try records(of: lane, in: block, through: seq))
    }
    return try table.first(after: seq).map { before($0, lane) } ?? all(lane)
  }

  /// Records of the lane numbered below `seq`, without those of a hole that it lies in.
  private func count(_ lane: Lane, before seq: UInt64) throws(JournalError) -> UInt64 {
    guard let block = try table.last(atOrBefore: seq - 1) else {
      return try table.first(after: 0).map { before($0, lane) } ?? 0
    }
    guard seq <= block.last else { return before(block, lane) &+ block.counts[lane] }
    return before(block, lane) &+ (try records(of: lane, in: block, through: seq - 1))
  }

  private func records(
    of lane: Lane, in header: Block.Header, through seq: UInt64
  ) throws(JournalError) -> UInt64 {
    guard header.counts[lane] > 0, let (block, isIntact) = try table.block(header.first), isIntact,
      let unpacked = UnpackedBlock(block, by: inflater)
    else { return 0 }
    return UInt64(unpacked.records.count { $0.seq <= seq && $0.record.lane == lane })
  }
}
