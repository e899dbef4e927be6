import Model

// What is given up, or forgotten, because of its age; and what is damaged.
extension Transaction {
  /// Between two searches for what has grown too old.
  private static let sweepInterval = Interval.minutes(1)
  /// Blocks looked at by one commit, so that none takes long.
  private static let sweepLimit = 512

  /// Blocks that were found damaged: what they held can't be delivered, to anybody.
  mutating func giveUpDamaged() throws(JournalError) {
    // What is found on the way is of the next commit.
    for first in memory.damaged.sorted() {
      guard var header = try blocks.last(atOrBefore: first), header.first == first else {
        throw Suspicion.certain(database.path, "block \(first) is not where it was found")
      }
      // The header may be what is damaged. Each number lies in a block, so that the next one says where this one ends.
      let end = try blocks.first(after: first)?.first ?? memory.head.lastSequence + 1
      header.last = end - 1
      header.counts = try held(by: header)
      var gone = GivenUp()
      gone.add(header.range, header.counts)
      report(gone, .repair)
      try delete(header, lanes: .all)
      memory.damaged.remove(first)
    }
  }

  /// What a damaged block had: by its content if that can be read, else as its header counts if its numbers have room for that. Where neither
  /// says, all that can have been; of which lane it was nobody knows then.
  private func held(by header: Block.Header) throws(JournalError) -> LaneCounts {
    let room = header.last - header.first + 1
    if let counts = try blocks.block(header.first)?.block.contentCounts(by: inflater), counts.total <= room,
      counts.total > 0 || header.isEmpty
    {
      return counts
    }
    if (1...room).contains(header.counts.total) { return header.counts }
    var counts = LaneCounts()
    counts[.other] = room
    return counts
  }

  /// Records older than an uplink's `keep` are given up for it, and uplinks that were removed that long ago are forgotten.
  mutating func giveUpForKeep() throws(JournalError) {
    guard memory.sweep.position == nil, time >= memory.sweep.due else { return }
    for name in memory.uplinkNames {
      guard let uplink = memory.uplinks[name] else { continue }
      let keep = uplink.keep ?? UplinkCursor.graceTime
      if !uplink.isConfigured, time - uplink.seen > keep {
        forget(name)
        continue
      }
      guard uplink.keep != nil, try isOverdue(uplink, keep),
        let newest = try blocks.last(before: EngineTime(nanoseconds: time.nanoseconds &- keep.nanoseconds))
      else { continue }
      try giveUp(name, uplink, through: newest.last, .keep)
    }
  }

  /// Whether something waits for it that is older than `keep` by a 64th of that. Without this margin each minute without a link would have
  /// a gap record of its own.
  private func isOverdue(_ uplink: UplinkCursor, _ keep: Interval) throws(JournalError) -> Bool {
    let lows = Lane.allCases.filter { uplink.lanes.contains(LaneSet($0)) }.map { uplink.cursors[$0].low }
    guard let low = lows.min(), var oldest = try blocks.block(coveringOrAfter: low + 1) else { return false }
    while oldest.isEmpty {
      guard let next = try blocks.first(after: oldest.first) else { return false }
      oldest = next
    }
    return (time - oldest.time).nanoseconds > keep.nanoseconds + keep.nanoseconds / 64
  }

  /// Its cursor goes, and what it was to send once more; its dead letters stay.
  mutating func forget(_ uplink: String) {
    memory.uplinks[uplink] = nil
    changedUplinks.insert(uplink)
    guard memory.redeliveries.removeValue(forKey: uplink) != nil else { return }
    changedRedeliveries.insert(uplink)
  }

  /// What waits for uplinks of which the operator said so.
  mutating func giveUpAsTold() throws(JournalError) {
    for name in memory.givingUp.sorted() {
      guard let uplink = memory.uplinks[name] else { continue }
      try giveUp(name, uplink, through: memory.head.lastSequence, .told)
    }
    memory.givingUp = []
  }

  private mutating func giveUp(
    _ name: String, _ uplink: UplinkCursor, through last: UInt64, _ cause: DropCause
  ) throws(JournalError) {
    var gone = GivenUp()
    var moved = uplink
    for lane in Lane.allCases where uplink.lanes.contains(LaneSet(lane)) && uplink.cursors[lane].low < last {
      try count(lane, of: uplink, through: last, in: &gone)
      moved.cursors[lane].settle(through: last)
    }
    guard moved != uplink else { return }
    memory.uplinks[name] = moved
    changedUplinks.insert(name)
    memory.revision += 1
    report(gone, cause)
  }

  /// What of the lane the uplink hasn't settled up to `last`. After months without a link that is a hundred thousand blocks: only
  /// those that it has begun, and the first and last of the others, are unpacked.
  private mutating func count(
    _ lane: Lane, of uplink: UplinkCursor, through last: UInt64, in gone: inout GivenUp
  ) throws(JournalError) {
    let cursor = uplink.cursors[lane]
    var whole: (first: Block.Header, last: Block.Header)?
    var position = cursor.low
    var passed: Block.Header?
    while position < last, let header = try blocks.block(coveringOrAfter: position + 1), header.first <= last {
      position = header.last
      try examine(passed, lane, upTo: header)
      passed = header
      guard header.counts[lane] > 0, !cursor.contains(header.range) else { continue }
      if lane == .other || cursor.overlaps(header.range) {
        guard let block = try unpack(header) else { continue }
        for (seq, record) in block.records where record.lane == lane && !cursor.contains(seq) { gone.add(seq, record) }
      } else {
        gone.add(count: header.counts[lane], lane)
        whole = (whole?.first ?? header, header)
      }
    }
    if let passed { try examine(passed, lane, upTo: try blocks.first(after: passed.first)) }
    guard let whole else { return }
    let first = try unpack(whole.first)?.records.first { $0.record.lane == lane }?.seq ?? whole.first.first
    let final = try unpack(whole.last)?.records.last { $0.record.lane == lane }?.seq ?? whole.last.last
    gone.cover(first...max(first, final))
  }

  /// Looks whether a block that was passed over, because it counts nothing of the lane, is whole.
  private mutating func examine(_ block: Block.Header?, _ lane: Lane, upTo next: Block.Header?) throws(JournalError) {
    guard let block, block.counts[lane] == 0 else { return }
    guard !block.accounts(for: LaneSet(lane), upTo: next?.before ?? memory.head.totals) else { return }
    _ = try unpack(block)
  }

  /// Whole blocks that are older than `history` and settled for every uplink are deleted, a few per commit.
  mutating func sweepHistory() throws(JournalError) {
    if memory.sweep.position == nil {
      guard time >= memory.sweep.due else { return }
      memory.sweep = Sweep(due: time + Self.sweepInterval, position: 0)
    }
    guard let position = memory.sweep.position else { return }
    let cutoff = EngineTime(nanoseconds: time.nanoseconds &- options.history.nanoseconds)
    let settlement = settlement
    let headers = try blocks.headers(after: position, limit: Self.sweepLimit)
    for header in headers where header.time < cutoff {
      if try isSettled(header, settlement) { try delete(header) }
    }
    let isDone = headers.count < Self.sweepLimit || (headers.last?.time ?? cutoff) >= cutoff
    memory.sweep.position = isDone ? nil : headers.last?.first
    if isDone { try forgetOldBoots() }
  }

  /// Boots and runs of which no record is left.
  private mutating func forgetOldBoots() throws(JournalError) {
    let oldest = try blocks.first(after: 0)
    let boot = min(oldest?.boot ?? .max, memory.boots.last?.ordinal ?? 0)
    let run = min(oldest?.run ?? .max, memory.runs.last?.ordinal ?? 0)
    if let first = memory.boots.first, first.ordinal < boot {
      memory.boots.removeAll { $0.ordinal < boot }
      try database.run("DELETE FROM boots WHERE ordinal<?", [.integer(boot)], step: "forget old boots")
    }
    if let first = memory.runs.first, first.ordinal < run {
      memory.runs.removeAll { $0.ordinal < run }
      try database.run("DELETE FROM runs WHERE ordinal<?", [.integer(run)], step: "forget old runs")
    }
  }
}
