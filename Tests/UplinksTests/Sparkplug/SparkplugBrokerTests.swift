import Foundation
import Model
import Testing

@testable import Uplinks

/// An edge node at Debian's mosquitto, seen by a host from PyPI.
@Suite(
  .serialized,
  .enabled(
    if: MosquittoBroker.executable != nil && SparkplugHost.isThere,
    "mosquitto or pysparkplug is not installed: scripts/install-packages test"))
struct SparkplugBrokerTests {
  private static func transport(
    _ port: Int, host: String? = nil, _ change: (inout MQTTOptions) -> Void = { _ in }
  ) throws -> MQTTTransport {
    let options = try RunningUplink.options(port: port) {
      $0.sparkplug = SparkplugOptions(
        group: "fleet", node: "truck-005", primaryHost: host, sync: "waypost/truck-005/sync")
      change(&$0)
    }
    let transport = MQTTTransport(options)
    transport.learn(EdgeNode.inventory)
    return transport
  }

  private static func run(
    _ transport: MQTTTransport, _ source: MemorySource = MemorySource(),
    _ change: (inout DeliverySettings) -> Void = { _ in }
  ) -> RunningUplink {
    RunningUplink(transport, format: SparkplugMessages(), source: source, inventory: EdgeNode.inventory, change)
  }

  @Test(arguments: [MQTTVersion.v5, .v311])
  func aHostUnderstandsBirthsDataAndDeaths(version: MQTTVersion) async throws {
    let broker = try MosquittoBroker()
    let host = try SparkplugHost(port: broker.port)
    let source = MemorySource()
    let running = Self.run(try Self.transport(broker.port) { $0.versions = [version] }, source)
    #expect(await eventually { host.messages.count == 3 }, "\(running.status) \(host.faults)")
    #expect(host.messages.map(\.name) == ["NBIRTH", "DBIRTH/gps", "DBIRTH/reefer"])
    let birth = host.messages[0]
    #expect(birth["bdSeq"]?.value as? Int == 0)
    #expect(birth["bdSeq"]?.type == "INT64")
    #expect(birth["Node Control/Rebirth"]?.value as? Bool == false)
    #expect(host.messages[2]["temperature"]?.type == "DOUBLE")
    #expect(host.messages[2]["temperature"]?.properties["engUnit"] as? String == "Cel")
    source.append([.event, .position, .reading])
    source.append(.device(name: "reefer", isUp: false, reason: "timeout"))
    #expect(await eventually { source.low() == 4 }, "\(running.status)")
    #expect(await eventually { host.messages.last?.name == "DDEATH/reefer" })
    #expect(Set(host.seqs) == [1, 2, 3, 4])
    let position = try #require(host.messages.first { $0.name == "DDATA/gps" })
    #expect(position["latitude"]?.value as? Double == 46.2)
    #expect(position["latitude"]?.properties["waypost_journal"] as? String == "k7f3q2")
    let event = try #require(host.messages.first { $0["Events/t"] != nil && $0.type == "NDATA" })
    #expect(event["Events/t"]?.value as? Bool == true)
    #expect(event["Events/t"]?.properties["rule"] as? String == "r")
    #expect(running.status.link == "Sparkplug B over \(version == .v5 ? "MQTT 5" : "MQTT 3.1.1")")
    #expect(await eventually { running.status.counters.acknowledged == 4 })
    await running.stop()
    #expect(await eventually { host.messages.last?.name == "NDEATH" })
    #expect(host.messages.last?.deathNumber == 0)
    #expect(host.messages.allSatisfy { $0.qos == ($0.type == "NDEATH" ? 1 : 0) && !$0.isRetained })
    #expect(host.faults == [])
  }

  @Test func aBacklogIsHistoryAndANumberOfThousandsRunsOn() async throws {
    let broker = try MosquittoBroker()
    let host = try SparkplugHost(port: broker.port)
    let source = MemorySource()
    source.append(Array(repeating: .position, count: 3000))
    let running = Self.run(try Self.transport(broker.port), source)
    #expect(await eventually { source.low() == 3000 }, "\(running.status)")
    source.append([.position])
    #expect(await eventually { host.seqs.count == 3001 })
    #expect(host.seqs == Array(1...3001))
    let data = host.messages.filter { $0.type == "DDATA" }
    #expect(data.dropLast().allSatisfy { $0.metrics.allSatisfy(\.isHistorical) })
    #expect(data.last?.metrics.contains(where: \.isHistorical) == false)
    #expect(host.faults == [])
    await running.stop()
  }

  @Test func aHostAsksForBirthsAndGetsThem() async throws {
    let broker = try MosquittoBroker()
    let host = try SparkplugHost(port: broker.port)
    let source = MemorySource()
    let running = Self.run(try Self.transport(broker.port), source)
    source.append([.reading])
    #expect(await eventually { host.seqs == [1] })
    host.askForRebirth()
    #expect(await eventually { host.messages.count { $0.type == "NBIRTH" } == 2 })
    #expect(await eventually { host.messages.last?.name == "DBIRTH/reefer" })
    let birth = try #require(host.messages.last { $0.type == "NBIRTH" })
    #expect(birth["bdSeq"]?.value as? Int == 0)
    #expect(host.messages.last?["temperature"]?.value as? Double == -17.5)
    source.append([.reading])
    #expect(await eventually { host.seqs == [1, 2] })
    #expect(host.faults == [])
    await running.stop()
  }

  @Test func nothingGoesWhileThePrimaryHostIsAway() async throws {
    let broker = try MosquittoBroker()
    let host = try SparkplugHost(port: broker.port, id: "scada")
    let source = MemorySource()
    source.append([.event, .position])
    let running = Self.run(try Self.transport(broker.port, host: "scada"), source) {
      $0.connectLimit = .milliseconds(100)
      $0.retryLast = .milliseconds(200)
    }
    #expect(await eventually { running.status.lastError == "waits for the primary host scada" })
    #expect(running.status.connections == 0)
    host.online()
    #expect(await eventually { source.low() == 2 }, "\(running.status)")
    host.offline()
    #expect(await eventually { running.status.lastError == "waits for the primary host scada" })
    #expect(await eventually { host.messages.last?.type == "NDEATH" })
    #expect(await eventually { source.links == [true, false] })
    source.append([.position, .event])
    host.online()
    #expect(await eventually { source.low() == 4 }, "\(running.status)")
    #expect(await eventually { Set(host.seqs) == [1, 2, 3, 4] })
    #expect(host.faults == [])
    await running.stop()
  }

  /// The oracle of this format: nothing is lost behind the barrier, and repeats are told by their numbers.
  @Test(arguments: 0..<3)
  func aBrokerThatIsKilledLosesNothingBehindTheBarrier(round: Int) async throws {
    let broker = try MosquittoBroker(options: ["queue_qos0_messages true"])
    let host = try SparkplugHost(port: broker.port)
    let source = MemorySource()
    let running = Self.run(try Self.transport(broker.port), source) {
      $0.retryFirst = .milliseconds(50)
      $0.retryLast = .milliseconds(200)
    }
    let saved = broker.saved
    let name = "host-none-\(broker.port)"
    var count = 0
    for kill in 1...3 {
      for _ in 0..<40 { source.append([.event, .position, .reading, .position, .reading]) }
      count += 200
      let half = UInt64(count - 100 - 30 * round)
      #expect(await eventually { source.low() >= half })
      #expect(await eventually { saved.knows(subscriber: name, of: "spBv1.0/fleet/#") })
      broker.kill()
      source.append([.position, .reading])
      count += 2
      try broker.start()
      #expect(await eventually { host.connections == kill + 1 })
    }
    let all = count
    #expect(await eventually { source.low() == UInt64(all) }, "\(running.status)")
    #expect(await eventually { Set(host.seqs) == Set(1...all) }, "\(Set(1...all).subtracting(host.seqs).sorted())")
    #expect(source.dead.isEmpty)
    await running.stop()
  }

  @Test func aGatewayThatIsKilledSendsAgainWhatHadNoAnswer() async throws {
    let broker = try MosquittoBroker()
    let host = try SparkplugHost(port: broker.port)
    let source = MemorySource()
    for life in 1...4 {
      source.append(Array(repeating: .position, count: 200))
      let running = Self.run(try Self.transport(broker.port), source)
      let some = (life - 1) * 200 + 100
      #expect(await eventually { Set(host.seqs).count >= some })
      // Without a word, as `kill -9` leaves it.
      await running.cancel()
    }
    let running = Self.run(try Self.transport(broker.port), source)
    #expect(await eventually { source.low() == 800 }, "\(running.status)")
    #expect(await eventually { Set(host.seqs) == Set(1...800) })
    // One and the same record, whenever it came.
    let first = host.messages.filter { $0.type == "DDATA" }.compactMap { $0["latitude"]?.value as? Double }
    #expect(Set(first) == [46.2])
    // A death that comes late, behind the next birth, is told by its number.
    #expect(await eventually { host.messages.count { $0.type == "NBIRTH" } == 5 })
    #expect(host.messages.filter { $0.type == "NBIRTH" }.map(\.deathNumber) == [0, 1, 2, 3, 4])
    #expect(host.faults == [])
    await running.stop()
  }

  @Test func aSyncThatMayNotBePublishedHoldsEverythingAndLosesNothing() async throws {
    let broker = try MosquittoBroker(
      users: ["truck": "p", "scada": "p"],
      acl: ["user truck", "topic readwrite spBv1.0/#", "user scada", "topic readwrite #"])
    let running = Self.run(
      try Self.transport(broker.port) {
        $0.username = "truck"
        $0.password = .literal("p")
      })
    running.source.append([.event, .position])
    #expect(await eventually { running.status.alarm?.code == "not-authorized" }, "\(running.status)")
    #expect(running.source.low() == 0)
    #expect(running.source.dead.isEmpty)
    await running.stop()
    #expect(running.source.low() == 0)
  }

  @Test func aBirthThatIsTooLargeForTheBrokerIsTold() async throws {
    let broker = try MosquittoBroker(options: ["max_packet_size 200"])
    let running = Self.run(try Self.transport(broker.port))
    #expect(await eventually { running.status.lastError?.contains("larger than the broker takes") == true })
    #expect(running.status.connections == 0)
    await running.stop()
  }

  @Test func aBoxThatVanishesIsDeadByItsWill() async throws {
    let broker = try MosquittoBroker()
    let host = try SparkplugHost(port: broker.port)
    let up = Flag()
    let link = try Self.transport(broker.port).open(for: SparkplugMessages(), number: 0) { event in
      if case .up = event { up.raise() }
    }
    #expect(await eventually { up.isRaised })
    #expect(await eventually { host.messages.count == 3 })
    link.close(reason: "gone without a word", farewell: nil)
    #expect(await eventually { host.messages.last?.type == "NDEATH" })
    #expect(host.messages.last?.deathNumber == 0)
  }
}
