import ArgumentParser
import CSQLite
import Glibc
import Journal
import Model

/// The journal's commits at 1 Hz GPS and so many readings a second, with other settings than it has: in real time, or in virtual time with
/// every sync real. In virtual time everything is delivered and goes after `history`, and the block device's own count is read.
///
/// In real time `scripts/bench-flash` counts meanwhile what arrives at the block device: how much the file system's journal writes depends
/// on the clock.
struct FlashBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flash", abstract: "Commits with other settings, for the block device's count.")

  @Option(help: "Seconds between commits.") var flush = 1
  @Option(help: "Seconds in all.") var seconds = 600
  @Option(help: "Readings a second besides the one fix.") var readings = 100
  @Flag(help: "Their values rise and fall evenly, as a simulator's, instead of having random digits.") var even = false
  @Option(help: "Rows of the engine's state that change with each commit, of 40 bytes.") var stateRows = 1
  @Flag(help: "Virtual time.") var virtual = false
  @Option(help: "Seconds of virtual time that don't count.") var warm = 0
  @Option(help: "Seconds for which what was delivered is kept.") var history = 86400
  @Option(help: "Bytes of a page; the journal's own where it isn't given.") var pageSize: Int?
  @Option(help: "KiB of the log after which it is written back; the journal's own where it isn't given.")
  var checkpoint: Int?
  @Option(help: "zlib's level, 0 to 9; the journal's own where it isn't given.") var level: Int?
  @Option(help: "Bytes of a block before it is deflated; the journal's own where it isn't given.") var blockBytes: Int?
  @Option(help: "SQLite's secure_delete: ON, FAST or OFF; the journal's own where it isn't given.")
  var secureDelete: String?
  @Option(help: "KiB of SQLite's page cache; the journal's own where it isn't given.") var cache: Int?
  @Option(help: "Where the journal is made.") var folder = "."

  /// The connection that the journal has opened last: SQLite tells of each (sqlite3_auto_extension).
  nonisolated(unsafe) private static var connection: OpaquePointer?

  func run() throws {
    let path = folder + "/journal.db"
    let bench = JournalBench()
    try makeFile(path)
    // Declared without the parameters that it is called with.
    let entry: @convention(c) (OpaquePointer?, UnsafeRawPointer?, UnsafeRawPointer?) -> Int32 = { connection, _, _ in
      FlashBench.connection = connection
      return SQLITE_OK
    }
    sqlite3_auto_extension(unsafeBitCast(entry, to: (@convention(c) () -> Void).self))
    var options = Journal.Options(history: .seconds(Double(history)), bootID: "bench", machineID: "bench")
    if let level { options.packing.level = level }
    if let blockBytes { options.packing.blockBytes = blockBytes }
    let journal = try Journal.open(path: path, options: options, now: bench.clock(0))
    try journal.openCursor(uplink: "central", from: .oldest, keep: nil)
    try change()
    let device = virtual ? try BlockDevice(of: folder) : nil
    var before = 0
    var records: [Record] = []
    var generator = SplitMix(state: 1)
    var due = timespec()
    clock_gettime(CLOCK_MONOTONIC, &due)
    for second in 1...seconds {
      if let device {
        if second == warm + 1 { before = try device.written() }
      } else {
        due.tv_sec += 1
        while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nil) == EINTR {}
      }
      if even {
        appendEven(second, to: &records)
      } else {
        bench.append(second, to: &records, &generator, readings: readings)
      }
      guard second % flush == 0 else { continue }
      let state = (0..<stateRows).map { row in
        StateRow(
          kind: "report", name: "genset.metric_\(row)",
          value: (0..<40).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
      }
      _ = try journal.commit(
        Commit(
          time: .seconds(Double(second)), clock: bench.clock(second), records: records, state: state, observations: [],
          cursors: virtual ? [("central", Self.delivered(journal.lastSequence))] : []))
      records.removeAll(keepingCapacity: true)
    }
    if let device {
      let written = try device.written() - before
      report("written_per_day", Double(written) / Double(seconds - warm) * 86400 / 1e9, "GB")
    }
  }

  /// As `scripts/bench-flash` configures the gateway's simulator.
  private func appendEven(_ second: Int, to records: inout [Record]) {
    let time = EngineTime.seconds(Double(second))
    let timestamp = Timestamp(seconds: 1_800_000_000 + Double(second))
    let position = Position(
      latitude: 46 + Double(second) * 0.000135, longitude: 6.1 + Double(second % 7) * 1e-6, time: timestamp,
      altitude: 400 + Double(second % 11) / 10, speed: 15, course: 0, accuracy: nil, hdop: nil, eph: 3, satellites: nil)
    records.append(Record(time: time, timestamp: timestamp, body: .position(device: "gps", position)))
    for metric in 0..<readings {
      let phase = Double(second) / Double(31 + metric)
      let value = (Double(400 + metric) + 0.7) * (1 - abs(2 * (phase - phase.rounded(.down)) - 1))
      records.append(
        Record(
          time: time, timestamp: timestamp,
          body: .reading(
            device: "genset", metric: "metric_\(metric)", value: .number(value), unit: "V", quality: .good)))
    }
  }

  private static func delivered(_ last: UInt64) -> LaneCursors {
    var cursors = LaneCursors()
    for lane in Lane.allCases { cursors[lane].settle(through: last) }
    return cursors
  }

  /// What can be changed on an open connection.
  private func change() throws {
    if let checkpoint {
      sqlite3_wal_autocheckpoint(Self.connection, Int32(checkpoint * 1024 / (pageSize ?? 1024)))
      try set("PRAGMA journal_size_limit=\(checkpoint * 4096)")
    }
    if let secureDelete { try set("PRAGMA secure_delete=\(secureDelete)") }
    if let cache { try set("PRAGMA cache_size=-\(cache)") }
  }

  private func set(_ sql: String) throws {
    guard sqlite3_exec(Self.connection, sql, nil, nil, nil) == SQLITE_OK else { throw ValidationError(sql) }
  }

  /// A database keeps the page size that it was made with, whatever the journal asks for.
  private func makeFile(_ path: String) throws {
    guard let pageSize else { return }
    var handle: OpaquePointer?
    defer { sqlite3_close_v2(handle) }
    let sql = "PRAGMA page_size=\(pageSize); PRAGMA journal_mode=WAL; PRAGMA user_version=0; VACUUM"
    guard sqlite3_open(path, &handle) == SQLITE_OK, sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
      throw ValidationError("\(path): \(String(cString: sqlite3_errmsg(handle)))")
    }
  }
}
