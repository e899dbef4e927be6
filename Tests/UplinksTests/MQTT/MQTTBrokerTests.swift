import Certificates
import Deflate
import Foundation
import Model
import Testing

@testable import Uplinks

/// The transport against Debian's mosquitto.
@Suite(.serialized, .enabled(if: MosquittoBroker.executable != nil, "mosquitto is not installed"))
struct MQTTBrokerTests {
  static func subscriber(_ broker: MosquittoBroker, user: (String, String)? = nil) async -> Subscriber {
    let subscriber = Subscriber(port: broker.port, user: user.map { (name: $0.0, password: $0.1) })
    #expect(await eventually { subscriber.isSubscribed })
    return subscriber
  }

  @Test(arguments: [MQTTVersion.v5, .v311])
  func deliversEverythingInOrderAndSettlesIt(version: MQTTVersion) async throws {
    let broker = try MosquittoBroker()
    let subscriber = await Self.subscriber(broker)
    defer { subscriber.stop() }
    let source = MemorySource()
    source.append(Array(repeating: .position, count: 2500))
    let running = RunningUplink(
      try RunningUplink.options(port: broker.port) { $0.versions = [version] }, source: source)
    #expect(await eventually { source.low() == 2500 })
    source.append([.event, .reading])
    #expect(await eventually { subscriber.seqs.count == 2502 })
    #expect(Array(subscriber.seqs.prefix(2500)) == Array(1...2500))
    #expect(subscriber.records.prefix(2500).allSatisfy { $0["late"] as? Bool == true })
    #expect(subscriber.records.suffix(2).allSatisfy { $0["late"] == nil })
    #expect(running.status.link == (version == .v5 ? "MQTT 5" : "MQTT 3.1.1"))
    #expect(await eventually { running.status.counters.acknowledged == 2502 }, "\(running.status)")
    #expect(running.status.counters.repeated == 0)
    #expect(source.links == [true])
    await running.stop()
  }

  @Test func statusIsRetainedAndSaysGoodbye() async throws {
    let broker = try MosquittoBroker()
    let subscriber = await Self.subscriber(broker)
    defer { subscriber.stop() }
    let running = RunningUplink(try RunningUplink.options(port: broker.port))
    #expect(await eventually { subscriber.statuses().count == 1 })
    let status = try #require(subscriber.statuses().first)
    #expect(status["online"] as? Bool == true)
    #expect(status["version"] as? String == "0.1")
    #expect(status["configuration"] as? String == "abc")
    #expect(status["clock"] as? String == "synchronised")
    #expect(status["head"] as? Int == 0)
    #expect(status["low"] is [String: Any])
    #expect(status["uptime"] is Int)
    await running.stop()
    #expect(await eventually { subscriber.statuses().count == 2 })
    #expect(subscriber.statuses().last?["online"] as? Bool == false)
    #expect(subscriber.statuses().last?["version"] as? String == "0.1")
    #expect(running.status.state == .stopped)
  }

  @Test func theWillSpeaksForABoxThatVanished() async throws {
    let broker = try MosquittoBroker()
    let subscriber = await Self.subscriber(broker)
    defer { subscriber.stop() }
    let down = Flag()
    let transport = MQTTTransport(try RunningUplink.options(port: broker.port))
    let link = transport.open(for: JSONMessages(), number: 0) { event in
      if case .up = event { down.raise() }
    }
    #expect(await eventually { down.isRaised })
    link.publish(status: Array(#"{"online":true}"#.utf8))
    #expect(await eventually { subscriber.statuses().count == 1 })
    link.close(reason: "gone without a word", farewell: nil)
    #expect(await eventually { subscriber.statuses().count == 2 })
    #expect(subscriber.statuses().last?["online"] as? Bool == false)
  }

  @Test(arguments: [MQTTVersion.v5, .v311])
  func aBrokerThatIsKilledAndComesBackGetsWhatItMissed(version: MQTTVersion) async throws {
    let broker = try MosquittoBroker()
    let subscriber = await Self.subscriber(broker)
    defer { subscriber.stop() }
    let running = RunningUplink(try RunningUplink.options(port: broker.port) { $0.versions = [version] })
    let source = running.source
    source.append(Array(repeating: .position, count: 10))
    #expect(await eventually { subscriber.seqs.count == 10 })
    let saved = broker.saved
    let name = "subscriber-\(broker.port)"
    #expect(await eventually { saved.knows(subscriber: name, of: "#") })
    broker.kill()
    #expect(await eventually { !running.status.isUp })
    source.append(Array(repeating: .position, count: 90))
    try broker.start()
    #expect(await eventually { Set(subscriber.seqs) == Set(1...100) })
    #expect(await eventually { source.low() == 100 })
    #expect(running.status.connections == 2)
    #expect(source.links == [true, false, true])
    await running.stop()
  }

  @Test func aBrokerThatFreezesLosesNothing() async throws {
    let broker = try MosquittoBroker()
    let subscriber = await Self.subscriber(broker)
    defer { subscriber.stop() }
    let running = RunningUplink(try RunningUplink.options(port: broker.port)) {
      $0.answerLimit = .milliseconds(300)
      $0.connectLimit = .milliseconds(500)
    }
    #expect(await eventually { running.status.isUp })
    broker.freeze()
    running.source.append(Array(repeating: .position, count: 200))
    #expect(await eventually { running.status.lastError?.contains("no answer") == true })
    #expect(running.source.low() == 0)
    broker.thaw()
    #expect(await eventually { running.source.low() == 200 })
    #expect(await eventually { Set(subscriber.seqs) == Set(1...200) })
    #expect(running.status.counters.repeated > 0)
    #expect(running.source.dead.isEmpty)
    await running.stop()
  }

  @Test func absentBrokerIsTriedAgainAndTold() async throws {
    let port = ServerPort.next()
    let running = RunningUplink(try RunningUplink.options(port: port))
    #expect(await eventually { running.status.lastError?.contains("connection refused") == true })
    running.source.append([.event])
    await running.stop(within: .milliseconds(100))
    #expect(running.source.low() == 0)
  }

  @Test(arguments: [MQTTVersion.v5, .v311])
  func wrongPasswordRaisesAnAlarmAndBacksOffToMinutes(version: MQTTVersion) async throws {
    let broker = try MosquittoBroker(users: ["truck": "right"])
    let running = RunningUplink(
      try RunningUplink.options(port: broker.port) {
        $0.username = "truck"
        $0.password = .literal("wrong")
        $0.versions = [version]
      })
    #expect(await eventually { running.status.alarm?.code == "not-authorized" })
    #expect(running.waitsForMinutes, "\(running.status)")
    await running.stop()
  }

  @Test func theRightPasswordFromAFileIsAccepted() async throws {
    let broker = try MosquittoBroker(users: ["truck": "right"])
    let file = broker.folder.appendingPathComponent("secret")
    try "right\n".write(to: file, atomically: true, encoding: .utf8)
    let running = RunningUplink(
      try RunningUplink.options(port: broker.port) {
        $0.username = "truck"
        $0.password = .file(file.path)
      })
    #expect(await eventually { running.status.isUp })
    await running.stop()
  }

  @Test func aDeniedTopicRaisesAnAlarmHoldsAndLosesNothing() async throws {
    let broker = try MosquittoBroker(
      users: ["truck": "p"], acl: ["user truck", "topic write waypost/truck-005/status"])
    let running = RunningUplink(
      try RunningUplink.options(port: broker.port) {
        $0.username = "truck"
        $0.password = .literal("p")
      })
    running.source.append([.event, .position])
    #expect(await eventually { running.status.alarm?.code == "not-authorized" })
    // mosquitto 2.0.11 answers with 0x87 and hangs up as well.
    #expect(await eventually { running.status.inFlight == 0 })
    if case .waiting = running.status.state { #expect(running.waitsForMinutes, "\(running.status)") }
    #expect(running.source.low() == 0)
    #expect(running.source.dead.isEmpty)
    await running.stop()
    #expect(running.source.low() == 0)
  }

  @Test func batchesStayBelowTheBrokersLargestPacket() async throws {
    let broker = try MosquittoBroker(options: ["max_packet_size 2000"])
    let subscriber = await Self.subscriber(broker)
    defer { subscriber.stop() }
    let running = RunningUplink(try RunningUplink.options(port: broker.port))
    running.source.append(Array(repeating: .position, count: 300))
    #expect(await eventually { running.source.low() == 300 })
    #expect(await eventually { subscriber.seqs.count == 300 })
    #expect(subscriber.messages.allSatisfy { $0.payload.count < 2000 })
    #expect(running.source.dead.isEmpty)
    await running.stop()
  }

  @Test func aRecordLargerThanTheBrokerTakesDiesAloneAndAtOnce() async throws {
    let broker = try MosquittoBroker(options: ["max_packet_size 2000"])
    let subscriber = await Self.subscriber(broker)
    defer { subscriber.stop() }
    let source = MemorySource()
    source.append([.position, .position])
    source.append(
      .reading(device: "d", metric: "m", value: .text(String(repeating: "x", count: 4000)), unit: nil, quality: .good))
    source.append([.position, .reading])
    let running = RunningUplink(try RunningUplink.options(port: broker.port), source: source)
    #expect(await eventually { source.low() == 5 })
    #expect(source.dead == [3])
    #expect(await eventually { Set(subscriber.seqs) == [1, 2, 4, 5] })
    await running.stop()
  }

  /// mosquitto answers with 0x95 and, in some versions, hangs up as well: narrowing finds the one.
  @Test func aRecordThatTheBrokerRefusesForItsSizeIsFoundByNarrowing() async throws {
    let broker = try MosquittoBroker(options: ["message_size_limit 1500"])
    let subscriber = await Self.subscriber(broker)
    defer { subscriber.stop() }
    let source = MemorySource()
    source.append([.reading])
    source.append(
      .reading(device: "d", metric: "m", value: .text(String(repeating: "x", count: 4000)), unit: nil, quality: .good))
    source.append([.reading, .reading])
    let running = RunningUplink(try RunningUplink.options(port: broker.port), source: source)
    #expect(await eventually { source.low() == 4 }, "\(running.status)")
    #expect(source.dead == [2])
    #expect(await eventually { Set(subscriber.seqs) == [1, 3, 4] })
    await running.stop()
  }

  @Test func nobodyListeningIsCounted() async throws {
    let broker = try MosquittoBroker()
    let running = RunningUplink(try RunningUplink.options(port: broker.port))
    running.source.append([.event])
    #expect(await eventually { running.source.low() == 1 })
    #expect(await eventually { running.status.counters.unheard == 1 })
    await running.stop()
  }

  @Test func stoppingDrainsWhatWasAppended() async throws {
    let broker = try MosquittoBroker()
    let subscriber = await Self.subscriber(broker)
    defer { subscriber.stop() }
    let running = RunningUplink(try RunningUplink.options(port: broker.port)) { $0.linger = .minutes(5) }
    #expect(await eventually { running.status.isUp })
    running.source.append(Array(repeating: .position, count: 50))
    #expect(await eventually { running.status.head == 50 })
    #expect(running.source.low() == 0)
    await running.stop(within: .minutes(1))
    #expect(running.source.low() == 50)
    #expect(await eventually { subscriber.seqs == Array(1...50) })
  }

  @Test func cancellationEndsAtOnceAndSaysGoodbye() async throws {
    let broker = try MosquittoBroker()
    let subscriber = await Self.subscriber(broker)
    defer { subscriber.stop() }
    let running = RunningUplink(try RunningUplink.options(port: broker.port))
    #expect(await eventually { subscriber.statuses().count == 1 })
    await running.cancel()
    #expect(await eventually { subscriber.statuses().last?["online"] as? Bool == false })
  }

  @Test func deflatedBatchesGoToATopicOfTheirOwn() async throws {
    let broker = try MosquittoBroker()
    let subscriber = await Self.subscriber(broker)
    defer { subscriber.stop() }
    let running = RunningUplink(try RunningUplink.options(port: broker.port) { $0.deflatesBatches = true })
    running.source.append(Array(repeating: .position, count: 100))
    #expect(await eventually { subscriber.messages.contains { $0.topic == "waypost/truck-005/batch/z" } })
    let message = try #require(subscriber.messages.first { $0.topic.hasSuffix("/z") })
    let data = try #require(Inflater().inflate(message.payload, limit: 1 << 20))
    let json = try #require(try JSONSerialization.jsonObject(with: Data(data)) as? [String: Any])
    #expect((json["messages"] as? [Any])?.count ?? 0 > 0)
    await running.stop()
  }
}

/// Something that happened, told by one thread and seen by another.
final class Flag: @unchecked Sendable {
  private let lock = NSLock()
  private var value = false
  func raise() { lock.withLock { value = true } }
  var isRaised: Bool { lock.withLock { value } }
}
