import Deflate
import Glibc
public import Model

extension Journal {
  /// Opens the journal, or makes it.
  ///
  /// A file that is damaged, or another user's in a folder of ours, is set aside and a new journal begun with what can be salvaged;
  /// `recovery` says so. Everything else that is wrong is thrown: a folder with something in it, no permission for the folder that the
  /// journal is in, another program's database, a newer version, another process that has it open, a disk without room even after the
  /// journal has let its ballast go (which is retryable).
  public static func open(
    path: String, options: Options, now: JournalClock
  ) throws(JournalError) -> Journal {
    do throws(JournalError) {
      return try openOnce(path, options, now)
    } catch {
      // Others have filled the disk while the gateway was off.
      guard error.code == .full, Ballast(path, options).drop() else { throw error }
      let journal = try openOnce(path, options, now)
      try journal.takeRoom(journal.connection())
      return journal
    }
  }

  private static func openOnce(
    _ path: String, _ options: Options, _ now: JournalClock
  ) throws(JournalError) -> Journal {
    var recovery: RecoveryReport?
    if let oddity = BrokenFile.isOddity(path) {
      guard BrokenFile.isEmptyFolder(path) else {
        throw JournalError(.cannotOpen, "journal.path names \(oddity); give it a file", place: path)
      }
      recovery = try BrokenFile.setAside(path, because: "an empty folder was in the journal's place")
    }
    if let repaired = try Repair.finish(path, options) { recovery = repaired }
    if let cause = Repair.loss(of: path) { recovery = try Repair.run(path, because: cause, options) }
    do throws(JournalError) {
      return try start(path, options, now, recovery)
    } catch {
      switch error.code {
      case .damaged: recovery = try Repair.run(path, because: error.cause ?? error.message, options)
      case .cannotOpen, .readOnly:
        // Others' files in a folder of ours: they can be moved, and what may be read of them is salvaged. A gateway that waits for a visit
        // loses more.
        guard let cause = Obstacle.ofFiles(path) else { throw error }
        if !Repair.makeWritable(path) { recovery = try Repair.run(path, because: cause, options) }
      default: throw error
      }
    }
    return try start(path, options, now, recovery)
  }

  private static func start(
    _ path: String, _ options: Options, _ now: JournalClock, _ recovery: RecoveryReport?
  ) throws(JournalError) -> Journal {
    try NewFile.make(path, options)
    let (database, known, sums) = try load(path: path, options: options)
    do throws(JournalError) {
      let memory = try beginWithinTheLog(known, in: database, options: options, now: now)
      try giveBackRoom(database)
      Ballast(path, options).lay()
      return Journal(
        path: path, options: options, database: database, memory: memory, sums: sums, recovery: recovery)
    } catch {
      database.close()
      throw error
    }
  }

  /// The connection, what the journal knows of itself (`nil` in one that was just made), and the sum of the engine's rows.
  static func load(path: String, options: Options) throws(JournalError) -> (Database, Memory?, StateSums) {
    let hasRemains = try FoundLog.examine(path)
    let database = try Connection.open(path: path, options: options, beginsLogAnew: hasRemains)
    do throws(JournalError) {
      try Suspicion.examine(path, database)
      let tables = StateTable(database: database)
      guard var memory = try tables.memory() else { return (database, nil, StateSums()) }
      if let last = try BlockTable(database: database).last(atOrBefore: UInt64(Int64.max)),
        last.last > memory.head.lastSequence
      {
        throw JournalError(
          .damaged, "the journal holds records past its end; it is set aside at the next start",
          cause: "block \(last.first)…\(last.last) past \(memory.head.lastSequence)", place: path)
      }
      // Trees that the first commits write to; what else is broken is met when it is read.
      let actions = ActionSum.of(try ActionTable(database: database).open())
      guard memory.head.actionSum == nil || memory.head.actionSum == actions else {
        throw JournalError(
          .damaged, "the open actions are damaged; the journal is set aside at the next start",
          cause: "the open actions are damaged", place: path)
      }
      memory.head.actionSum = actions
      let sums = StateSums(try tables.engineRows())
      guard memory.head.stateSum == nil || memory.head.stateSum == sums.total else {
        throw JournalError(
          .damaged, "the rule engine's state is damaged; it is set aside at the next start",
          cause: "the rule engine's state is damaged", place: path)
      }
      memory.head.stateSum = sums.total
      return (database, memory, sums)
    } catch {
      database.close()
      throw error
    }
  }

  /// Where the disk has no room for a longer log, what is in it goes into the file, and the log begins anew in the room that it has.
  private static func beginWithinTheLog(
    _ known: Memory?, in database: Database, options: Options, now: JournalClock
  ) throws(JournalError) -> Memory {
    do throws(JournalError) {
      return try begin(known, in: database, options: options, now: now)
    } catch {
      guard error.code == .full else { throw error }
      try database.run("PRAGMA wal_checkpoint(RESTART)", step: "empty the log")
      return try begin(known, in: database, options: options, now: now)
    }
  }

  /// Notes that this run has begun, with new ids where a tail may have been lost.
  private static func begin(
    _ known: Memory?, in database: Database, options: Options, now: JournalClock
  ) throws(JournalError) -> Memory {
    var memory = known ?? Memory()
    let isSameBoot = memory.boots.last?.id == options.bootID
    let mayHaveLostTail = !isSameBoot && !memory.head.isClosed
    let needsNewIDs = known == nil || mayHaveLostTail || memory.machineID != options.machineID
    if !isSameBoot {
      let (time, isStopKnown) = resumption(memory.head, now: now)
      memory.boots.append(
        Boot(
          ordinal: (memory.boots.last?.ordinal ?? 0) + 1, id: options.bootID,
          zero: time.nanoseconds &- now.bootTime, utcAtZero: nil))
      memory.head.hasUndated = false
      memory.head.isStopUnknown = !isStopKnown
    }
    if needsNewIDs {
      memory.runs.append(((memory.runs.last?.ordinal ?? 0) + 1, options.makeID()))
      memory.engineID = options.makeID()
      memory.machineID = options.machineID
    }
    #if PLANTED
      if PlantedBug.eventIDAnew.isPlanted { memory.engineID = options.makeID() }
      let table = BlockTable(database: database)
      if PlantedBug.numbersReused.isPlanted, !memory.head.isClosed,
        let last = try table.last(atOrBefore: memory.head.lastSequence)
      {
        try table.delete(last.first)
        memory.head.lastSequence = last.first - 1
        memory.head.totals = last.before
      }
    #endif
    memory.head.isClosed = false
    // Until the configuration of this run names them. One that it doesn't was removed by now at the earliest.
    let named = memory.uplinkNames.filter { memory.uplinks[$0]?.isConfigured == true }
    for name in named {
      memory.uplinks[name]?.isConfigured = false
      memory.uplinks[name]?.seen = memory.head.time
    }
    let final = memory
    try database.transaction(step: "begin") { () throws(JournalError) in
      let state = StateTable(database: database)
      let table = RunTable(database: database)
      if let boot = final.boots.last, !isSameBoot { try table.save(boot) }
      if !isSameBoot || needsNewIDs { try state.saveCopy(of: final) }
      if needsNewIDs, let run = final.runs.last {
        try table.insert(run)
        try state.saveIdentity(engine: final.engineID, machine: final.machineID)
        if final.head.recording.isOn { try continueRecording(&memory, in: database) }
      }
      for name in named {
        if let cursor = final.uplinks[name] { try state.save(cursor, of: name) }
      }
      try state.save(memory.head)
    }
    return memory
  }

  /// Ids have changed under a recording: it goes on with a segment of its own, from the state that the engine will be made from.
  private static func continueRecording(_ memory: inout Memory, in database: Database) throws(JournalError) {
    let header = RecordingHeader(
      gateway: memory.head.recording.gateway, engine: memory.engineID, time: memory.head.time,
      state: try StateTable(database: database).engineRows())
    try RecordingTable(database: database).append(
      RecordingBlock.segment(header, by: Deflater(.quick)), state: &memory.head.recording)
  }

  /// Engine time over a reboot (architecture.md, "Engine time"): by the wall clock if it was trusted before and is now; else it stands
  /// still, and how long the stop was is unknown. So it is, too, where the time went back between the two: one of them was wrong, and
  /// nobody knows by how much.
  private static func resumption(_ head: Head, now: JournalClock) -> (time: EngineTime, isStopKnown: Bool) {
    guard head.clock.isWallTrusted, now.isWallTrusted else { return (head.time, false) }
    let stop = now.wallTime - head.clock.wallTime
    guard stop.nanoseconds > -disagreement.nanoseconds else { return (head.time, false) }
    return (head.time + max(.zero, stop), true)
  }

  /// So far two clocks that are both right may differ: GPS' before the reboot, with what a receiver is late and what it doesn't know of
  /// leap seconds yet, and NTP's after it.
  private static let disagreement = Interval.minutes(1)

  /// The engine time at `now`, with which this run begins, and how long the gateway was down; `nil` when that isn't known.
  ///
  /// Within this run engine time is what this says plus the boot-time difference since `now`.
  public func resumeTime(now: JournalClock) -> (time: EngineTime, downtime: Interval?) {
    let head = memory.head
    guard let boot = memory.boots.last else { return (head.time, nil) }
    let (time, overflow) = boot.zero.addingReportingOverflow(now.bootTime)
    let resumed = overflow ? head.time : max(head.time, EngineTime(nanoseconds: time))
    return (resumed, head.isStopUnknown ? nil : resumed - head.time)
  }
}
