import Model

// The byte limit. What is given up, in this order, the oldest first, until there is room:
//   1. what is settled for every uplink (the history),
//   2. a recording,
//   3. positions that wait are thinned, then readings: a few blocks with each commit, from a little below the limit on,
//   4. readings that wait, 5. positions, 6. device states, gaps and time records, 7. events: only at the limit itself.
extension Transaction {
  /// Rewritten blocks, state rows that grow, the head: what a commit may need besides its own blocks, in pages.
  private static let spare: Int64 = 64
  /// So many pages at most are given up by one commit where a reload has lowered the limit by far: a commit that emptied hundreds of megabytes
  /// at once would hold up the whole gateway, on a slow card for longer than the watchdog waits. The file doesn't shrink, so that there is
  /// room in it meanwhile.
  private static let descent: Int64 = 4096

  mutating func makeRoom(
    for appended: [Block], recording: [RecordingBlock], state: [StateRow]
  ) throws(JournalError) {
    var bytes = appended.reduce(0) { $0 + $1.packed.data.count + 100 }
    bytes += recording.reduce(0) { $0 + $1.packed.data.count + 50 }
    bytes += state.reduce(0) { $0 + ($1.value?.count ?? 0) }
    // A row that spills over leaves its last page half empty on average.
    let letters = memory.deadLetters.waiting
    bytes += letters.reduce(0) { $0 + Int($1.cost) }
    let rows = Int64(appended.count + recording.count + letters.count)
    let needed = Int64(bytes) / (Schema.pageSize - 100) + 2 * rows + Self.spare
    let used = try usedPages()
    let pageLimit = max(pageLimit, used - Self.descent)
    let comfort = max(0, pageLimit - needed - min(pageLimit / 32, (8 << 20) / Schema.pageSize))
    guard used > comfort else { return }
    if try giveUpSettled(downTo: comfort, blockLimit: 512) { return }
    if try giveUpRecording(downTo: comfort) { return }
    if try thin(downTo: comfort) { return }
    guard try usedPages() + needed > pageLimit else { return }
    // A little more at once, so that the gaps are few.
    let target = max(0, pageLimit - needed - min(pageLimit / 64, (1 << 20) / Schema.pageSize))
    if try giveUpSettled(downTo: target) { return }
    if try thin(downTo: target, isUrgent: true) { return }
    for lane in [Lane.reading, .position, .other, .event] {
      if try giveUp(lane, downTo: target) { return }
    }
  }

  func usedPages() throws(JournalError) -> Int64 {
    let all = try database.integer("PRAGMA page_count", step: "count pages") ?? 0
    return all - (try database.integer("PRAGMA freelist_count", step: "count pages") ?? 0)
  }

  /// Each returns true when there is room enough.
  private mutating func giveUpSettled(downTo target: Int64, blockLimit: Int = .max) throws(JournalError) -> Bool {
    let settlement = settlement
    var position: UInt64 = 0
    var count = 0
    while count < blockLimit {
      let headers = try blocks.headers(after: position, limit: 256)
      guard let last = headers.last else { return false }
      for header in headers where try isSettled(header, settlement) {
        try delete(header)
        if try usedPages() <= target { return true }
      }
      position = last.first
      count += headers.count
    }
    return false
  }

  private mutating func giveUpRecording(downTo target: Int64) throws(JournalError) -> Bool {
    guard memory.head.recording.bytes > 0 else { return false }
    try RecordingTable(database: database).clear()
    memory.head.recording = RecordingState(stop: .limit, position: memory.head.recording.position)
    return try usedPages() <= target
  }

  private mutating func giveUp(_ lane: Lane, downTo target: Int64) throws(JournalError) -> Bool {
    let settlement = settlement
    var gone = GivenUp()
    var remainder: UnpackedBlock?
    var position: UInt64 = 0
    var isEnough = false
    search: while true {
      let headers = try blocks.headers(after: position, limit: 64)
      guard let last = headers.last else { break }
      for header in headers where header.counts[lane] > 0 {
        guard let block = try unpack(header) else { continue }
        for (seq, record) in block.records where record.lane == lane && !settlement.isSettled(seq, lane) {
          gone.add(seq, record)
        }
        try keep(block.without(lane), joining: &remainder)
        settle(LaneSet(lane), through: header.last)
        isEnough = try usedPages() <= target
        if isEnough { break search }
      }
      position = last.first
    }
    try write(remainder)
    report(gone, .limit)
    return isEnough
  }

  /// What is left of a block becomes one with what was left of the block before it: on their own they would fill a third of their pages.
  mutating func keep(_ rest: UnpackedBlock, joining remainder: inout UnpackedBlock?) throws(JournalError) {
    if remainder?.canTake(rest) == true {
      remainder?.append(rest)
      try blocks.delete(rest.header.first)
      changedBlocks.insert(rest.header.first)
      return
    }
    try write(remainder)
    remainder = rest
  }

  /// - Parameter evenIfEmpty: The numbers of a block that is empty now stay covered, since no cursor covers them.
  mutating func write(_ rest: UnpackedBlock?, evenIfEmpty: Bool = false) throws(JournalError) {
    guard let rest else { return }
    guard evenIfEmpty || !rest.records.isEmpty else { return try delete(rest.header) }
    var packer = RecordPacker(first: rest.header.first, time: rest.header.time)
    for (seq, record) in rest.records { packer.append(record, seq: seq) }
    try blocks.insert(Block(header: rest.header, packed: PackedBytes(packer.bytes, by: deflater)))
    changedBlocks.insert(rest.header.first)
  }
}

extension UnpackedBlock {
  fileprivate func without(_ lane: Lane) -> UnpackedBlock {
    var rest = self
    rest.records = []
    rest.sizes = []
    rest.header.counts[lane] = 0
    for (entry, size) in zip(records, sizes) where entry.record.lane != lane {
      rest.records.append(entry)
      rest.sizes.append(size)
    }
    return rest
  }

  /// Only blocks without a hole between them: the sums of a block count on that.
  fileprivate func canTake(_ next: UnpackedBlock) -> Bool {
    next.header.first == header.last + 1 && next.header.run == header.run && next.header.boot == header.boot
      && sizes.reduce(0, +) + next.sizes.reduce(0, +) <= Block.rawLimit / 2
  }

  fileprivate mutating func append(_ next: UnpackedBlock) {
    records += next.records
    sizes += next.sizes
    header.last = next.header.last
    header.time = next.header.time
    header.counts += next.header.counts
  }
}
