import Model
import Testing

@testable import Uplinks

@Suite struct SparkplugSessionTests {
  private static let fix = Record.Body.position(
    device: "gps", Position(latitude: 46.2, longitude: 6.1, altitude: 400, speed: 13.9, course: 90))
  private static func temperature(_ value: Double?, _ quality: Quality = .good) -> Record.Body {
    .reading(device: "reefer", metric: "temperature", value: value.map(Value.number), unit: "Cel", quality: quality)
  }

  @Test func birthsComeFirstAndNameEverything() throws {
    var edge = EdgeNode()
    #expect(edge.session.will.topic == "spBv1.0/fleet/NDEATH/truck-005")
    let will = try SeenPayload(edge.session.will.payload)
    #expect(will["bdSeq"]?.integer == 0)
    #expect(will.seq == nil)
    edge.open()
    #expect(edge.subscriptions == ["spBv1.0/fleet/NCMD/truck-005"])
    #expect(edge.verbs() == ["NBIRTH", "DBIRTH/gps", "DBIRTH/reefer"])
    let node = edge.payloads[0]
    #expect(node["bdSeq"]?.integer == 0)
    #expect(node["bdSeq"]?.kind == 4)
    #expect(node["Node Control/Rebirth"]?.flag == false)
    #expect(node["Node Control/Rebirth"]?.alias == nil)
    #expect(node["Events/cold_chain"]?.kind == 11)
    #expect(node["Events/cold_chain"]?.isNull == true)
    #expect(node["Devices/reefer"]?.kind == 11)
    #expect(
      edge.payloads[1].metrics.compactMap(\.name) == [
        "latitude", "longitude", "altitude", "speed", "heading", "accuracy", "Geofence",
      ])
    let reefer = edge.payloads[2]
    #expect(reefer.metrics.map(\.kind) == [10, 11, 12])
    #expect(reefer["temperature"]?.words("engUnit") == "Cel")
    #expect(edge.takeEvents() == [.up(LinkCapabilities(messagesInFlight: 1000), detail: "Sparkplug B over MQTT 5")])
    #expect(edge.faults == [])
  }

  @Test func aRecordIsOneMessageThatTellsWhichItIs() throws {
    var edge = EdgeNode()
    edge.open()
    _ = edge.verbs()
    edge.send(1042, Self.fix)
    #expect(edge.verbs() == ["DDATA/gps", "waypost/truck-005/sync"])
    let metrics = edge.last()
    #expect(metrics["latitude"]?.number == 46.2)
    #expect(metrics["longitude"]?.number == 6.1)
    #expect(metrics["speed"]?.number == 13.9)
    #expect(metrics["heading"]?.number == 90)
    #expect(metrics["latitude"]?.property("waypost_seq") == 1042)
    #expect(metrics["latitude"]?.words("waypost_journal") == "k7f3q2")
    #expect(metrics["latitude"]?.timestamp == UInt64(EdgeNode.epoch))
    #expect(metrics["latitude"]?.isHistorical == false)
    // Never known, so its being unknown is no news.
    #expect(metrics["accuracy"] == nil)
    edge.send(1043, .position(device: "gps", Position(latitude: 46.3, longitude: 6.1)), at: 1)
    #expect(edge.last()["altitude"]?.isNull == true)
    #expect(edge.faults == [])
  }

  /// What docs/adr/0034-sparkplug.md says that a fix weighs.
  @Test func aWholeFixWeighsAboutTwoHundredBytes() {
    var edge = EdgeNode()
    edge.open()
    edge.send(
      1042,
      .position(
        device: "gps",
        Position(latitude: 46.2044, longitude: 6.1432, altitude: 400, speed: 13.9, course: 90, accuracy: 4.2)))
    #expect((170...215).contains(edge.bytes), "\(edge.bytes)")
    var encoder = SparkplugMessages().encoder(gateway: "truck-005")
    encoder.beginRecord()
    encoder.append(
      StoredRecord(
        identity: RecordIdentity(journal: "k7f3q2", seq: 1042),
        moment: .utc(Timestamp(milliseconds: EdgeNode.epoch)), body: Self.fix), late: false)
    #expect(abs(encoder.size - edge.bytes) <= 30, "\(encoder.size) for \(edge.bytes)")
    #expect(!encoder.finish().isEmpty)
  }

  @Test func qualityStandsBesideWhatIsNotGood() {
    var edge = EdgeNode()
    edge.open()
    edge.send(1, Self.temperature(-17.5))
    #expect(edge.last()["temperature"]?.property("Quality") == nil)
    edge.send(2, Self.temperature(-17.5, .stale), at: 1)
    #expect(edge.last()["temperature"]?.property("Quality") == 500)
    edge.send(3, Self.temperature(nil, .bad), at: 2)
    #expect(edge.last()["temperature"]?.property("Quality") == 0)
    #expect(edge.last()["temperature"]?.isNull == true)
    edge.send(
      4, .reading(device: "reefer", metric: "temperature", value: .number(.nan), unit: "Cel", quality: .good), at: 3)
    #expect(edge.last()["temperature"]?.isNull == true)
    #expect(edge.faults == [])
  }

  @Test func nothingIsSettledBeforeTheAnswerToWhatWasSentBehindIt() {
    var edge = EdgeNode()
    edge.open()
    _ = edge.takeEvents()
    for id in 1...5 as ClosedRange<UInt64> { edge.send(id, Self.temperature(Double(id)), at: Int64(id)) }
    #expect(edge.questions == [1])
    #expect(edge.takeEvents() == [])
    edge.answer(1)
    #expect(edge.takeEvents() == [.acknowledged(1, unheard: false)])
    #expect(edge.questions == [2])
    // An answer to what wasn't asked says nothing.
    edge.answer(1)
    #expect(edge.takeEvents() == [])
    edge.answer(2)
    #expect(edge.takeEvents() == (2...5).map { .acknowledged($0, unheard: false) })
    #expect(edge.questions == [])
    #expect(edge.faults == [])
  }

  @Test func aRefusedQuestionNeverCostsARecord() {
    var edge = EdgeNode()
    edge.open()
    _ = edge.takeEvents()
    edge.send(1, Self.fix)
    edge.answer(1, refusal: .rejected("topic name invalid"))
    #expect(edge.takeEvents() == [.refused(1, .busy("topic name invalid, of the topic waypost/truck-005/sync"))])
    edge.send(1, Self.fix)
    edge.answer(2, refusal: .notAuthorized("not authorized"))
    #expect(
      edge.takeEvents() == [.refused(1, .notAuthorized("not authorized, of the topic waypost/truck-005/sync"))])
  }

  @Test func numbersGoRoundAndTheNextConnectionHasTheNext() {
    var edge = EdgeNode()
    edge.open()
    for id in 1...600 as ClosedRange<UInt64> { edge.send(id, Self.temperature(Double(id)), at: Int64(id)) }
    #expect(edge.faults == [])
    for connection in 1...300 {
      edge.connectAgain()
      #expect(edge.session.deathNumber == UInt8(connection % 256))
    }
    #expect(edge.last()["temperature"]?.number == 600)
    #expect(edge.faults == [])
  }

  @Test func whatIsLateIsHistoryAndSoIsWhatIsOlderThanTheHostKnows() {
    var edge = EdgeNode()
    edge.open()
    edge.send(1, Self.temperature(1), late: true, at: 1)
    #expect(edge.last()["temperature"]?.isHistorical == true)
    edge.send(2, Self.temperature(2), at: 10)
    #expect(edge.last()["temperature"]?.isHistorical == false)
    edge.send(3, Self.temperature(3), at: 5)
    #expect(edge.last()["temperature"]?.isHistorical == true)
    edge.rebirth()
    edge.pass(.seconds(5))
    #expect(edge.last()["temperature"]?.number == 2)
    #expect(edge.faults == [])
  }

  @Test func aRecordWithoutUTCSaysWhenInItsBoot() {
    var edge = EdgeNode()
    edge.open()
    edge.pass(.seconds(7))
    edge.send(1, Self.temperature(1), moment: .unsynchronised(boot: "b1", uptime: .milliseconds(12_345)))
    let metric = edge.last()["temperature"]
    #expect(metric?.timestamp == UInt64(EdgeNode.epoch + 7000))
    #expect(metric?.words("boot") == "b1")
    if case .fixed(let bits) = metric?.properties["uptime"] {
      #expect(Double(bitPattern: bits) == 12.345)
    } else {
      Issue.record("no uptime")
    }
  }

  @Test func aRebirthIsAnsweredAtOnceThenAtAPace() {
    var edge = EdgeNode()
    edge.open()
    edge.send(1, Self.temperature(-17))
    edge.pass(.seconds(6))
    _ = edge.verbs()
    edge.rebirth()
    #expect(edge.verbs() == ["NBIRTH", "DBIRTH/gps", "DBIRTH/reefer"])
    #expect(edge.last()["temperature"]?.number == -17)
    for _ in 0..<100 { edge.rebirth() }
    #expect(edge.verbs() == [])
    #expect(edge.session.deadline == .zero + .seconds(11))
    edge.pass(.seconds(5))
    #expect(edge.verbs() == ["NBIRTH", "DBIRTH/gps", "DBIRTH/reefer"])
    #expect(edge.session.deadline == nil)
    edge.send(2, Self.temperature(-16), at: 1)
    #expect(edge.faults == [])
  }

  @Test func whatNobodyDeclaredIsBornBeforeItIsSaid() {
    var edge = EdgeNode()
    edge.open()
    _ = edge.verbs()
    edge.send(1, .reading(device: "genset", metric: "power", value: .number(5), unit: "W", quality: .good))
    #expect(edge.verbs() == ["DBIRTH/genset", "DDATA/genset", "waypost/truck-005/sync"])
    edge.send(2, .reading(device: "reefer", metric: "humidity", value: .number(5), unit: nil, quality: .good))
    #expect(edge.verbs() == ["DBIRTH/reefer", "DDATA/reefer"])
    // One and the same metric, but of another type.
    edge.send(3, .reading(device: "reefer", metric: "humidity", value: .text("wet"), unit: nil, quality: .good), at: 1)
    #expect(edge.verbs() == ["DBIRTH/reefer", "DDATA/reefer"])
    edge.send(
      4,
      .event(
        Event(
          id: "e-1", rule: "r",
          content: .general(
            GeneralEvent(
              type: "new", severity: .critical, state: .raised, data: [.init(key: "peak", value: .number(3))])))))
    #expect(edge.verbs() == ["NBIRTH", "DBIRTH/gps", "DBIRTH/reefer", "DBIRTH/genset", "NDATA"])
    let event = edge.last()["Events/new"]
    #expect(event?.flag == true)
    #expect(event?.words("id") == "e-1")
    #expect(event?.words("severity") == "critical")
    #expect(event?.properties["data/peak"] == .fixed(3.0.bitPattern))
    #expect(edge.faults == [])
  }

  @Test func crossingsAreOneMetricOfTheDevice() {
    var edge = EdgeNode()
    edge.open()
    _ = edge.verbs()
    edge.send(
      7,
      .event(
        Event(
          id: "e-2", rule: "site",
          content: .geofence(
            GeofenceEvent(
              kind: .exit, device: "gps", zone: "depot", zoneName: "Dépôt", latitude: 46.2, longitude: 6.1, gap: true)))
      ))
    #expect(edge.verbs() == ["DDATA/gps", "waypost/truck-005/sync"])
    let crossing = edge.last()["Geofence"]
    #expect(crossing?.text == "exit")
    #expect(crossing?.words("geofence_id") == "depot")
    #expect(crossing?.words("geofence_name") == "Dépôt")
    #expect(crossing?.property("gap") == 1)
    #expect(crossing?.property("waypost_seq") == 7)
  }

  @Test func gapsAndTimesAreMetricsOfTheNode() {
    var edge = EdgeNode()
    edge.open()
    edge.send(1, .gap(first: 900, last: 950, count: 51, reason: "thinned", thinned: .positions(error: 12)))
    #expect(edge.last()["Waypost/Gap"]?.integer == 51)
    #expect(edge.last()["Waypost/Gap"]?.property("first") == 900)
    edge.send(2, .time(boot: "b1", utcAtStart: Timestamp(milliseconds: 1_770_301_000_500)))
    #expect(edge.last()["Waypost/Time Offset"]?.number == 1_770_301_000.5)
    #expect(edge.faults == [])
  }

  @Test func aDeviceThatIsDownDiesAndIsBornForWhatWasKeptOfIt() {
    var edge = EdgeNode()
    edge.open()
    _ = edge.verbs()
    edge.send(10, .device(name: "reefer", isUp: false, reason: "timeout"))
    #expect(edge.verbs() == ["NDATA", "DDEATH/reefer", "waypost/truck-005/sync"])
    edge.answer(1)
    #expect(edge.verbs() == [])
    // Older than what is known, in another lane.
    edge.send(9, .device(name: "reefer", isUp: true, reason: nil), late: true)
    #expect(edge.verbs() == ["NDATA", "waypost/truck-005/sync"])
    edge.send(8, Self.temperature(3), late: true)
    edge.send(9, Self.temperature(4), late: true, at: 1)
    #expect(edge.verbs() == ["DBIRTH/reefer", "DDATA/reefer", "DDATA/reefer"])
    edge.answer(2)
    #expect(edge.verbs() == ["waypost/truck-005/sync"])
    edge.answer(3)
    #expect(edge.verbs() == ["DDEATH/reefer"])
    edge.connectAgain()
    #expect(edge.verbs() == ["NBIRTH", "DBIRTH/gps"])
    edge.send(11, .device(name: "reefer", isUp: true, reason: nil), at: 2)
    #expect(edge.verbs() == ["NDATA", "DBIRTH/reefer", "waypost/truck-005/sync"])
    #expect(edge.faults == [])
  }

  @Test func aReloadThatChangesTheDevicesIsTold() {
    var edge = EdgeNode()
    edge.open()
    edge.send(1, Self.fix)
    _ = edge.verbs()
    var inventory = EdgeNode.inventory
    inventory.devices.devices.removeLast()
    inventory.eventTypes.append("speeding")
    edge.learn(inventory)
    #expect(edge.verbs() == ["NBIRTH", "DBIRTH/gps"])
    #expect(edge.payloads.dropLast().last?["Events/speeding"] != nil)
    #expect(edge.last()["latitude"]?.number == 46.2)
    // Records of it are still on their way.
    edge.send(2, Self.temperature(1))
    #expect(edge.verbs() == ["DBIRTH/reefer", "DDATA/reefer"])
    #expect(edge.faults == [])
  }

  @Test func whoLeavesSaysSo() throws {
    var edge = EdgeNode()
    edge.open()
    _ = edge.verbs()
    edge.farewell()
    #expect(edge.verbs() == ["NDEATH"])
    #expect(edge.left == .local("stopping"))
    #expect(edge.payloads.last?["bdSeq"]?.integer == 0)
    edge.send(1, Self.fix)
    edge.rebirth()
    edge.pass(.seconds(10))
    #expect(edge.faults == [])
  }

  @Test func whatTheBrokerCannotTakeIsRefusedWithoutUsingUpANumber() {
    var edge = EdgeNode()
    edge.open(most: 1000)
    edge.send(
      1,
      .reading(
        device: "reefer", metric: "label", value: .text(String(repeating: "x", count: 2000)), unit: nil, quality: .good)
    )
    guard case .refused(1, .tooLarge) = edge.takeEvents().last else { return #expect(Bool(false)) }
    edge.send(2, Self.temperature(1), at: 1)
    #expect(edge.faults == [])
    var small = EdgeNode()
    small.open(most: 100)
    #expect(small.left?.text.contains("larger than the broker takes (100)") == true)
    #expect(small.takeEvents() == [])
    #expect(small.verbs() == [])
  }

  @Test func aNodeHasNoMoreMetricsThanItsLimit() {
    var edge = EdgeNode()
    edge.open()
    var refusals = 0
    for number in 0..<SparkplugNode.mostMetrics + 10 {
      guard
        edge.node.declare(
          SparkplugReport(
            .reading(
              device: "d\(number % 100)", metric: "m\(number)", value: .number(1), unit: nil, quality: .good)))
      else {
        refusals += 1
        continue
      }
    }
    #expect(refusals > 10)
    _ = edge.takeEvents()
    edge.send(1, .reading(device: "new", metric: "new", value: .number(1), unit: nil, quality: .good))
    guard case .refused(1, .rejected) = edge.takeEvents().last else { return #expect(Bool(false)) }
    edge.send(2, Self.temperature(1))
    #expect(edge.faults == [])
  }
}
