import Foundation
import Model

/// The whole road for one round of the oracle: receiver → gpsd → waypost → proxy → a server. Faults take hold of its parts.
///
/// Belongs to the test's thread. What is done `beside` uses what nothing else does meanwhile, as the faults' holds say.
final class Road: @unchecked Sendable {
  let bench: Bench
  let feed: GPSFeed
  let receiver: any Receiver
  /// Between gateway and server.
  let link: TCPProxy
  let gateway: Gateway
  /// Drops packets; `nil` where this machine doesn't let us.
  let filter: PacketFilter?
  /// What the journal is on; `nil` where this machine doesn't let us mount one.
  let disk: SmallDisk?
  /// What gateway and gpsd take for the wall clock; `nil` where there is no compiler to make it with.
  let clock: WallClock?
  /// Seconds that a record may wait for its commit.
  let flush = 0.25

  var tally = Tally()
  /// When fixes may be missing.
  private(set) var outages: [Judge.Outage] = []
  private var excusedSince: [Instant] = []
  /// Connections of the link before the fault under way.
  var connectionsBefore = 0
  /// From kill to READY=1, the longest, seconds.
  private(set) var slowestStart = 0.0
  private var killed: Instant?
  private var reloads = 0
  private var errand: Errand?
  /// What the journal and the uplink may keep.
  let bounds: Bounds

  /// How much is kept, and whether what the gateway decides is recorded for the judge.
  struct Bounds: Sendable {
    /// Of the journal, as in `waypost.yaml`.
    var limit: String
    /// Of the uplink; `nil`: as by itself.
    var keep: String?
    var isRecorded: Bool

    /// Nothing is given up.
    static let wide = Bounds(limit: "64 MB", isRecorded: true)
    /// A short while without a link is too long. A journal that is full gives up its recording before anything else, so there is none.
    static let tight = Bounds(limit: "4 MB", keep: "90 s", isRecorded: false)
  }

  init(
    to receiver: any Receiver, order: Judge.Order, in bench: Bench, filter: PacketFilter?, bounds: Bounds = .wide,
    binary: String, environment: [String: String] = [:]
  ) throws {
    self.bench = bench
    self.bounds = bounds
    self.receiver = receiver
    self.filter = filter
    disk = try SmallDisk(megabytes: 96, in: bench)
    clock = Environment.have("cc") ? try bench.wallClock() : nil
    feed = try GPSFeed(in: bench, perSecond: 20)
    link = try TCPProxy(to: receiver.port, in: bench, meddler: receiver.meddler)
    var settings = Gateway.Settings()
    settings.gpsdPort = feed.port
    settings.destination = receiver.destination(port: link.port)
    settings.uplink =
      "order: \(order == .strict ? "strict" : "live_first")\n    from: oldest\n    catch_up: unlimited\n"
      + "    batch: { records: 100, bytes: 100 KB, linger: 0 s }" + (bounds.keep.map { "\n    keep: \($0)" } ?? "")
    settings.flush = "\(Int(flush * 1000)) ms"
    settings.rules = ["rules.yaml": Rig.rules() + GiantEvent.rule]
    settings.position = "gps"
    settings.journal = disk.map { "\($0.path)/journal.db" }
    settings.limit = bounds.limit
    settings.environment = environment
    gateway = try Gateway(settings, in: bench, binary: binary)
  }

  /// Starts the gateway and its recording, if there is to be one, then the receiver.
  /// - Returns: The last number before the recording.
  func start() throws -> Int {
    try gateway.start()
    guard bounds.isRecorded else {
      feed.start()
      return 0
    }
    let before = try gateway.startRecording()
    feed.start()
    return before
  }

  func killGateway() throws { killed = try gateway.kill() }

  func startGateway() throws {
    let began = Instant.now
    let ready = try gateway.start()
    slowestStart = max(slowestStart, ready - began)
    if let killed { outages.append(.kill(at: killed, flush: flush, ready: ready)) }
    killed = nil
  }

  func reload(expecting exit: Child.Exit) throws {
    reloads += 1
    let result = try bench.run(
      gateway.binary, ["reload", "--config", gateway.configuration], name: "reload-\(reloads)")
    guard result.exit == exit else {
      throw Failure("waypost reload: \(result.exit), not \(exit): \(result.errors); \(gateway.child?.tail ?? "")")
    }
  }

  /// Has something done while the schedule goes on; nothing else of that kind until `waitForWhatIsBeside`.
  func beside(_ body: @escaping @Sendable () throws -> Void) { errand = Errand(body) }

  /// - Throws: What went wrong with it.
  func waitForWhatIsBeside() throws {
    try errand?.wait(within: 300)
    errand = nil
  }

  /// From here on fixes may be missing.
  func excuse(from moment: Instant) { excusedSince.append(moment) }

  /// They may until the first one that arrives of those that were sent after this.
  func endExcuse() {
    let now = Instant.now
    outages += excusedSince.map { moment in
      var outage = Judge.Outage(from: moment, to: now, lastsUntilAFixArrives: true)
      outage.early = Judge.Outage.owed
      return outage
    }
    excusedSince = []
  }
}

/// Something done on a thread of its own.
private final class Errand: @unchecked Sendable {
  private let lock = NSLock()
  private var result: Result<Void, any Error>?

  init(_ body: @escaping @Sendable () throws -> Void) {
    // A thread is in the network of the one that starts it.
    let thread = Thread { [self] in
      let result = Result { try body() }
      lock.withLock { self.result = result }
    }
    thread.start()
  }

  func wait(within seconds: Double) throws {
    try Wait.until("what is done beside the schedule", within: seconds) { lock.withLock { result } != nil }
    try lock.withLock { result }?.get()
  }
}

/// How often what happened.
struct Tally: Sendable, CustomStringConvertible {
  private(set) var counts: [String: Int] = [:]

  subscript(name: String) -> Int {
    get { counts[name, default: 0] }
    set { counts[name] = newValue }
  }

  static func += (a: inout Tally, b: Tally) { a.counts.merge(b.counts) { $0 + $1 } }

  var description: String { counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ") }
}
