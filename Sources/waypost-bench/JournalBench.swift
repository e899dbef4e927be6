import ArgumentParser
import Glibc
import Journal
import Model

/// Bytes that reach the block device and time per record, at 1 Hz GPS and so many readings a second, in virtual time.
///
/// The kernel's count of bytes that this process caused to be written to the block layer (proc_pid_io(5), `write_bytes`) is read before
/// and after; the journal must lie on a real file system, not on tmpfs, which counts nothing.
struct JournalBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "journal", abstract: "Bytes written to the block device per day, and time per record.")

  @Option(help: "Seconds of virtual time.") var seconds = 600
  @Option(help: "Seconds between commits.") var flush = 1
  @Option(help: "Readings a second besides the one fix.") var readings = 100
  @Option(help: "Where the journal is made; removed afterwards.") var folder = "."

  func run() throws {
    let path = folder + "/waypost-bench-\(getpid()).db"
    defer { for ending in ["", "-wal", "-shm"] { unlink(path + ending) } }
    let options = Journal.Options(
      limit: 256_000_000, history: .hours(24), bootID: "bench", machineID: "bench")
    let journal = try Journal.open(path: path, options: options, now: clock(0))
    try journal.openCursor(uplink: "central", from: .oldest, keep: nil)
    let before = try Self.writtenBytes()
    let start = ContinuousClock.now
    var records: [Record] = []
    var generator = SplitMix(state: 1)
    var total = 0
    for second in 1...seconds {
      append(second, to: &records, &generator, readings: readings)
      guard second % flush == 0 else { continue }
      total += records.count
      let state = [StateRow(kind: "engine", name: "", value: Array(repeating: UInt8(second & 0xff), count: 40))]
      _ = try journal.commit(
        Commit(
          time: .seconds(Double(second)), clock: clock(second), records: records, state: state, observations: [],
          cursors: []))
      records.removeAll(keepingCapacity: true)
    }
    try journal.closeCleanly(time: .seconds(Double(seconds)), clock: clock(seconds))
    let elapsed = ContinuousClock.now - start
    let written = try Self.writtenBytes() - before
    report("written_per_day", Double(written) / Double(seconds) * 86400 / 1e9, "GB")
    report("written_per_commit", Double(written) / Double(seconds / flush) / 1000, "KB")
    report("commit", elapsed / .milliseconds(1) / Double(seconds / flush), "ms")
    report("records", Double(total), "records")
  }

  func clock(_ second: Int) -> JournalClock {
    JournalClock(
      bootTime: Int64(second) * 1_000_000_000, wallTime: Timestamp(seconds: 1_800_000_000 + Double(second)),
      isWallTrusted: true)
  }

  func append(_ second: Int, to records: inout [Record], _ generator: inout SplitMix, readings: Int) {
    let time = EngineTime.seconds(Double(second))
    let timestamp = Timestamp(seconds: 1_800_000_000 + Double(second))
    let position = Position(
      latitude: 46.2 + generator.unit() / 100, longitude: 6.1 + generator.unit() / 100, time: timestamp,
      altitude: 380 + generator.unit(), speed: 13 + generator.unit(), course: generator.unit() * 360,
      accuracy: nil, hdop: 0.9, eph: 17, satellites: 11)
    records.append(Record(time: time, timestamp: timestamp, body: .position(device: "gps", position)))
    for metric in 0..<readings {
      records.append(
        Record(
          time: time, timestamp: timestamp,
          body: .reading(
            device: "genset", metric: "metric_\(metric)",
            value: .number((generator.unit() * 4000).rounded() / 10), unit: "V", quality: .good)))
    }
  }

  private static func writtenBytes() throws -> Int {
    sync()
    guard let file = fopen("/proc/self/io", "r") else { throw ValidationError("/proc/self/io can't be read") }
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = fread(&buffer, 1, buffer.count - 1, file)
    let text = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    for line in text.split(separator: "\n") where line.hasPrefix("write_bytes: ") {
      return Int(line.dropFirst("write_bytes: ".count)) ?? 0
    }
    throw ValidationError("/proc/self/io has no write_bytes")
  }
}

/// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014): the same data in every run.
struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func unit() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }
}
