import Certificates
import Foundation
import Model
import Testing

@testable import Uplinks

/// What brokers ask of us and we of them, against Debian's mosquitto.
@Suite(.serialized, .enabled(if: MosquittoBroker.executable != nil, "mosquitto is not installed"))
struct MQTTFeatureTests {
  @Test func theBrokersReceiveMaximumIsHeardOf() async throws {
    let broker = try MosquittoBroker(options: ["max_inflight_messages 2"])
    let heard = Noted()
    let transport = MQTTTransport(try RunningUplink.options(port: broker.port))
    let link = transport.open(for: JSONMessages(), number: 0) { event in
      if case .up(let capabilities, _) = event { heard.note("\(capabilities.messagesInFlight)") }
    }
    #expect(await eventually { heard.first != nil })
    #expect(heard.first == "1")
    link.close(reason: "done", farewell: nil)
    let source = MemorySource()
    source.append(Array(repeating: .position, count: 500))
    let running = RunningUplink(try RunningUplink.options(port: broker.port), source: source) { $0.batchRecords = 5 }
    #expect(await eventually { source.low() == 500 })
    #expect(running.status.counters.repeated == 0)
    #expect(!broker.log.contains("receive maximum"))
    await running.stop()
  }

  @Test func theBrokersKeepaliveIsItsOwn() async throws {
    let broker = try MosquittoBroker(options: ["max_keepalive 10"])
    let running = RunningUplink(try RunningUplink.options(port: broker.port))
    #expect(await eventually { running.status.isUp })
    let log = MosquittoBroker.Log(folder: broker.folder)
    #expect(await eventually { log.text.contains("Received PINGREQ") })
    // By our own reckoning it would be 20 s after the status. The broker's clock counts, however late the test looks.
    let status = try #require(log.second(of: "Received PUBLISH"))
    let ping = try #require(log.second(of: "Received PINGREQ"))
    #expect((9..<19).contains(ping - status), "\(log.text)")
    #expect(running.status.connections == 1)
    await running.stop()
  }

  @Test func aBrokerThatRetainsNothingGetsAWillThatIsntKept() async throws {
    let broker = try MosquittoBroker(options: ["retain_available false"])
    let subscriber = await MQTTBrokerTests.subscriber(broker)
    defer { subscriber.stop() }
    let running = RunningUplink(try RunningUplink.options(port: broker.port))
    running.source.append([.event])
    #expect(await eventually { running.source.low() == 1 }, "\(running.status)")
    #expect(running.status.connections == 1)
    #expect(running.status.link == "MQTT 5")
    #expect(await eventually { subscriber.statuses().count == 1 })
    await running.stop()
  }

  @Test func propertiesAndExpiryReachTheReceivers() async throws {
    let broker = try MosquittoBroker()
    let receiver = try TLSServer(
      broker.port, "stdbuf",
      ["-oL", "mosquitto_sub", "-p", "\(broker.port)", "-V", "5", "-q", "1", "-d", "-t", "#", "-F", "%t|%E|%C|%P|"],
      isReady: "SUBACK")
    let running = RunningUplink(
      try RunningUplink.options(port: broker.port) {
        $0.messageExpiry = 3600
        $0.userProperties = [.init(name: "fleet", value: "north"), .init(name: "fleet", value: "süd")]
        $0.deflatesBatches = true
      })
    running.source.append(Array(repeating: .position, count: 20))
    // A second may have begun on the way.
    let lines = ["3600", "3599"].map {
      "waypost/truck-005/batch/z|\($0)|application/json; encoding=deflate|fleet:north fleet:süd|"
    }
    #expect(await eventually { lines.contains(where: receiver.said.contains) }, "\(receiver.said)")
    // The status stays, and is nobody's record.
    #expect(await eventually { receiver.said.contains("waypost/truck-005/status||||") }, "\(receiver.said)")
    await running.stop()
  }

  /// A subscriber that is away for longer than the expiry doesn't get what is stale.
  @Test func whatHasExpiredIsntHandedOut() async throws {
    let broker = try MosquittoBroker()
    let name = "late-\(broker.port)"
    let first = try TLSServer(
      broker.port, "stdbuf",
      [
        "-oL", "mosquitto_sub", "-p", "\(broker.port)", "-V", "5", "-c", "-x", "300", "-i", name, "-q", "1", "-t", "#",
        "-E", "-d",
      ],
      isReady: "SUBACK")
    let log = MosquittoBroker.Log(folder: broker.folder)
    #expect(await eventually { log.text.contains("Client \(name) ") }, "it has left")
    withExtendedLifetime(first) {}
    let source = MemorySource()
    source.append([.event])
    let brief = RunningUplink(
      try RunningUplink.options(port: broker.port) { $0.messageExpiry = 1 }, source: source)
    #expect(await eventually { source.low() == 1 })
    let end = Date().addingTimeInterval(2.5)
    #expect(await eventually { Date() >= end })
    await brief.stop()
    // The second lives for long: how soon its receiver comes doesn't matter.
    let lasting = RunningUplink(
      try RunningUplink.options(port: broker.port) { $0.messageExpiry = 3600 }, source: source)
    source.append([.event])
    #expect(await eventually { source.low() == 2 })
    let second = try TLSServer(
      broker.port, "stdbuf",
      [
        "-oL", "mosquitto_sub", "-p", "\(broker.port)", "-V", "5", "-c", "-x", "300", "-i", name, "-q", "1", "-t", "#",
        "-F", "%p",
      ],
      isReady: "\"seq\":2")
    #expect(!second.said.contains("\"seq\":1,"))
    await lasting.stop()
  }

  @Test(arguments: [MQTTVersion.v5, .v311])
  func aSessionIsKeptWhereItIsWanted(version: MQTTVersion) async throws {
    let broker = try MosquittoBroker()
    let options = try RunningUplink.options(port: broker.port) {
      $0.versions = [version]
      $0.sessionExpiry = 60
    }
    let running = RunningUplink(options)
    #expect(await eventually { running.status.isUp })
    await running.stop()
    let again = RunningUplink(options)
    again.source.append([.event])
    #expect(await eventually { again.source.low() == 1 })
    await again.stop()
    // “c0”: not a clean session.
    let log = MosquittoBroker.Log(folder: broker.folder)
    let words = "(p\(version == .v5 ? 5 : 2), c0, k20)"
    #expect(await eventually { log.text.components(separatedBy: words).count == 3 }, "\(log.text)")
  }

  @Test func withoutOneNothingIsKept() async throws {
    let broker = try MosquittoBroker()
    let running = RunningUplink(try RunningUplink.options(port: broker.port))
    #expect(await eventually { running.status.isUp })
    let log = MosquittoBroker.Log(folder: broker.folder)
    #expect(await eventually { log.text.contains("c1, k20") })
    await running.stop()
  }

  /// Two boxes of one id: the broker ends the fight's first round by itself, and what it says or doesn't is understood.
  @Test(arguments: [MQTTVersion.v5, .v311])
  func anotherClientWithOurIdIsNoticed(version: MQTTVersion) async throws {
    let broker = try MosquittoBroker()
    let running = RunningUplink(try RunningUplink.options(port: broker.port) { $0.versions = [version] })
    #expect(await eventually { running.status.isUp })
    let other = try TLSServer(
      broker.port, "stdbuf",
      ["-oL", "mosquitto_sub", "-p", "\(broker.port)", "-i", "waypost-truck-005-central", "-t", "#", "-d"],
      isReady: "SUBACK")
    #expect(
      await eventually {
        running.status.alarm?.code == "session-taken-over"
          || running.status.lastError?.contains("another client may have come with the client id") == true
      }, "\(running.status)")
    withExtendedLifetime(other) {}
    await running.cancel()
  }
}
