import ArgumentParser
import CSQLite
import Glibc
import Journal
import Model

/// The journal's commits at 1 Hz GPS and so many readings a second, in real time, with another page size or checkpoint than it has.
///
/// `scripts/bench-flash` counts meanwhile what arrives at the block device: the file system's own journal writes, too, and how much
/// depends on the clock.
struct FlashBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flash", abstract: "Commits in real time, for the block device's own count.")

  @Option(help: "Seconds between commits.") var flush = 1
  @Option(help: "Seconds in all.") var seconds = 600
  @Option(help: "Readings a second besides the one fix.") var readings = 100
  @Option(help: "Rows of the engine's state that change with each commit, of 40 bytes.") var stateRows = 1
  @Option(help: "Bytes of a page; the journal's own where it isn't given.") var pageSize: Int?
  @Option(help: "KiB of the log after which it is written back; the journal's own where it isn't given.")
  var checkpoint: Int?
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
    let journal = try Journal.open(
      path: path, options: Journal.Options(bootID: "bench", machineID: "bench"), now: bench.clock(0))
    try journal.openCursor(uplink: "central", from: .oldest, keep: nil)
    if let checkpoint {
      let size = pageSize ?? 1024
      sqlite3_wal_autocheckpoint(Self.connection, Int32(checkpoint * 1024 / size))
      sqlite3_exec(Self.connection, "PRAGMA journal_size_limit=\(checkpoint * 4096)", nil, nil, nil)
    }
    var records: [Record] = []
    var generator = SplitMix(state: 1)
    var due = timespec()
    clock_gettime(CLOCK_MONOTONIC, &due)
    for second in 1...seconds {
      due.tv_sec += 1
      while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nil) == EINTR {}
      bench.append(second, to: &records, &generator, readings: readings)
      guard second % flush == 0 else { continue }
      let state = (0..<stateRows).map { row in
        StateRow(
          kind: "report", name: "genset.metric_\(row)",
          value: (0..<40).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
      }
      _ = try journal.commit(
        Commit(
          time: .seconds(Double(second)), clock: bench.clock(second), records: records, state: state, observations: [],
          cursors: []))
      records.removeAll(keepingCapacity: true)
    }
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
