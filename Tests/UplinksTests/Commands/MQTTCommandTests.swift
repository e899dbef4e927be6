import Certificates
import Foundation
import Model
import Testing

@testable import Uplinks

/// Commands through Debian's mosquitto, given by its own clients.
@Suite(
  .serialized,
  .enabled(
    if: MosquittoBroker.executable != nil && CommandClient.isThere, "mosquitto and mosquitto-clients aren't installed"))
struct MQTTCommandTests {
  private static func run(
    _ broker: MosquittoBroker, _ version: MQTTVersion, _ taker: ScriptedTaker, _ allowed: CommandPermission = .all
  ) throws -> RunningUplink {
    RunningUplink(
      MQTTTransport(try RunningUplink.options(port: broker.port) { $0.versions = [version] }),
      commands: (allowed: allowed, taker: taker))
  }

  private static func answers(_ subscriber: Subscriber) -> [[String: Any]] {
    subscriber.messages.filter { $0.topic.hasPrefix("waypost/truck-005/response/") }.map(\.json)
  }

  /// Until the gateway's subscription is there; the broker tells nobody.
  private static func reached(_ client: CommandClient, _ taker: ScriptedTaker) async throws {
    for attempt in 0..<200 where taker.taken.isEmpty {
      try await client.publish("hello", #"{"id":"hello-\#(attempt)"}"#)
      _ = await eventually(within: 1) { !taker.taken.isEmpty }
    }
    #expect(!taker.taken.isEmpty)
  }

  @Test(arguments: [MQTTVersion.v5, .v311])
  func commandsComeInAndAreAnsweredByTheirId(version: MQTTVersion) async throws {
    let broker = try MosquittoBroker()
    let subscriber = await MQTTBrokerTests.subscriber(broker)
    defer { subscriber.stop() }
    let taker = ScriptedTaker { CommandOutcome(CommandAnswer(result: Array("{\"seen\":\"\($0.name)\"}".utf8))) }
    let running = try Self.run(broker, version, taker)
    let client = CommandClient(port: broker.port)
    try await Self.reached(client, taker)
    try await client.publish("open_door", #"{"id":"c-1","args":{"seconds":5,"door":"rear","force":false}}"#)
    try await client.publish("count", #"{"id":7}"#)
    #expect(await eventually { Self.answers(subscriber).count { $0["id"] as? Int == 7 } == 1 })
    let answers = Self.answers(subscriber)
    let first = try #require(answers.first { $0["id"] as? String == "c-1" })
    #expect(first["type"] as? String == "response")
    #expect(first["ok"] as? Bool == true)
    #expect((first["result"] as? [String: Any])?["seen"] as? String == "open_door")
    #expect(subscriber.messages.contains { $0.topic == "waypost/truck-005/response/c-1" && !$0.isRetained })
    #expect(subscriber.messages.contains { $0.topic == "waypost/truck-005/response/7" })
    let command = try #require(taker.taken.first { $0.name == "open_door" })
    #expect(command["seconds"] == .number(5) && command["door"] == .text("rear") && command["force"] == .boolean(false))
    await running.stop()
  }

  @Test(arguments: [MQTTVersion.v5, .v311])
  func retainedOnesAreRefused(version: MQTTVersion) async throws {
    let broker = try MosquittoBroker()
    let subscriber = await MQTTBrokerTests.subscriber(broker)
    defer { subscriber.stop() }
    let client = CommandClient(port: broker.port)
    try await client.publish("open_door", #"{"id":"old-1"}"#, "-r")
    let taker = ScriptedTaker()
    let running = try Self.run(broker, version, taker)
    #expect(await eventually { Self.answers(subscriber).contains { $0["id"] as? String == "old-1" } })
    let answer = try #require(Self.answers(subscriber).first { $0["id"] as? String == "old-1" })
    #expect(answer["ok"] as? Bool == false)
    #expect((answer["error"] as? String)?.contains("retained") == true)
    try await Self.reached(client, taker)
    #expect(!taker.taken.contains { $0.name == "open_door" })
    await running.stop()
  }

  @Test func responseTopicAndCorrelationDataAreMQTT5s() async throws {
    let broker = try MosquittoBroker()
    let taker = ScriptedTaker()
    let running = try Self.run(broker, .v5, taker)
    let client = CommandClient(port: broker.port)
    try await Self.reached(client, taker)
    let answer = try await client.ask("status", #"{"id":"c-9"}"#, correlation: "ticket-42")
    #expect(answer.contains("correlation-data:ticket-42") || answer.contains("ticket-42"))
    #expect(answer.contains(#""id":"c-9","ok":true"#))
    // Without an id of its own the correlation data tells one asking from another.
    #expect(try await client.ask("status", "", correlation: "AB").contains(#""id":"correlation-4142","ok":true"#))
    #expect(try await client.ask("status", "no JSON", correlation: "AB").contains("JSON object"))
    await running.stop()
  }

  @Test func whereNoneAreAllowedNothingIsSubscribedTo() async throws {
    let broker = try MosquittoBroker()
    let subscriber = await MQTTBrokerTests.subscriber(broker)
    defer { subscriber.stop() }
    let taker = ScriptedTaker()
    let running = try Self.run(broker, .v5, taker, .none)
    #expect(await eventually { subscriber.statuses().count == 1 })
    try await CommandClient(port: broker.port).publish("open_door", #"{"id":"c-1"}"#)
    #expect(await eventually { subscriber.messages.contains { $0.topic.hasSuffix("/command/open_door") } })
    running.source.append([.event])
    #expect(await eventually { running.source.low() == 1 })
    #expect(taker.taken.isEmpty && Self.answers(subscriber).isEmpty)
    let log = try String(contentsOf: broker.folder.appendingPathComponent("log"), encoding: .utf8)
    #expect(!log.contains("SUBSCRIBE from waypost"))
    await running.stop()
  }

  @Test func aFloodIsTurnedAwayAndDeliveryGoesOn() async throws {
    let broker = try MosquittoBroker()
    let subscriber = await MQTTBrokerTests.subscriber(broker)
    defer { subscriber.stop() }
    let taker = ScriptedTaker()
    let running = try Self.run(broker, .v5, taker)
    let client = CommandClient(port: broker.port)
    try await Self.reached(client, taker)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/mosquitto_pub")
    process.arguments = [
      "-h", "127.0.0.1", "-p", "\(broker.port)", "-q", "1", "-t", "waypost/truck-005/command/x", "-l",
    ]
    let input = Launch.pipe()
    process.standardInput = input
    try process.begin()
    for number in 0..<600 { input.fileHandleForWriting.write(Data("{\"id\":\(number)}\n".utf8)) }
    try input.fileHandleForWriting.close()
    running.source.append(Array(repeating: .position, count: 500))
    #expect(await eventually { running.source.low() == 500 })
    #expect(await eventually { running.status.commands.taken + running.status.commands.dropped >= 601 })
    // The bucket, and what drops into it meanwhile.
    #expect(taker.taken.count < 80)
    #expect(running.status.commands.dropped > 500)
    process.waitUntilExit()
    await running.stop()
  }
}
