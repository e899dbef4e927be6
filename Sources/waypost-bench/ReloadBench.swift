import ArgumentParser
import CAllocations
import Config
import Geo
import Glibc
import Model
import Rules
import Synchronization
import Threads

/// A file of zones in the engine: what it takes to load and in memory, what a fix costs among them, and how long a fix waits while the same file is
/// loaded once more beside it and then exchanged, as a reload does.
struct ReloadBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload",
    abstract: "A file of zones in the engine: memory, time to load, and fixes at 10 Hz meanwhile.")

  @Argument(help: "GeoJSON with polygons and multipolygons.") var zones: String
  @Argument(help: "Points: 64-bit floats, little-endian, longitude and latitude by turns.") var points: String

  private static let catalogue = SignalCatalogue(
    devices: [.init(name: "gps", givesPosition: true, staleAfter: .seconds(5))], positionDevice: "gps")

  /// What asks for all of them.
  private static let rules = """
    zones: { all: { file: zones.geojson, id: id, tags: [site] } }
    report:
      - { signals: [gps.position], every: 30 s }
    rules:
      - { name: visit, on: { enter: "tag:site", exit: "tag:site", cross: "tag:site" }, then: [{ log: there }] }
      - { name: within, when: 'in_zone("tag:site") && gps.speed > 30', for: 10 s, then: [{ event: speeding }] }
    """

  func run() throws {
    let places = try ReadFile.places(in: points)
    let before = allocated_bytes()
    let start = ContinuousClock.now
    let rules = try Self.load(zones)
    report("load", (ContinuousClock.now - start) / .milliseconds(1), "ms")
    var engine = RuleEngine(rules: rules, engine: "bench1", state: [], time: .zero)
    report("zones", Double(rules.zones.count), "zones")
    report("memory", Double(allocated_bytes() - before) / 1e6, "MB")
    report("resident", Double(Self.resident) / 1e6, "MB")

    var number = 0
    func fix() -> (took: Duration, rows: Int) {
      let place = places[number % places.count]
      number += 1
      let observation = Observation(
        time: .seconds(Double(number)),
        content: .position(
          device: "gps",
          Position(
            latitude: place.latitude, longitude: place.longitude,
            time: Timestamp(seconds: 1_800_000_000 + Double(number)),
            speed: 15, hdop: 0.9)))
      let start = ContinuousClock.now
      _ = engine.ingest(observation)
      let rows = engine.takeChangedState()
      return (ContinuousClock.now - start, rows.count)
    }
    let first = fix()
    report("first_fix", first.took / .milliseconds(1), "ms")
    report("first_fix_rows", Double(first.rows), "rows")
    let began = ContinuousClock.now
    let count = min(200_000, places.count - 1)
    for _ in 0..<count { _ = fix() }
    report("fix", (ContinuousClock.now - began) / .nanoseconds(1) / Double(max(1, count)), "ns")
    let kept = engine.snapshot()
    report("state", Double(kept.reduce(0) { $0 + ($1.value?.count ?? 0) }) / 1e6, "MB")

    let reloading = ContinuousClock.now
    let loaded = Loaded()
    let path = zones
    try DedicatedThread.start(name: "reload", stackSize: 8 << 20) {
      loaded.result.withLock { $0 = Result { try Self.load(path) } }
    }
    var longest = Duration.zero
    var result: Result<RuleSet, any Error>?
    while result == nil {
      longest = max(longest, fix().took)
      usleep(100_000)
      // Held while it loads.
      result = loaded.result.withLockIfAvailable { $0.take() } ?? nil
    }
    guard let next = try result?.get() else { return }
    let (exchange, processor) = (ContinuousClock.now, Self.processorTime)
    _ = engine.replace(rules: next, at: engine.now)
    _ = engine.takeChangedState()
    let took = ContinuousClock.now - exchange
    let worked = Self.processorTime - processor
    report("reload", (ContinuousClock.now - reloading) / .milliseconds(1), "ms")
    report("exchange", took / .milliseconds(1), "ms")
    report("exchange_processor", worked, "ms")
    // A fix that comes in just then waits for the exchange, and is dealt with after it.
    report("longest_wait", max(longest, took + fix().took) / .milliseconds(1), "ms")
    report("resident_after", Double(Self.resident) / 1e6, "MB")
  }

  private final class Loaded: Sendable {
    let result = Mutex<Result<RuleSet, any Error>?>(nil)
  }

  private static func load(_ path: String) throws -> RuleSet {
    var diagnostics = Diagnostics()
    let rules = RuleSet.load(
      rules: [SourceFile(path: "rules.yaml", text: rules)], zones: [], catalogue: catalogue,
      readFile: { _, _ throws(Diagnostic) in try SourceFile.open(path: path) }, diagnostics: &diagnostics)
    guard let rules else { throw ValidationError("\(diagnostics.all.prefix(3))") }
    return rules
  }

  /// Of this thread, milliseconds: what the exchange takes of a processor that others use too.
  private static var processorTime: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1e6
  }

  /// Bytes.
  private static var resident: Int {
    do {
      let text = String(decoding: try ReadFile.bytes(of: "/proc/self/statm"), as: UTF8.self)
      return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * Int(getpagesize())
    } catch { return 0 }
  }
}
