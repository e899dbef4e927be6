import Model

extension Transaction {
  /// Deletes a block whose records are settled, or given up, for every uplink.
  ///
  /// Behind other blocks an empty one stays in its place, and takes in the empty ones beside it: so every number behind the first block lies
  /// in a block, and one that doesn't is gone without our doing. Cursors couldn't tell that: those of lanes in which nothing happens run
  /// ahead over anything. The cursors then cover the hole in one piece, so that depths can be told from sums (see `DepthCounter`).
  mutating func delete(_ header: Block.Header, lanes: LaneSet? = nil) throws(JournalError) {
    let lanes = lanes ?? header.counts.lanes
    var empty = Block.Header(
      first: header.first, last: header.last, run: header.run, boot: header.boot, time: header.time,
      counts: LaneCounts(), before: header.before)
    try remove(header.first)
    var before = try blocks.last(atOrBefore: header.first)
    while let neighbour = before, try isWithoutRecords(neighbour) {
      (empty.first, empty.before) = (neighbour.first, neighbour.before)
      try remove(neighbour.first)
      before = try blocks.last(atOrBefore: neighbour.first)
    }
    var after = try blocks.first(after: header.first)
    while let neighbour = after, try isWithoutRecords(neighbour) {
      try remove(neighbour.first)
      after = try blocks.first(after: neighbour.first)
    }
    let (start, end) = ((before?.last ?? 0) + 1, (after?.first ?? memory.head.lastSequence + 1) - 1)
    // Else one of them is damaged, and will be found to be.
    guard start <= end else { return }
    let hole = start...end
    if before != nil {
      (empty.first, empty.last) = (hole.lowerBound, hole.upperBound)
      try blocks.insert(Block(empty: empty, by: deflater))
      changedBlocks.insert(empty.first)
    }
    settle(hole, lanes)
  }

  /// One that only says so is damaged: it isn't taken in, which nobody would be told.
  private mutating func isWithoutRecords(_ header: Block.Header) throws(JournalError) -> Bool {
    guard header.isEmpty, !memory.damaged.contains(header.first) else { return false }
    return try unpack(header) != nil
  }

  private mutating func remove(_ first: UInt64) throws(JournalError) {
    try blocks.delete(first)
    changedBlocks.insert(first)
  }

  /// For every uplink; where a cursor touches the hole already, in other lanes, too.
  private mutating func settle(_ hole: ClosedRange<UInt64>, _ lanes: LaneSet) {
    for name in memory.uplinkNames {
      guard let uplink = memory.uplinks[name] else { continue }
      var moved = uplink
      for lane in Lane.allCases where lanes.contains(LaneSet(lane)) || uplink.cursors[lane].touches(hole) {
        moved.cursors[lane].settle(hole)
      }
      guard moved != uplink else { continue }
      memory.uplinks[name] = moved
      changedUplinks.insert(name)
    }
  }
}
