import ArgumentParser
import CMosquitto
import Config
import Gateway
import Glibc
import Journal
import Logging
import Model
import Synchronization
import Uplinks

/// From the end of a record's commit to its message at a subscriber of the broker: one record a commit, `linger: 0 s`, QoS 1.
struct LatencyBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "latency", abstract: "Time from a record's commit to its message at a subscriber.")

  @Option(help: "The broker's port on the loopback.") var port: Int
  @Option(help: "Records, one after the other.") var records = 500
  @Option(help: "Where the journal is made; removed afterwards.") var folder = "."

  func run() async throws {
    let path = folder + "/waypost-bench-\(getpid()).db"
    defer { for ending in ["", "-wal", "-shm"] { unlink(path + ending) } }
    let source = try LiveSource(path: path)
    let subscriber = try ArrivalClock(port: port, count: records)
    let uplink = try BenchUplink.make(source: source, port: port, options: "linger: 0 s")
    let running = Task { await uplink.run() }
    while !uplink.status.isUp || !subscriber.isSubscribed { try await Task.sleep(for: .milliseconds(10)) }
    var committed: [ContinuousClock.Instant] = []
    for number in 1...records {
      committed.append(try await source.commit(number))
      try await Task.sleep(for: .milliseconds(10))
    }
    let deadline = ContinuousClock.now + .seconds(20)
    while subscriber.arrived < records, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(10)) }
    uplink.stop(within: .seconds(1))
    await running.value
    let times = zip(committed, subscriber.times).compactMap { begin, end in end.map { ($0 - begin) / .milliseconds(1) }
    }
    guard times.count == records else { throw ValidationError("\(times.count) of \(records) records arrived") }
    let sorted = times.sorted()
    report("commit_to_subscriber_p50", sorted[records / 2], "ms")
    report("commit_to_subscriber_p99", sorted[records * 99 / 100], "ms")
  }
}

/// A journal that commits one position at a time and rings.
private actor LiveSource: RecordSource {
  private let journal: Journal
  private let rings: AsyncStream<Void>
  private let bell: AsyncStream<Void>.Continuation
  private var cursors = LaneCursors()
  private let clock = JournalClock(bootTime: 0, wallTime: Timestamp(seconds: 1_800_000_000), isWallTrusted: true)

  init(path: String) throws {
    (rings, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    journal = try Journal.open(path: path, options: Journal.Options(bootID: "bench", machineID: "bench"), now: clock)
    try journal.openCursor(uplink: "central", from: .oldest)
  }

  /// - Returns: When the commit was done.
  func commit(_ number: Int) throws -> ContinuousClock.Instant {
    let time = EngineTime.seconds(Double(number))
    let position = Position(latitude: 46.2, longitude: 6.1 + Double(number) / 1e4, speed: 13.9, course: 90, hdop: 0.9)
    try journal.commit(
      Commit(
        time: time, clock: clock,
        records: [
          Record(
            time: time, timestamp: Timestamp(seconds: 1_800_000_000 + Double(number)),
            body: .position(device: "gps", position))
        ]))
    let done = ContinuousClock.now
    bell.yield()
    return done
  }

  func head() -> JournalHead { journal.head }
  func read(_ query: Journal.Query) throws -> [StoredRecord] { try journal.read(query) }
  func cursors(of uplink: String) -> LaneCursors { cursors }
  func acknowledge(_ uplink: String, _ settled: LaneCursors) { cursors = settled }
  nonisolated func commits() -> AsyncStream<Void> { rings }
  func linkChanged(_ uplink: String, isUp: Bool) {}
  func deadLetter(_ uplink: String, _ identity: RecordIdentity, reason: String) {}
}

/// A subscriber that notes when each number arrived first. It runs libmosquitto's own thread: nothing of it ships.
private final class ArrivalClock: Sendable {
  private struct State {
    var times: [ContinuousClock.Instant?]
    var arrived = 0
    var isSubscribed = false
  }

  private let state: Mutex<State>
  nonisolated(unsafe) private let handle: OpaquePointer

  var times: [ContinuousClock.Instant?] { state.withLock { $0.times } }
  var arrived: Int { state.withLock { $0.arrived } }
  var isSubscribed: Bool { state.withLock { $0.isSubscribed } }

  init(port: Int, count: Int) throws {
    state = Mutex(State(times: Array(repeating: nil, count: count)))
    mosquitto_lib_init()
    guard let handle = mosquitto_new(nil, true, nil) else { throw ValidationError("no MQTT client to be had") }
    self.handle = handle
    mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
    mosquitto_subscribe_callback_set(handle) { _, user, _, _, _ in
      guard let user else { return }
      Unmanaged<ArrivalClock>.fromOpaque(user).takeUnretainedValue().state.withLock { $0.isSubscribed = true }
    }
    mosquitto_message_callback_set(handle) { _, user, message in
      guard let user, let message, let payload = message.pointee.payload else { return }
      let bytes = UnsafeRawBufferPointer(start: payload, count: Int(message.pointee.payloadlen))
      Unmanaged<ArrivalClock>.fromOpaque(user).takeUnretainedValue().note(String(decoding: bytes, as: UTF8.self))
    }
    guard mosquitto_connect(handle, "127.0.0.1", Int32(port), 60) == 0, mosquitto_loop_start(handle) == 0,
      mosquitto_subscribe(handle, nil, "waypost/bench/batch", 1) == 0
    else { throw ValidationError("no broker answers on port \(port)") }
  }

  deinit {
    mosquitto_disconnect(handle)
    mosquitto_loop_stop(handle, false)
    mosquitto_destroy(handle)
  }

  private func note(_ payload: String) {
    let now = ContinuousClock.now
    var diagnostics = Diagnostics()
    let batch = JSON.parse(SourceFile(path: "message", text: payload), diagnostics: &diagnostics)
    state.withLock { state in
      for message in batch?["messages"]?.array ?? [] {
        guard let seq = message["seq"]?.number, let index = Int(exactly: seq - 1), state.times.indices.contains(index),
          state.times[index] == nil
        else { continue }
        state.times[index] = now
        state.arrived += 1
      }
    }
  }
}
