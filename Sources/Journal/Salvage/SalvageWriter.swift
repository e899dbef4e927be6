import Deflate
import Model

/// Makes a new journal of what was salvaged.
struct SalvageWriter {
  let salvage: Salvage
  let options: Journal.Options
  private let database: Database
  private var memory = Memory()
  private var report: RecoveryReport.Salvaged

  /// The most `gap` records that tell of what is missing; with more holes than that, one tells of several.
  static let gapLimit = 1000
  /// Bytes written by one transaction, about.
  private static let transactionSize = 4 << 20

  /// Writes the file at `path`, whole and on disk when this returns. Beyond the limit if need be: the first commit makes room, by its order.
  static func write(
    _ salvage: Salvage, to path: String, options: Journal.Options
  ) throws(JournalError) -> RecoveryReport.Salvaged {
    let database = try Connection.open(path: path, options: options)
    defer { database.close() }
    try database.run("PRAGMA max_page_count=\(UInt32.max - 1)", step: "salvage")
    // Nothing relies on the file before it is whole.
    try database.run("PRAGMA synchronous=OFF", step: "salvage")
    var writer = SalvageWriter(salvage: salvage, options: options, database: database, report: .init())
    try writer.writeAll()
    try database.run("PRAGMA synchronous=FULL", step: "salvage")
    try database.run("PRAGMA wal_checkpoint(TRUNCATE)", step: "salvage")
    return writer.report
  }

  private mutating func writeAll() throws(JournalError) {
    prepare()
    let (database, state) = (database, StateTable(database: database))
    let totals = try writeBlocks()
    try database.transaction(step: "salvage") { () throws(JournalError) in
      try writeGaps(totals)
      let runs = RunTable(database: database)
      for run in memory.runs { try runs.insert(run) }
      for boot in memory.boots { try runs.save(boot) }
      try state.saveCopy(of: memory)
      for (name, cursor) in memory.uplinks { try state.save(cursor, of: name) }
      try state.apply(salvage.state ?? [])
      try state.apply(notes: Array(salvage.notes.values))
      try writeActions()
      try writeLetters()
      if !salvage.recording.isEmpty {
        var recording = RecordingState(position: salvage.recording[0].position - 1)
        try RecordingTable(database: database).append(salvage.recording.map(\.block), state: &recording)
        recording.gateway = memory.head.recording.gateway
        recording.isOn = memory.head.recording.isOn && salvage.isRecordingWhole
        memory.head.recording = recording
      } else {
        memory.head.recording = RecordingState(position: memory.head.recording.position)
      }
      try state.save(memory.deadLetters.counts)
      try state.save(salvage.thinned)
      try state.saveIdentity(engine: memory.engineID, machine: memory.machineID)
      try state.save(memory.head)
    }
    report.hasLostRecording = salvage.head?.recording.isOn == true && !memory.head.recording.isOn
    report.recordingParts = salvage.recording.count
    report.uplinks = memory.uplinks.count
    report.hasAllCursors = salvage.hasAllCursors
    report.stateRows = salvage.state?.count
  }

  /// Names, times, and where the journal stands.
  private mutating func prepare() {
    memory.head = salvage.head ?? Head()
    memory.head.isClosed = true
    memory.head.lastSequence = salvage.lastSequence
    memory.head.hasLostCursors = !salvage.hasAllCursors
    memory.head.cursorCount = UInt64(salvage.uplinks.count)
    memory.head.actionSum = ActionSum.of(salvage.actions)
    memory.head.stateSum = StateSums(salvage.state ?? []).total
    if salvage.head == nil { memory.head.time = salvage.newestTime }
    memory.uplinks = salvage.uplinks
    // What is missing at the beginning is told, and nobody waits for it any more.
    let start = salvage.blocks.first.map { $0.first - 1 } ?? salvage.lastSequence
    for name in memory.uplinkNames {
      for lane in Lane.allCases { memory.uplinks[name]?.cursors[lane].settle(through: start) }
    }
    memory.machineID = salvage.identity?.machine ?? options.machineID
    memory.engineID = options.makeID()

    var (runs, boots) = (salvage.runs, salvage.boots)
    for run in salvage.namedRuns.sorted() where runs[run] == nil { runs[run] = options.makeID() }
    for boot in salvage.namedBoots where boots[boot] == nil { boots[boot] = Self.unknownBoot(boot) }
    if boots.isEmpty { boots[1] = Self.unknownBoot(1) }
    memory.boots = boots.values.sorted { $0.ordinal < $1.ordinal }
    memory.runs = runs.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
    memory.runs.append(((memory.runs.last?.ordinal ?? 0) + 1, options.makeID()))
  }

  private static func unknownBoot(_ ordinal: Int64) -> Boot {
    Boot(ordinal: ordinal, id: "unknown", zero: 0, utcAtZero: nil)
  }

  /// The sums that blocks carry are made anew and count from here, so that depths are exact for every cursor, whatever is missing. And each block's numbers reach up to the next one's, so that no hole is taken for damage again.
  private mutating func writeBlocks() throws(JournalError) -> LaneCounts {
    let blocks = salvage.blocks
    var sums = LaneCounts()
    let (table, lastSequence) = (BlockTable(database: database), salvage.lastSequence)
    var next = blocks.startIndex
    while next < blocks.endIndex {
      let start = (next, sums)
      (next, sums) = try database.transaction(step: "salvage") { () throws(JournalError) in
        var (index, sums) = start
        var bytes = 0
        while index < blocks.endIndex, bytes < Self.transactionSize {
          let end = index + 1 < blocks.endIndex ? blocks[index + 1].first - 1 : max(blocks[index].last, lastSequence)
          index += 1
          // It was read a moment ago. Where the disk fails since, its numbers stay open: the next look at them finds that.
          guard var block = BlockHarvest.block(blocks[index - 1], in: salvage.view) else { continue }
          block.header.before = sums
          block.header.last = end
          try table.insert(block)
          sums += block.header.counts
          bytes += block.packed.data.count
        }
        return (index, sums)
      }
    }
    report.blocks = blocks.count
    report.records = sums
    return sums
  }

  /// Tells of what is missing by `gap` records of the new run.
  private mutating func writeGaps(_ totals: LaneCounts) throws(JournalError) {
    memory.head.totals = totals
    report.missing = salvage.missing.ranges
    let ranges = salvage.missing.ranges
    guard !ranges.isEmpty else { return }
    let group = (ranges.count + Self.gapLimit - 1) / Self.gapLimit
    var builder = BlockBuilder(
      after: memory.head.lastSequence, totals: totals, run: memory.runs.last?.ordinal ?? 0,
      boot: memory.boots.last?.ordinal ?? 0, time: memory.head.time, deflater: Deflater(.quick))
    for start in stride(from: 0, to: ranges.count, by: group) {
      let some = ranges[start..<min(start + group, ranges.count)]
      guard let first = some.first, let last = some.last else { continue }
      let gap = Record.Body.gap(
        first: first.lowerBound, last: last.upperBound, count: NumberRanges(some).count,
        reason: DropCause.repair.name)
      _ = builder.append(Record(time: memory.head.time, timestamp: nil, body: gap))
    }
    builder.finishBlock()
    let table = BlockTable(database: database)
    for block in builder.blocks { try table.insert(block) }
    memory.head.lastSequence = builder.lastSequence
    memory.head.totals = builder.totals
    memory.head.hasUndated = true
    // Of which lane they were nobody knows.
    memory.head.drops[.repair][.other] &+= salvage.missing.count
  }

  private mutating func writeActions() throws(JournalError) {
    for action in salvage.actions {
      try database.run(
        "INSERT INTO actions (id,kind,payload,state,decided,started,expires) VALUES (?,?,?,?,?,?,?)",
        [
          .integer(action.id), .text(action.kind), .blob(action.payload), .integer(Int64(action.state.rawValue)),
          .integer(action.decided.nanoseconds), action.started.map { .integer($0.nanoseconds) } ?? .null,
          action.expires.map { .integer($0.nanoseconds) } ?? .null,
        ], step: "salvage")
    }
    report.actions = salvage.actions.count
    report.areActionsCertain = salvage.areActionsCertain
  }

  private mutating func writeLetters() throws(JournalError) {
    var counts = DeadLetterCounts()
    for (letter, time) in salvage.letters
    where try DeadLetterTable(database: database).insert(letter, at: time) {
      counts.kept += 1
      counts.bytes += letter.cost
    }
    memory.deadLetters.counts = counts
    report.deadLetters = salvage.letters.count
  }
}
