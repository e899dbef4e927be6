import Deflate
public import Model

// # The journal's file
//
// One SQLite database (WAL, one connection, exclusive lock, synchronous=FULL, 1 KiB pages). `application_id` is "WPJ1",
// `user_version` the schema's version: an older one is taken forward, a newer one refused. The decisions behind it are in
// docs/adr/0001-journal-format.md.
//
//   blocks     one row per commit (more where a commit is large): the packed, deflated records numbered `first…last`, with the run
//              and boot they belong to, the engine time of the commit, records per lane (n0…n3), records per lane before the block
//              (c0…c3), the unpacked length, and a CRC-32 over all of that. Layout of the content: RecordPacking.swift.
//   state      the rule engine's rows by (kind, name), and the journal's own: (".journal","head") where it stands, (".journal",
//              "identity") engine and machine id, (".journal","dead letters") their counts, (".journal","runs") a copy of runs and
//              boots, (".journal","thinning") how far thinning has come, (".cursor", UPLINK) cursors, (".again", UPLINK) what is to be sent
//              to it once more. Its own rows end in a CRC-32.
//   runs       journal ids; boots: boot id, engine time at the boot's start, and UTC at engine time 0 once that is known. With CRC-32.
//   actions    decided effects on the world.
//   dead_letters  records that an uplink's server refused for good, each with all that is needed to understand it.
//   recording  the observations, while recording is on: a header, the engine's state then, and blocks of observations.
//
// Invariants, true after every commit and therefore after every crash:
//   1. Records are numbered 1, 2, 3 … without a hole; a number that has no record (any more) was given up, and a `gap` record of the
//      same transaction says so, or was settled for every uplink and older than `history`.
//   2. Blocks cover disjoint ranges, in the order of their times; `c` of a block is the sum of all records of the lane before it, also
//      of those that are gone, less what ThinningBook has. For every uplink, records that are gone are at or below `low` of their lane,
//      or in one of its ranges, or were thinned out of a block. From the first block on every number lies in one: where one was deleted,
//      an empty one stays; every cursor has passed what is before the first.
//   3. Records, the engine state that they led to, decided actions and recorded observations are of one transaction.
//   4. (journal id, seq) names one record for ever. A new run begins when a tail may have been lost without a trace: after a boot that
//      wasn't shut down cleanly, after a repair, on another machine. Being killed within a boot loses no commit, so the id stays. The
//      engine id is renewed with it, for the same reason: event ids count in the engine's state, which a lost tail would set back.
//   5. A boot's mapping to UTC never changes once it is there.
//   6. A cursor passes a record that was refused for good in no earlier transaction than the one that keeps its dead letter.
//   7. Nothing in memory changes unless the transaction was committed.

/// The durable log: records, engine state, cursors, actions and the recording, committed together.
///
/// Used from one thread at a time. A commit costs one fsync and, for a few hundred records, well under a millisecond beside it; reading
/// costs about a microsecond a record. Not for two processes: the second one gets `JournalError.Code.locked`.
public final class Journal {
  public let path: String
  var options: Options
  /// `nil` after an I/O error, until the file has been read again, and after `closeCleanly`.
  var database: Database?
  var isFinished = false
  var memory: Memory
  var sums: StateSums
  let deflater: Deflater
  let inflater = Inflater()
  var cache = BlockCache()
  /// The head as the transaction under way would leave it, to tell after an I/O error whether it is on disk.
  var attempted: Head?
  var ballast: Ballast { Ballast(path, options) }

  /// What was wrong with the file when it was opened, and what was done about it.
  public let recovery: RecoveryReport?

  init(
    path: String, options: Options, database: Database, memory: Memory, sums: StateSums, recovery: RecoveryReport?
  ) {
    self.path = path
    self.options = options
    deflater = Deflater(.quick.at(level: options.packing.level))
    self.database = database
    self.memory = memory
    self.sums = sums
    self.recovery = recovery
  }

  /// Six characters `[a-z0-9]`, for the ids of events.
  public var engineID: String { memory.engineID }

  /// Six characters `[a-z0-9]`: with a sequence number, names a record that is appended from now on.
  public var journalID: String { memory.runs.last?.id ?? "000000" }

  /// The number of the last committed record; 0 before the first.
  public var lastSequence: UInt64 { memory.head.lastSequence }

  public var head: JournalHead {
    JournalHead(journal: journalID, lastSequence: lastSequence, revision: memory.revision)
  }

  /// True when the configuration of this run names the uplink.
  public func isConfigured(_ uplink: String) -> Bool { memory.uplinks[uplink]?.isConfigured ?? false }

  /// Those that the configuration of this run names, by name.
  public var configuredUplinks: [String] { memory.uplinkNames.filter { isConfigured($0) } }

  /// Engine time of the last commit.
  public var engineTime: EngineTime { memory.head.time }

  public var isRecording: Bool { memory.head.recording.isOn }

  /// The engine's state as of the last commit, by kind and name.
  public func engineState() throws(JournalError) -> [StateRow] {
    try StateTable(database: try connection()).engineRows()
  }

  /// Actions that are decided or started, in the order of their decision.
  public func openActions() throws(JournalError) -> [StoredAction] {
    try ActionTable(database: try connection()).open()
  }
}
