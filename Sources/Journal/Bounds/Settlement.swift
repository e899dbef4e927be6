import Model

/// Which records are settled for every uplink that the journal knows.
struct Settlement {
  let uplinks: [UplinkCursor]

  /// What can be told of a lane within a block without unpacking it.
  enum Answer { case all, none, some }

  func isSettled(_ seq: UInt64, _ lane: Lane) -> Bool { uplinks.allSatisfy { $0.isSettled(seq, lane) } }

  func answer(_ lane: Lane, in range: ClosedRange<UInt64>) -> Answer {
    var isAll = true
    for uplink in uplinks where uplink.lanes.contains(LaneSet(lane)) {
      let cursor = uplink.cursors[lane]
      if cursor.contains(range) { continue }
      if !cursor.overlaps(range) { return .none }
      isAll = false
    }
    return isAll ? .all : .some
  }
}

extension Transaction {
  var settlement: Settlement { Settlement(uplinks: memory.uplinkNames.compactMap { memory.uplinks[$0] }) }

  /// The block's records; `nil` when it is damaged, in which case the next commit gives it up.
  mutating func unpack(_ header: Block.Header) throws(JournalError) -> UnpackedBlock? {
    if let (block, isIntact) = try blocks.block(header.first), isIntact,
      let unpacked = UnpackedBlock(block, by: inflater)
    {
      return unpacked
    }
    memory.damaged.insert(header.first)
    return nil
  }

  /// Whether the block need not be kept for any uplink.
  mutating func isSettled(_ header: Block.Header, _ settlement: Settlement) throws(JournalError) -> Bool {
    // An empty one goes with the blocks beside it, and one that was found damaged with the next commit, which tells of it.
    guard header.counts.total > 0, !memory.damaged.contains(header.first) else { return false }
    return header.counts.lanes.isSubset(of: try settledLanes(header, settlement))
  }

  /// The lanes of the block in which every record is settled for every uplink; lanes without records are among them.
  mutating func settledLanes(_ header: Block.Header, _ settlement: Settlement) throws(JournalError) -> LaneSet {
    var settled = LaneSet.all
    var unsure: LaneSet = []
    for lane in Lane.allCases where header.counts[lane] > 0 {
      switch settlement.answer(lane, in: header.range) {
      case .all: break
      case .none: settled.remove(LaneSet(lane))
      case .some: unsure.insert(LaneSet(lane))
      }
    }
    guard !unsure.isEmpty else { return settled }
    guard let block = try unpack(header) else { return settled.subtracting(unsure) }
    for (seq, record) in block.records where unsure.contains(LaneSet(record.lane)) {
      if !settlement.isSettled(seq, record.lane) { settled.remove(LaneSet(record.lane)) }
    }
    return settled
  }

  /// Everything of these lanes up to `seq` is gone, for every uplink.
  mutating func settle(_ lanes: LaneSet, through seq: UInt64) {
    for name in memory.uplinkNames {
      for lane in Lane.allCases where lanes.contains(LaneSet(lane)) {
        guard let cursor = memory.uplinks[name]?.cursors[lane], cursor.low < seq else { continue }
        memory.uplinks[name]?.cursors[lane].settle(through: seq)
        changedUplinks.insert(name)
      }
    }
  }
}
