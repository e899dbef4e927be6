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
    while let current = header, current.first <= query.range.upperBound {
      if !current.counts.lanes.isDisjoint(with: query.lanes), let block = try decoded(current, in: table) {
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
    }
    return found
  }

  /// From the cache, or unpacked; `nil` when it is damaged.
  private func decoded(_ header: Block.Header, in table: BlockTable) throws(JournalError) -> DecodedBlock? {
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
