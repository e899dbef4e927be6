import ArgumentParser
import Glibc
import Journal
import Model
import Uplinks

/// How fast a backlog drains to a server, and what memory it takes: a journal filled in virtual time, one uplink.
struct DrainBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drain", abstract: "Records per second from a full journal to a server, and memory meanwhile.")

  enum Kind: String, ExpressibleByArgument {
    case readings, fixes
  }

  @OptionGroup var uplink: BenchUplink
  @Option(help: "Records that wait.") var records = 1_000_000
  @Option(help: "`readings`, or `fixes` of a truck under way.") var kind = Kind.readings
  @Option(help: "Where the journal is made; removed afterwards.") var folder = "."

  func run() async throws {
    let path = folder + "/waypost-bench-\(getpid()).db"
    defer { for ending in ["", "-wal", "-shm"] { unlink(path + ending) } }
    let source = try BacklogSource(path: path, records: records, kind: kind)
    let uplink = try self.uplink.make(source: source, batch: "records: 100")
    let before = Self.residentKilobytes()
    let start = ContinuousClock.now
    let running = Task { await uplink.run() }
    while await source.settled < UInt64(records) {
      try await Task.sleep(for: .milliseconds(20))
    }
    let elapsed = ContinuousClock.now - start
    report("drain", Double(records) / (elapsed / .seconds(1)), "records/s")
    report("memory_growth", Double(Self.residentKilobytes() - before) / 1024, "MiB")
    uplink.stop(within: .seconds(1))
    await running.value
  }

  private static func residentKilobytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 256)
    let count = fread(&buffer, 1, buffer.count - 1, file)
    let fields = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4 : 0
  }
}

/// A journal with nothing but a backlog of one kind.
private actor BacklogSource: RecordSource {
  private let journal: Journal
  private let kind: DrainBench.Kind
  private var cursors = LaneCursors()
  /// Every record up to this number is delivered.
  var settled: UInt64 { cursors[kind == .readings ? .reading : .position].low }

  init(path: String, records: Int, kind: DrainBench.Kind) throws {
    self.kind = kind
    let clock = JournalClock(bootTime: 0, wallTime: Timestamp(seconds: 1_800_000_000), isWallTrusted: true)
    journal = try Journal.open(
      path: path, options: Journal.Options(limit: 2_000_000_000, bootID: "bench", machineID: "bench"), now: clock)
    try journal.openCursor(uplink: BenchUplink.name, from: .oldest)
    var generator = SplitMix(state: 2)
    var drive = BenchDrive()
    for block in 0..<(records / 100) {
      let time = EngineTime.seconds(Double(block))
      let batch = (0..<100).map { index in
        kind == .fixes
          ? drive.record(block * 100 + index)
          : Record(
            time: time, timestamp: Timestamp(seconds: 1_800_000_000 + Double(block)),
            body: .reading(
              device: "genset", metric: "metric_\(index)",
              value: .number((generator.unit() * 4000).rounded() / 10), unit: "V", quality: .good))
      }
      try journal.commit(Commit(time: time, clock: clock, records: batch))
    }
  }

  func head() -> JournalHead { journal.head }
  func read(_ query: Journal.Query) throws -> [StoredRecord] { try journal.read(query) }
  func cursors(of uplink: String) -> LaneCursors { cursors }
  func acknowledge(_ uplink: String, _ settled: LaneCursors) { cursors = settled }
  nonisolated func commits() -> AsyncStream<Void> { AsyncStream { _ in } }
  func connecting(_ uplink: String) -> UInt64 { 0 }
  func linkChanged(_ uplink: String, isUp: Bool) {}
  func deadLetter(_ uplink: String, _ identity: RecordIdentity, reason: String) {}
  func redelivery(of uplink: String) -> Redelivery { Redelivery() }
  func requeuedLetters(of uplink: String, after seq: UInt64, limit: Int) -> [StoredRecord] { [] }
  func redelivered(_ uplink: String, _ letters: Set<RecordIdentity>) {}
  func carried(_ uplink: String, sent: UInt64, received: UInt64) {}
}
