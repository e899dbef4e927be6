import Deflate
import Model

/// One commit under way: works on a copy of the memory, which is taken over once SQLite has committed.
struct Transaction {
  let database: Database
  var memory: Memory
  /// As before the commit.
  let sums: StateSums
  let pageLimit: Int64
  let options: Journal.Options
  let deflater: Deflater
  let inflater: Inflater
  /// First numbers of blocks that are gone or were rewritten.
  var changedBlocks: Set<UInt64> = []
  /// What the journal has to report of itself.
  var reports: [Record.Body] = []
  var changedUplinks: Set<String> = []
  var changedRedeliveries: Set<String> = []

  var blocks: BlockTable { BlockTable(database: database) }
  var state: StateTable { StateTable(database: database) }
  var time: EngineTime { memory.head.time }

  mutating func perform(_ commit: Commit) throws(JournalError) {
    let thinningBefore = memory.thinning
    try applyMapping()
    try join(commit.cursors)
    try reopen(commit.reopenings)
    try giveUpDamaged()
    try giveUpForKeep()
    try giveUpAsTold()
    try sweepHistory()
    try trimDeadLetters()

    var builder = blockBuilder()
    append(commit.records, to: &builder)
    builder.finishBlock()
    let recording = packRecording(commit.observations, segment: commit.segment)
    try makeRoom(for: builder.blocks, recording: recording, state: commit.state)
    // What was just given up is told in the same transaction.
    append(reports.map { Record(time: time, timestamp: nil, body: $0) }, to: &builder)
    builder.finishBlock()

    for block in builder.blocks { try blocks.insert(block) }
    try keepDeadLetters()
    try settle(commit.redelivered)
    try buryAgain()
    memory.head.lastSequence = builder.lastSequence
    memory.head.totals = builder.totals
    try state.apply(commit.state)
    try state.apply(notes: commit.notes)
    try apply(commit.actions)
    try save(recording)
    try saveCursors()
    try saveRedeliveries()
    if memory.thinning != thinningBefore { try state.save(memory.thinning) }
    memory.head.stateSum = sums.total(after: commit.state)
    memory.head.cursorCount = UInt64(memory.uplinks.count)
    memory.head.hasLostCursors = false
    try state.save(memory.head)
  }

  private func blockBuilder() -> BlockBuilder {
    BlockBuilder(
      after: memory.head.lastSequence, totals: memory.head.totals, run: memory.runs.last?.ordinal ?? 0,
      boot: memory.boots.last?.ordinal ?? 0, time: time, deflater: deflater,
      blockBytes: options.packing.blockBytes)
  }

  private mutating func append(_ records: [Record], to builder: inout BlockBuilder) {
    for record in records {
      if builder.append(record) {
        if record.timestamp == nil { memory.head.hasUndated = true }
      } else {
        memory.head.drops[.size][record.lane] += 1
        #if PLANTED
          if PlantedBug.gapUntold.isPlanted { continue }
        #endif
        reports.append(
          .gap(first: builder.lastSequence, last: builder.lastSequence, count: 1, reason: DropCause.size.name))
      }
    }
  }

  private mutating func applyMapping() throws(JournalError) {
    guard let utcAtZero = memory.pendingMapping, let last = memory.boots.indices.last else { return }
    memory.pendingMapping = nil
    guard memory.boots[last].utcAtZero == nil else { return }
    memory.boots[last].utcAtZero = utcAtZero
    try RunTable(database: database).save(memory.boots[last])
    try state.saveCopy(of: memory)
    guard memory.deadLetters.counts.kept > 0 else { return }
    try DeadLetterTable(database: database).date(boot: memory.boots[last].id, utcAtZero: utcAtZero)
  }

  /// One that isn't known begins with the oldest record.
  private mutating func join(_ cursors: [(uplink: String, cursors: LaneCursors)]) throws(JournalError) {
    for (name, moved) in cursors {
      var known = if let uplink = memory.uplinks[name] { uplink } else { try newUplink() }
      known.cursors.formUnion(moved)
      memory.uplinks[name] = known
      changedUplinks.insert(name)
    }
  }

  private mutating func apply(_ actions: [ActionChange]) throws(JournalError) {
    guard !actions.isEmpty else { return }
    let table = ActionTable(database: database)
    try table.apply(actions, at: time)
    memory.head.actionSum = ActionSum.of(try table.open())
  }

  private func newUplink() throws(JournalError) -> UplinkCursor {
    let oldest = try blocks.first(after: 0)?.first ?? memory.head.lastSequence + 1
    return UplinkCursor(
      cursors: LaneCursors(low: oldest - 1), lanes: .all, keep: nil, seen: time, isConfigured: true)
  }

  private mutating func saveCursors() throws(JournalError) {
    for name in changedUplinks.sorted() {
      guard var cursor = memory.uplinks[name] else {
        try state.remove(StateTable.cursorKind, name)
        continue
      }
      if cursor.isConfigured { cursor.seen = time }
      memory.uplinks[name] = cursor
      try state.save(cursor, of: name)
    }
  }
}
