public import Model

extension Journal {
  /// Counts as delivered what reached an uplink's server by another way: a courier. On disk when this returns.
  ///
  /// - Parameters:
  ///   - range: Everything in it that the uplink sends and hadn't delivered, the server has.
  ///   - ends: A record of the range near each end: it must be this journal's, or the file is of another.
  /// - Returns: How many of them were waiting, per lane.
  /// - Throws: `misuse` where the range is of another journal, the uplink isn't known, or its cursor has no room for a range.
  public func settle(
    uplink: String, range: ClosedRange<UInt64>, ends: [RecordIdentity]
  ) throws(JournalError) -> LaneCounts {
    guard var cursor = memory.uplinks[uplink] else {
      throw JournalError(.misuse, "the journal knows no uplink `\(uplink)`", place: path)
    }
    let database = try connection()
    for end in ends where try !isOurs(end) {
      throw JournalError(
        .misuse,
        "record \(end.seq) of journal \(end.journal) is not of this journal; is the file of another box, or of one set up anew?",
        place: path)
    }
    guard range.lowerBound > 0, range.upperBound <= memory.head.lastSequence else {
      throw JournalError(
        .misuse, "records up to \(range.upperBound) were never written here, the last is \(memory.head.lastSequence)",
        place: path)
    }
    let counter = DepthCounter(
      table: BlockTable(database: database), totals: memory.head.totals, thinning: memory.thinning, inflater: inflater)
    let before = try counter.depth(of: cursor)
    for lane in Lane.allCases where cursor.lanes.contains(LaneSet(lane)) {
      guard cursor.cursors[lane].settle(range) else {
        throw JournalError(
          .misuse,
          "the uplink's cursor has no room for another hole in what it has delivered; mark the oldest file first",
          place: path)
      }
    }
    let settled = before - (try counter.depth(of: cursor))
    let moved = cursor
    try database.transaction(step: "settle what was carried") { () throws(JournalError) in
      try StateTable(database: database).save(moved, of: uplink)
    }
    memory.uplinks[uplink] = moved
    memory.revision += 1
    return settled
  }

  /// True where nothing speaks against it: the record is gone, and the journal had that id.
  private func isOurs(_ identity: RecordIdentity) throws(JournalError) -> Bool {
    guard identity.seq > 0, identity.seq <= memory.head.lastSequence else { return false }
    if let block = try BlockTable(database: try connection()).last(atOrBefore: identity.seq),
      block.last >= identity.seq, !block.isEmpty
    {
      return memory.journalID(block.run) == identity.journal
    }
    return memory.runs.contains { $0.id == identity.journal }
  }

  /// What `drop` gave up.
  public struct Dropped: Hashable, Sendable {
    /// Records that waited, per lane.
    public var records = LaneCounts()
    public var deadLetters: UInt64 = 0

    public init() {}
  }

  /// Forgets an uplink that the configuration doesn't name: its cursor, so that nothing is kept for it any more, and its dead letters.
  /// Should it come back, it begins as a new one. On disk when this returns.
  ///
  /// - Throws: `misuse` where it isn't known, or is configured.
  public func forget(uplink: String) throws(JournalError) -> Dropped {
    guard let cursor = memory.uplinks[uplink] else {
      throw JournalError(.misuse, "the journal knows no uplink `\(uplink)`", place: path)
    }
    guard !cursor.isConfigured else {
      throw JournalError(.misuse, "`\(uplink)` is configured", place: path)
    }
    let database = try connection()
    var dropped = Dropped()
    dropped.records = try depth(of: cursor)
    var next = memory
    next.uplinks[uplink] = nil
    next.redeliveries[uplink] = nil
    let known = next
    (memory, dropped.deadLetters) = try database.transaction(step: "forget an uplink") { () throws(JournalError) in
      var next = known
      let table = DeadLetterTable(database: database)
      var gone: UInt64 = 0
      for bytes in try table.deleteAll(of: uplink) {
        next.deadLetters.counts.forget(bytes)
        gone += 1
      }
      next.deadLetters.waiting.removeAll { $0.uplink == uplink }
      next.deadLetters.returning.removeAll { $0.uplink == uplink }
      let state = StateTable(database: database)
      try state.remove(StateTable.cursorKind, uplink)
      try state.remove(StateTable.redeliveryKind, uplink)
      try state.save(next.deadLetters.counts)
      next.head.cursorCount = UInt64(next.uplinks.count)
      try state.save(next.head)
      return (next, gone)
    }
    return dropped
  }

  /// Has everything that waits for a configured uplink given up by the next commit: counted, and told by a `gap` record.
  ///
  /// - Returns: What waits, per lane.
  public func giveUp(uplink: String) throws(JournalError) -> LaneCounts {
    guard let cursor = memory.uplinks[uplink] else {
      throw JournalError(.misuse, "the journal knows no uplink `\(uplink)`", place: path)
    }
    memory.givingUp.insert(uplink)
    return try depth(of: cursor)
  }

  private func depth(of cursor: UplinkCursor) throws(JournalError) -> LaneCounts {
    try DepthCounter(
      table: BlockTable(database: try connection()), totals: memory.head.totals, thinning: memory.thinning,
      inflater: inflater
    ).depth(of: cursor)
  }
}
