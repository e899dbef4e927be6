import ArgumentParser
import CSQLite
import Glibc
import Journal
import Model

/// Durable appends of 100 records a commit, by the journal and by the plainest loop that SQLite allows: the same records, one row each,
/// a prepared INSERT in one transaction, on the same disk. Both in turns, so that what else the disk does strikes both.
struct AppendBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "append", abstract: "Durable appends beside the raw SQLite insert loop.")

  @Option(help: "Commits of each in a turn.") var commits = 200
  @Option(help: "Turns.") var turns = 9
  @Option(help: "Records a commit.") var records = 100
  @Option(help: "Page size of the raw loop's database, bytes; SQLite's own is 4096.") var pageSize = 4096
  @Option(help: "Where the files are made; removed afterwards.") var folder = "."

  func run() throws {
    let paths = ["journal", "raw"].map { "\(folder)/waypost-bench-\($0)-\(getpid()).db" }
    defer { for path in paths { for ending in ["", "-wal", "-shm", ".ballast"] { unlink(path + ending) } } }
    let bench = JournalBench()
    let journal = try Journal.open(
      path: paths[0], options: Journal.Options(bootID: "bench", machineID: "bench"), now: bench.clock(0))
    try journal.openCursor(uplink: "central", from: .oldest, keep: nil)
    let raw = try RawLoop(path: paths[1], pageSize: pageSize)
    var generator = SplitMix(state: 1)
    var second = 0
    var times: [(journal: Double, raw: Double, journalCPU: Double, rawCPU: Double)] = []
    for _ in 0..<turns {
      let batches = (0..<commits).map { _ in
        second += 1
        var batch: [Record] = []
        bench.append(second, to: &batch, &generator, readings: records - 1)
        return (second, batch)
      }
      let ours = try Self.measure {
        for (second, batch) in batches {
          let state = [StateRow(kind: "engine", name: "", value: [UInt8](repeating: UInt8(second & 0xff), count: 40))]
          try journal.commit(
            Commit(time: .seconds(Double(second)), clock: bench.clock(second), records: batch, state: state))
        }
      }
      let theirs = try Self.measure { for (_, batch) in batches { try raw.commit(batch) } }
      times.append((ours.time, theirs.time, ours.processor, theirs.processor))
    }
    func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] * 1000 / Double(commits) }
    report("journal_commit", median(times.map(\.journal)), "ms")
    report("raw_commit", median(times.map(\.raw)), "ms")
    report("journal_processor", median(times.map(\.journalCPU)), "ms")
    report("raw_processor", median(times.map(\.rawCPU)), "ms")
    report("ratio", times.map { $0.raw / $0.journal }.sorted()[times.count / 2], "× the raw loop's rate")
  }

  /// Seconds on the clock, and of the processor.
  private static func measure(_ body: () throws -> Void) throws -> (time: Double, processor: Double) {
    let start = ContinuousClock.now
    let before = clock()
    try body()
    return ((ContinuousClock.now - start) / .seconds(1), Double(clock() - before) / Double(CLOCKS_PER_SEC))
  }
}

/// One row a record: number, time, and its text.
private final class RawLoop {
  private var handle: OpaquePointer?
  private var insert: OpaquePointer?
  private var number: Int64 = 0

  init(path: String, pageSize: Int) throws {
    let sql = """
      PRAGMA page_size=\(pageSize); PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
      CREATE TABLE records (seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, body TEXT NOT NULL)
      """
    guard sqlite3_open(path, &handle) == SQLITE_OK, sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK,
      sqlite3_prepare_v2(handle, "INSERT INTO records VALUES (?,?,?)", -1, &insert, nil) == SQLITE_OK
    else { throw failure }
  }

  deinit {
    sqlite3_finalize(insert)
    sqlite3_close_v2(handle)
  }

  private var failure: ValidationError { ValidationError(String(cString: sqlite3_errmsg(handle))) }

  func commit(_ records: [Record]) throws {
    guard sqlite3_exec(handle, "BEGIN", nil, nil, nil) == SQLITE_OK else { throw failure }
    for record in records {
      number += 1
      // About what the record is as JSON.
      var text = Self.text(of: record)
      sqlite3_bind_int64(insert, 1, number)
      sqlite3_bind_int64(insert, 2, record.time.nanoseconds)
      text.withUTF8 { utf8 in
        utf8.withMemoryRebound(to: CChar.self) {
          _ = sqlite3_bind_text(
            insert, 3, $0.baseAddress, Int32($0.count), unsafeBitCast(-1, to: sqlite3_destructor_type.self))
        }
      }
      guard sqlite3_step(insert) == SQLITE_DONE else { throw failure }
      sqlite3_reset(insert)
    }
    guard sqlite3_exec(handle, "COMMIT", nil, nil, nil) == SQLITE_OK else { throw failure }
  }

  /// Of fixed length, so that making it costs the loop next to nothing.
  private static func text(of record: Record) -> String {
    switch record.body {
    case .position:
      #"{"type":"position","device":"gps","lat":46.204412,"lon":6.143218,"alt":380.5,"speed":13.9,"course":359.9,"hdop":0.9,"sats":11,"time":"2026-02-05T14:00:00.000Z"}"#
    default:
      #"{"type":"reading","device":"genset","metric":"metric_42","value":231.4,"unit":"V","time":"2026-02-05T14:00:00.000Z"}"#
    }
  }
}
