public import Model

extension Journal {
  /// The records that the query asks for, by ascending number; fewer than there are when a bound of the query was reached.
  ///
  /// Numbers that have no record, or one of another lane, are not there. A block that turns out to be damaged is left out, and given up
  /// with a `gap` record by the next commit.
  public func read(_ query: Query) throws(JournalError) -> [StoredRecord] {
    var found: [StoredRecord] = []
    guard query.limit > 0, query.range.lowerBound <= memory.head.lastSequence else { return found }
    let table = BlockTable(database: try connection())
    var bytes = 0
    var header = try table.block(coveringOrAfter: query.range.lowerBound)
    try examine(before: header, in: table)
    while let current = header, current.first <= query.range.upperBound {
      let isPassedOver = current.counts.lanes.isDisjoint(with: query.lanes)
      if !isPassedOver, let block = try decoded(current, in: table) {
        var index = block.firstIndex(atOrAfter: query.range.lowerBound)
        while index < block.records.count {
          let record = block.records[index]
          guard record.identity.seq <= query.range.upperBound else { return found }
          if query.lanes.contains(LaneSet(record.lane)) {
            bytes += block.sizes[index]
            if found.count == query.limit || (bytes > query.byteLimit && !found.isEmpty) { return found }
            found.append(record)
          }
          index += 1
        }
      }
      header = try table.first(after: current.first)
      if isPassedOver, !current.accounts(for: query.lanes, upTo: header?.before ?? memory.head.totals),
        try table.block(current.first)?.isIntact != true
      {
        memory.damaged.insert(current.first)
      }
      // What the header of a damaged block says counts for nothing.
      if !memory.damaged.contains(current.first) { try examine(from: current, to: header) }
    }
    return found
  }

  /// Behind the first block every number lies in one, up to the last that was given: what is deleted leaves an empty one in its place. What
  /// doesn't is gone without our doing: a page that was never written, or is another's. SQLite sees nothing wrong in that.
  private func examine(from block: Block.Header, to next: Block.Header?) throws(JournalError) {
    let expected = block.last + 1
    let found = next?.first ?? memory.head.lastSequence + 1
    guard found != expected else { return }
    throw Suspicion.certain(path, "\(next == nil ? "the end" : "block") \(found) follows \(block.last)")
  }

  /// - Parameter block: The first of those that are read; `nil` where there is none.
  private func examine(before block: Block.Header?, in table: BlockTable) throws(JournalError) {
    let end = max(1, block?.first ?? memory.head.lastSequence + 1)
    if let before = try table.last(atOrBefore: end - 1) {
      if !memory.damaged.contains(before.first) { try examine(from: before, to: block) }
      return
    }
    // Before the first there is nothing that anybody waits for.
    let isWaiting = memory.uplinks.values.contains { uplink in
      Lane.allCases.contains { uplink.lanes.contains(LaneSet($0)) && uplink.cursors[$0].low < end - 1 }
    }
    guard isWaiting else { return }
    throw Suspicion.certain(path, "the first block is \(end), and something before it waits")
  }

  /// From the cache, or unpacked; `nil` when it is damaged.
  func decoded(_ header: Block.Header, in table: BlockTable) throws(JournalError) -> DecodedBlock? {
    let boot = memory.boot(header.boot)
    if let cached = cache.block(header, utcAtZero: boot?.utcAtZero) { return cached }
    guard !memory.damaged.contains(header.first) else { return nil }
    guard let (block, isIntact) = try table.block(header.first), isIntact,
      let unpacked = UnpackedBlock(block, by: inflater), let boot
    else {
      memory.damaged.insert(header.first)
      return nil
    }
    let decoded = DecodedBlock(unpacked, journal: memory.journalID(header.run), boot: boot)
    cache.insert(decoded)
    return decoded
  }
}
