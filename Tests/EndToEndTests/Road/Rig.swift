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
    try gateway.record("on")
    feed.start()
  }

  var received: [ReceivedRecord] { get throws { try ReceivedRecord.records(in: subscriber.messages) } }
  var judge: Judge { get throws { Judge(received: try received) } }

  /// Waits until a fix that was just sent has come through; records in one stream come in order, so all before it have too.
  func waitUntilLastFixArrived(within seconds: Double = 60) throws {
    guard let last = feed.fixes.last?.fix.milliseconds else { return }
    try Wait.until(
      "the fix of \(Timestamp(milliseconds: last)); \(gateway.child?.tail ?? "")", within: seconds, every: 50
    ) { try received.contains { $0.fixTime == last && $0.type == "position" } }
  }

  /// Saves the recording and says what its replay would send.
  func prediction() throws -> [String] {
    let file = bench.path("drive.recording")
    try gateway.record("export", file)
    let lines = try gateway.replay(file)
    if let release = Environment["WAYPOST_RELEASE_BINARY"] {
      let other = try gateway.replay(file, binary: release)
      guard other == lines else { throw Failure("the release build replays differently") }
    }
    return lines
  }

  /// Waits until as many records have come as were predicted, then judges the whole drive.
  func violations(order: Judge.Order, outages: [Judge.Outage] = []) throws -> [Judge.Violation] {
    let predicted = try prediction()
    // What was committed before the recording was on: the gateway's own first words, no fix and no event.
    func decided() throws -> [ReceivedRecord] {
      try self.judge.inOrder.filter { !Judge.gatewayTypes.contains($0.type) }
    }
    try? Wait.until("all that was decided", within: 30, every: 50) { try decided().count >= predicted.count }
    let before = try decided().dropLast(predicted.count)
    let messages = subscriber.messages
    let judge = Judge(received: try ReceivedRecord.records(in: messages))
    var violations = judge.identityViolations + judge.orderViolations(order)
    violations += judge.holes(upTo: judge.inOrder.last?.identity.seq ?? 0)
    violations += before.filter { $0.type != "device" }.map { .unknown($0.content) }
    violations += try judge.replayViolations(predicted: predicted, skipping: before.last?.identity.seq ?? 0)
    violations += judge.proofViolations(try ReceivedBatch.batches(in: messages))
    let fixes = feed.fixes.map { Judge.Fix($0) }
    violations += judge.fixViolations(given: fixes, outages: outages)
    return violations
  }
}

/// At most so many, so that a broken run can be read.
func few(_ violations: [Judge.Violation]) -> String {
  violations.prefix(8).map(\.description).joined(separator: "\n") + "\n(\(violations.count) in all)"
}
