import Foundation
import Model

/// The whole road for one test: receiver → gpsd → proxy → waypost → proxy → mosquitto → subscriber.
final class Rig {
  let bench: Bench
  let feed: GPSFeed
  let broker: Broker
  /// Between gateway and broker.
  let link: TCPProxy
  let subscriber: Subscriber
  let gateway: Gateway
  /// Seconds that a record may wait for its commit.
  let flush: Double
  /// The last number before the recording.
  private var before = 0

  /// Zones on the synthetic drive's circle, entered and left again and again, and a rule that tells of it.
  static func rules(zones: Int = 16) -> String {
    let circles = (0..<zones).map { index -> String in
      let center = SyntheticDrive.zoneCenter(index, of: zones)
      return String(
        format: "  stop_%d: { circle: [%.6f, %.6f], radius: 60 m, tags: [site] }", index, center.longitude,
        center.latitude)
    }
    return """
      zones:
      \(circles.joined(separator: "\n"))
      rules:
        - name: site_visit
          on: { enter: "tag:site", exit: "tag:site" }
          then:
            - event: geofence_event

      """
  }

  init(
    in bench: Bench, perSecond rate: Double, flush: Double = 1, uplink: String? = nil, rules: String = Rig.rules(),
    journal: String? = nil, limit: String? = nil, environment: [String: String] = [:]
  ) throws {
    self.bench = bench
    self.flush = flush
    feed = try GPSFeed(in: bench, perSecond: rate)
    broker = try Broker(in: bench)
    link = try TCPProxy(to: broker.port, in: bench)
    subscriber = try Subscriber(port: broker.port, in: bench)
    var settings = Gateway.Settings()
    settings.gpsdPort = feed.port
    settings.brokerPort = link.port
    settings.flush = "\(Int(flush * 1000)) ms"
    settings.rules = ["rules.yaml": rules]
    settings.journal = journal
    settings.limit = limit
    settings.environment = environment
    if let uplink { settings.uplink = uplink }
    gateway = try Gateway(settings, in: bench)
  }

  /// Starts the gateway, then the recording, then the receiver, so that the recording has every fix.
  func startRecording() throws {
    try gateway.start()
    try record()
    feed.start()
  }

  /// Begins the recording.
  func record() throws { before = try gateway.startRecording() }

  var received: [ReceivedRecord] { get throws { try ReceivedRecord.records(in: subscriber.messages) } }
  var judge: Judge { get throws { Judge(received: try received) } }

  /// The fixes that the gateway has taken for certain: up to the one that it shows. Later ones may still be on their way through gpsd.
  func accepted() throws -> [GPSFeed.Sent] {
    let shown = try gateway.status()["status"]?["fix"]?["timestamp"]?.text
    guard let time = shown.flatMap({ Timestamp(rfc3339: $0)?.milliseconds }) else { return [] }
    return feed.fixes.filter { $0.fix.milliseconds <= time }
  }

  /// Waits until the gateway has taken a fix that was sent from now on.
  func waitUntilAFixIsTaken() throws {
    let now = Instant.now
    try Wait.until("a fix to be taken; \(gateway.child?.tail ?? "")", every: 100) {
      try accepted().last.map { $0.time > now } ?? false
    }
  }

  /// Waits until the gateway has taken the fix that was sent last.
  func waitUntilLastFixIsTaken() throws {
    try Wait.until("the last fix to be taken; \(gateway.child?.tail ?? "")", every: 100) {
      try accepted().last == feed.fixes.last
    }
  }

  /// Waits until the fix that was sent last has come through.
  func waitUntilLastFixArrived(within seconds: Double = 120) throws {
    guard let last = feed.fixes.last?.fix.milliseconds else { return }
    try Wait.until(
      "the fix of \(Timestamp(milliseconds: last)); \(gateway.child?.tail ?? "")", within: seconds, every: 50
    ) { try received.contains { $0.fixTime == last && $0.type == "position" } }
  }

  /// Saves the recording and says what its replay would send, and the last number that this is about.
  private func prediction() throws -> (lines: [String], head: Int) {
    let file = bench.path("drive.recording")
    let head = try gateway.exportRecording(to: file)
    let lines = try gateway.replay(file)
    if let release = Environment["WAYPOST_RELEASE_BINARY"] {
      let other = try gateway.replay(file, binary: release)
      guard other == lines else { throw Failure("the release build replays differently") }
    }
    return (lines, head)
  }

  /// Waits until everything that is in the recording has come, then judges the whole drive. What the gateway says later, as that its receiver
  /// is silent, isn't looked at.
  func violations(order: Judge.Order, outages: [Judge.Outage] = []) throws -> [Judge.Violation] {
    let predicted = try prediction()
    func arrived() throws -> [ReceivedRecord] { try received.filter { $0.identity.seq <= predicted.head } }
    try? Wait.until("all that was decided", within: 120, every: 50) {
      try Judge(received: arrived()).holes(upTo: predicted.head).isEmpty
    }
    let messages = subscriber.messages
    let all = Judge(received: try ReceivedRecord.records(in: messages))
    let judge = Judge(received: all.received.filter { $0.identity.seq <= predicted.head })
    var violations = all.identityViolations + all.orderViolations(order)
    violations += judge.holes(upTo: predicted.head)
    // Before the recording there are the gateway's own words and those of rules that need no receiver: no fix and no crossing.
    violations += judge.inOrder.filter {
      $0.identity.seq <= before && ($0.type == "position" || $0.type == "geofence_event")
    }
    .map { .unknown($0.content) }
    violations += try judge.replayViolations(predicted: predicted.lines, skipping: before)
    violations += all.proofViolations(try ReceivedBatch.batches(in: messages))
    let fixes = feed.fixes.map { Judge.Fix($0) }
    violations += all.fixViolations(given: fixes, outages: outages)
    return violations
  }
}

/// At most so many, so that a broken run can be read.
func few(_ violations: [Judge.Violation]) -> String {
  violations.prefix(8).map(\.description).joined(separator: "\n") + "\n(\(violations.count) in all)"
}
