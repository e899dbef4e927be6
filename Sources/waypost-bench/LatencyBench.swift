import ArgumentParser
import Glibc
import Journal
import Model
import Uplinks

/// Commits one record after the other, `linger: 0 s`, and says when each commit was done: `SEQ SECONDS` lines, Unix time. Who has the
/// server notes when each arrives; `scripts/bench-delivery` does.
struct LatencyBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "latency", abstract: "When each of so many records was committed, for who knows when it arrived.")

  @OptionGroup var uplink: BenchUplink
  @Option(help: "Records, one after the other.") var records = 500
  @Option(help: "Where the journal is made; removed afterwards.") var folder = "."

  func run() async throws {
    let path = folder + "/waypost-bench-\(getpid()).db"
    defer { for ending in ["", "-wal", "-shm"] { unlink(path + ending) } }
    let source = try LiveSource(path: path)
    let uplink = try self.uplink.make(source: source, batch: "linger: 0 s")
    let running = Task { await uplink.run() }
    while !uplink.status.isUp { try await Task.sleep(for: .milliseconds(10)) }
    var committed: [Double] = []
    for number in 1...records {
      committed.append(try await source.commit(number))
      try await Task.sleep(for: .milliseconds(10))
    }
    let deadline = ContinuousClock.now + .seconds(20)
    while await source.settled < UInt64(records) {
      guard ContinuousClock.now < deadline else {
        throw ValidationError("only \(await source.settled) of \(records) records arrived")
      }
      try await Task.sleep(for: .milliseconds(10))
    }
    uplink.stop(within: .seconds(1))
    await running.value
    for (index, moment) in committed.enumerated() { print(index + 1, moment) }
  }
}

/// A journal that commits one position at a time and rings.
private actor LiveSource: RecordSource {
  private let journal: Journal
  private let rings: AsyncStream<Void>
  private let bell: AsyncStream<Void>.Continuation
  private var cursors = LaneCursors()
  private var drive = BenchDrive()
  private let clock = JournalClock(bootTime: 0, wallTime: Timestamp(seconds: 1_800_000_000), isWallTrusted: true)
  /// Every position up to this number is delivered.
  var settled: UInt64 { cursors[.position].low }

  init(path: String) throws {
    (rings, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    journal = try Journal.open(path: path, options: Journal.Options(bootID: "bench", machineID: "bench"), now: clock)
    try journal.openCursor(uplink: BenchUplink.name, from: .oldest)
  }

  /// - Returns: When the commit was done, in seconds of Unix time.
  func commit(_ number: Int) throws -> Double {
    let record = drive.record(number)
    try journal.commit(Commit(time: record.time, clock: clock, records: [record]))
    var done = timespec()
    clock_gettime(CLOCK_REALTIME, &done)
    bell.yield()
    return Double(done.tv_sec) + Double(done.tv_nsec) / 1e9
  }

  func head() -> JournalHead { journal.head }
  func read(_ query: Journal.Query) throws -> [StoredRecord] { try journal.read(query) }
  func cursors(of uplink: String) -> LaneCursors { cursors }
  func acknowledge(_ uplink: String, _ settled: LaneCursors) { cursors = settled }
  nonisolated func commits() -> AsyncStream<Void> { rings }
  func connecting(_ uplink: String) -> UInt64 { 0 }
  func linkChanged(_ uplink: String, isUp: Bool) {}
  func deadLetter(_ uplink: String, _ identity: RecordIdentity, reason: String) {}
  func redelivery(of uplink: String) -> Redelivery { Redelivery() }
  func requeuedLetters(of uplink: String, after seq: UInt64, limit: Int) -> [StoredRecord] { [] }
  func redelivered(_ uplink: String, _ letters: Set<RecordIdentity>) {}
  func carried(_ uplink: String, sent: UInt64, received: UInt64) {}
}
