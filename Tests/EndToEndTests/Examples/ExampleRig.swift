import Foundation
import Model

/// A gateway on the synthetic drive with two uplinks: one that the example is about, and one to a subscriber of the test's own, so that
/// there is something to compare with.
final class ExampleRig {
  let bench: Bench
  let feed: GPSFeed
  let broker: Broker
  let gateway: Gateway
  /// Of all that the gateway has said.
  let witness: Subscriber

  /// - Parameters:
  ///   - access: Lines of the broker's configuration; the example's way to it among them.
  ///   - uplink: The example's uplink, as YAML at the indentation of `mqtt:`. `BROKER` in it stands for the broker's port.
  init(
    in bench: Bench, perSecond rate: Double, access: String = "allow_anonymous true", uplink: String,
    flush: Double = 0.25,
    rules: String = Rig.rules(), devices: String? = nil
  ) throws {
    self.bench = bench
    feed = try GPSFeed(in: bench, perSecond: rate)
    broker = try Broker(in: bench, access: access)
    witness = try Subscriber(port: broker.port, topic: "witness/#", in: bench)
    let topics = (Record.Kind.allCases.map(\.name) + ["batch", "status"])
      .map { "\($0): \"witness/{gateway}/{type}\"" }.joined(separator: ", ")
    var settings = Gateway.Settings()
    settings.gpsdPort = feed.port
    settings.brokerPort = broker.port
    settings.flush = "\(Int(flush * 1000)) ms"
    settings.rules = ["rules.yaml": rules]
    settings.uplink = """
        topics: { \(topics) }
          from: oldest
          batch: { linger: 0 s }
        example:
          \(uplink.replacingOccurrences(of: "BROKER", with: "\(broker.port)").replacingOccurrences(of: "\n", with: "\n    "))
          from: oldest
      """
    if let devices { try bench.write(devices, to: "etc/devices.d/more.yaml") }
    gateway = try Gateway(settings, in: bench)
  }

  var received: [ReceivedRecord] { get throws { try ReceivedRecord.records(in: witness.messages) } }

  /// The receiver stands still, and what it gave has come to the witness.
  func finish(within seconds: Double = 120) throws {
    feed.pause()
    guard let last = feed.fixes.last?.fix.milliseconds else { throw Failure("no fix was ever given") }
    try Wait.until("the last fix; \(gateway.child?.tail ?? "")", within: seconds, every: 50) {
      try received.contains { $0.fixTime == last && $0.type == "position" }
    }
  }

  /// Kills and starts it again.
  func restartGateway() throws {
    try gateway.kill()
    try gateway.start()
  }

  /// What came to the witness, a line each: gateway, journal, seq, type.
  var lines: Set<String> { get throws { Set(try received.map { "\($0.identity.line) \($0.type)" }) } }

  /// What a receiver has, and what the witness has: once they are the same, or as they are after so many seconds. The gateway may say more at
  /// any moment, which comes to one of the two first.
  func compared(
    within seconds: Double = 180, _ stored: () throws -> [String]
  ) throws -> (found: [String], wanted: Set<String>) {
    var last: (found: [String], wanted: Set<String>) = ([], [])
    try? Wait.until("the receiver to have all", within: seconds, every: 300) {
      last = (try stored(), try lines)
      return Set(last.found) == last.wanted
    }
    return last
  }
}

extension ReceivedRecord.Identity {
  /// As the examples' databases are asked for it.
  var line: String { "\(gateway) \(journal) \(seq)" }
}
