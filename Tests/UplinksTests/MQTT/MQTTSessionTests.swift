import Journal
import Model
import Testing

@testable import Uplinks

/// One connection on virtual time, without a socket.
@Suite struct MQTTSessionTests {
  static func options(_ change: (inout MQTTOptions) -> Void = { _ in }) -> MQTTOptions {
    var options = MQTTOptions(
      host: "127.0.0.1", port: 1883, clientID: "waypost-truck-005-central",
      topics: MQTTTopics(kinds: [], batch: "waypost/truck-005/batch", status: "waypost/truck-005/status"))
    change(&options)
    return options
  }

  static func session(_ attempt: MQTTAttempt = MQTTAttempt(version: .v5), _ options: MQTTOptions = options())
    -> MQTTSession
  {
    MQTTSession(options, attempt, password: "p4ss", destination: "broker:1883")
  }

  /// An open one; `properties` are those of the CONNACK, without their length.
  static func open(
    _ attempt: MQTTAttempt = MQTTAttempt(version: .v5), _ options: MQTTOptions = options(), properties: [UInt8] = []
  ) -> (session: MQTTSession, up: [MQTTSession.Action]) {
    var session = session(attempt, options)
    _ = session.opened(link: "", now: .zero)
    let connack: [UInt8] =
      attempt.version == .v5
      ? [0x20, UInt8(3 + properties.count), 0, 0, UInt8(properties.count)] + properties : [0x20, 2, 0, 0]
    let up = session.received(connack, now: .zero)
    return (session, up)
  }

  static func message(_ id: UInt64) -> OutgoingMessage {
    OutgoingMessage(id: id, route: .batch(journal: "k7f3q2"), seqs: [id])
  }

  static func packets(_ actions: [MQTTSession.Action]) -> [[UInt8]] {
    actions.compactMap { if case .bytes(let bytes) = $0 { bytes } else { nil } }
  }

  static func events(_ actions: [MQTTSession.Action]) -> [LinkEvent] {
    actions.compactMap { if case .event(let event) = $0 { event } else { nil } }
  }

  static func end(_ actions: [MQTTSession.Action]) -> (closure: Closure, remedy: MQTTAttempt.Remedy?)? {
    for case .end(let closure, let remedy) in actions { return (closure, remedy) }
    return nil
  }

  // MARK: What we say

  @Test func connectIsWrittenAsTheStandardHasIt() {
    var session = Self.session(
      MQTTAttempt(version: .v5),
      Self.options {
        $0.username = "u"
        $0.clientID = "c"
        $0.topics.status = "s"
        $0.sessionExpiry = 60
        $0.userProperties = [.init(name: "a", value: "b")]
      })
    let will = Array(#"{"online":false}"#.utf8)
    let properties: [UInt8] =
      [0x11, 0, 0, 0, 60, 0x21, 0, 20, 0x27, 0, 0x10, 0, 0, 0x26, 0, 1] + Array("a".utf8) + [0, 1] + Array("b".utf8)
    var body: [UInt8] = [0, 4] + Array("MQTT".utf8) + [5, 0b1110_1100, 0, 20, UInt8(properties.count)] + properties
    body += [0, 1] + Array("c".utf8) + [0] + [0, 1] + Array("s".utf8) + [0, UInt8(will.count)] + will
    body += [0, 1] + Array("u".utf8) + [0, 4] + Array("p4ss".utf8)
    #expect(Self.packets(session.opened(link: "", now: .zero)) == [[0x10, UInt8(body.count)] + body])
  }

  @Test func connectOf311HasACleanSessionAndNoProperties() {
    var session = Self.session(
      MQTTAttempt(version: .v311),
      Self.options {
        $0.clientID = "c"
        $0.topics.status = "s"
      })
    let will = Array(#"{"online":false}"#.utf8)
    let body: [UInt8] =
      [0, 4] + Array("MQTT".utf8) + [4, 0b0010_1110, 0, 20, 0, 1] + Array("c".utf8) + [0, 1] + Array("s".utf8)
      + [0, UInt8(will.count)] + will
    #expect(Self.packets(session.opened(link: "", now: .zero)) == [[0x10, UInt8(body.count)] + body])
  }

  @Test func messagesCarryWhatIsConfiguredAndStatusesDont() throws {
    var session = Self.open(
      options: {
        $0.messageExpiry = 3600
        $0.userProperties = [.init(name: "fleet", value: "north")]
      }
    ).session
    let sent = Self.packets(session.send(Self.message(1), payload: [7], now: .zero))
    let topic = Array("waypost/truck-005/batch".utf8)
    let properties: [UInt8] =
      [0x02, 0, 0, 14, 16, 0x26, 0, 5] + Array("fleet".utf8) + [0, 5] + Array("north".utf8)
    let body = [0, UInt8(topic.count)] + topic + [0, 1, UInt8(properties.count)] + properties + [7]
    #expect(sent == [[0x32, UInt8(body.count)] + body])
    let status = try #require(Self.packets(session.publish(status: [1], now: .zero)).first)
    #expect(status[0] == 0x33)
    #expect(status.suffix(4) == [0, 2, 0, 1])
  }

  private static func open(options change: (inout MQTTOptions) -> Void) -> (
    session: MQTTSession, up: [MQTTSession.Action]
  ) { open(MQTTAttempt(version: .v5), options(change)) }

  // MARK: What the broker asks of us

  @Test func noMoreIsOutThanTheBrokersReceiveMaximum() throws {
    var (session, up) = Self.open(properties: [0x21, 0, 2])
    guard case .up(let capabilities, _)? = Self.events(up).first else { return #expect(Bool(false)) }
    #expect(capabilities.messagesInFlight == 1)
    #expect(Self.packets(session.publish(status: [1], now: .zero)).count == 1)
    #expect(Self.packets(session.send(Self.message(1), payload: [1], now: .zero)).count == 1)
    #expect(Self.packets(session.send(Self.message(2), payload: [2], now: .zero)).isEmpty)
    #expect(Self.packets(session.publish(status: [3], now: .zero)).isEmpty)
    #expect(Self.packets(session.publish(status: [4], now: .zero)).isEmpty)
    // Each answer lets one go, the newest status first.
    let first = Self.packets(session.received([0x40, 2, 0, 1], now: .zero))
    #expect(first.map(\.last) == [4])
    let second = session.received([0x40, 2, 0, 2], now: .zero)
    #expect(Self.events(second) == [.acknowledged(1, unheard: false)])
    #expect(Self.packets(second).map(\.last) == [2])
  }

  @Test func aReceiveMaximumOfOneIsKeptToo() {
    var (session, _) = Self.open(properties: [0x21, 0, 1])
    #expect(Self.packets(session.publish(status: [1], now: .zero)).count == 1)
    #expect(Self.packets(session.send(Self.message(1), payload: [2], now: .zero)).isEmpty)
    #expect(Self.packets(session.received([0x40, 2, 0, 1], now: .zero)).map(\.last) == [2])
    // The farewell finds no room: the broker says it for us (disconnect with will message).
    let goodbye = session.close(.local("stopping"), farewell: [9], now: .zero)
    #expect(Self.packets(goodbye) == [[0xE0, 1, 4]])
  }

  @Test func answersToCommandsCountIntoTheReceiveMaximumToo() throws {
    let (open, up) = Self.open(
      MQTTAttempt(version: .v5), Self.options { $0.commands = MQTTCommands(commands: "c", responses: "r") },
      properties: [0x21, 0, 1])
    var session = open
    // SUBSCRIBE to c/+ with QoS 1.
    #expect(Self.packets(up) == [[0x82, 9, 0, 1, 0, 0, 3, 0x63, 0x2F, 0x2B, 1]])
    #expect(session.received([0x90, 4, 0, 1, 0, 1], now: .zero).isEmpty)
    let asked = [0, 3, 0x63, 0x2F, 0x78, 0, 9, 0] + Array(#"{"id":"i"}"#.utf8)
    let command = session.received([0x32, UInt8(asked.count)] + asked, now: .zero)
    #expect(Self.packets(command) == [[0x40, 2, 0, 9]])
    guard case .command(let given)? = Self.events(command).first else { return #expect(Bool(false), "\(command)") }
    #expect(given.name == "x" && given.reply == .topic("r/i", correlation: nil))
    #expect(Self.packets(session.respond(topic: "r/i", payload: [1], correlation: [7], now: .zero)).count == 1)
    #expect(Self.packets(session.send(Self.message(1), payload: [2], now: .zero)).isEmpty)
    #expect(Self.packets(session.received([0x40, 2, 0, 2], now: .zero)).map(\.last) == [2])
    let refused = session.received([0x90, 4, 0, 1, 0, 0x87], now: .zero)
    #expect(Self.events(refused).count == 1)
  }

  @Test func aBrokerThatLetsNoCommandsThroughIsTold() {
    var (session, _) = Self.open(
      MQTTAttempt(version: .v5), Self.options { $0.commands = MQTTCommands(commands: "c", responses: "r") })
    #expect(
      Self.events(session.received([0x90, 4, 0, 1, 0, 0x87], now: .zero))
        == [.notice("the broker lets no commands through: not authorized (0x87)")])
  }

  @Test func theBrokersLargestPacketIsKeptToTheByte() throws {
    var (session, up) = Self.open(properties: [0x27, 0, 0, 0, 100])
    guard case .up(let capabilities, _)? = Self.events(up).first else { return #expect(Bool(false)) }
    let most = try #require(capabilities.maximumPayload)
    let fitting = Self.packets(session.send(Self.message(1), payload: .init(repeating: 1, count: most), now: .zero))
    #expect((97...100).contains(try #require(fitting.first).count))
    let over = session.send(Self.message(2), payload: .init(repeating: 1, count: most + 4), now: .zero)
    guard case .refused(2, .tooLarge)? = Self.events(over).first else { return #expect(Bool(false), "\(over)") }
    #expect(Self.packets(over).isEmpty)
    let status = session.publish(status: .init(repeating: 1, count: 200), now: .zero)
    guard case .notice? = Self.events(status).first else { return #expect(Bool(false), "\(status)") }
  }

  @Test func theBrokersKeepaliveHolds() {
    var (session, _) = Self.open(properties: [0x13, 0, 5])
    #expect(session.deadline == .zero + .seconds(5))
    #expect(session.advance(to: .zero + .seconds(4)).isEmpty)
    #expect(Self.packets(session.advance(to: .zero + .seconds(5))) == [[0xC0, 0]])
    #expect(session.deadline == .zero + .seconds(10))
    #expect(session.received([0xD0, 0], now: .zero + .seconds(6)).isEmpty)
    #expect(Self.packets(session.advance(to: .zero + .seconds(10))) == [[0xC0, 0]])
    #expect(Self.end(session.advance(to: .zero + .seconds(14))) == nil)
    #expect(
      Self.end(session.advance(to: .zero + .seconds(15)))?.closure
        == .local("no answer to a ping within the keepalive"))
    #expect(session.deadline == nil)
  }

  @Test func aBrokerThatKeepsNothingGetsNoRetainedStatus() throws {
    var (session, _) = Self.open(properties: [0x25, 0])
    #expect(try #require(Self.packets(session.publish(status: [1], now: .zero)).first)[0] == 0x32)
    var refusing = Self.session()
    _ = refusing.opened(link: "", now: .zero)
    #expect(Self.end(refusing.received([0x20, 3, 0, 0x9A, 0], now: .zero))?.remedy == .withoutRetain)
    let second = MQTTAttempt(version: .v5).next(after: .withoutRetain, of: [.v5])
    #expect(second == MQTTAttempt(version: .v5, retains: false))
    #expect(second?.next(after: .withoutRetain, of: [.v5]) == nil)
    var again = Self.session(try #require(second))
    let connect = try #require(Self.packets(again.opened(link: "", now: .zero)).first)
    // Behind type, length, “MQTT” and level stand the flags.
    #expect(connect[9 + (connect[1] > 127 ? 1 : 0)] & 0x20 == 0)
  }

  @Test func aBrokerOfQoS0AloneIsNoPlaceForRecords() {
    let (_, up) = Self.open(properties: [0x24, 0])
    guard case .local(let text)? = Self.end(up)?.closure else { return #expect(Bool(false)) }
    #expect(text.contains("QoS 0 only"))
  }

  // MARK: Reason codes

  enum Kind { case notAuthorized, takenOver, busy, choked }

  static func kind(_ closure: Closure?) -> Kind? {
    switch closure {
    case .notAuthorized?: .notAuthorized
    case .takenOver?: .takenOver
    case .local?: .busy
    case .peer?: .choked
    case .garbage?, nil: nil
    }
  }

  @Test(arguments: [
    (UInt8(0x80), Kind.choked), (0x85, .notAuthorized), (0x86, .notAuthorized), (0x87, .notAuthorized),
    (0x88, .busy), (0x89, .busy), (0x8A, .notAuthorized), (0x8C, .notAuthorized), (0x97, .busy), (0x9B, .busy),
    (0x9C, .busy), (0x9D, .busy), (0x9F, .busy),
  ])
  func refusalsOfTheConnectionAreToldApart(code: UInt8, kind: Kind) {
    var session = Self.session()
    _ = session.opened(link: "", now: .zero)
    let end = Self.end(session.received([0x20, 3, 0, code, 0], now: .zero))
    #expect(Self.kind(end?.closure) == kind)
    #expect(end?.remedy == nil)
    #expect(end?.closure.text.contains("0x" + String(code, radix: 16, uppercase: true)) == true)
  }

  @Test(arguments: [
    (UInt8(1), Kind.choked), (2, .notAuthorized), (3, .busy), (4, .notAuthorized), (5, .notAuthorized), (9, .choked),
  ])
  func returnCodesOf311AreToldApart(code: UInt8, kind: Kind) {
    var session = Self.session(MQTTAttempt(version: .v311))
    _ = session.opened(link: "", now: .zero)
    let end = Self.end(session.received([0x20, 2, 0, code], now: .zero))
    #expect(Self.kind(end?.closure) == kind)
    #expect(end?.remedy == nil)
  }

  @Test(arguments: [
    (UInt8(0x00), Kind.choked), (0x81, .choked), (0x82, .choked), (0x87, .notAuthorized), (0x89, .busy),
    (0x8A, .notAuthorized), (0x8B, .busy), (0x8D, .busy), (0x8E, .takenOver), (0x93, .choked), (0x95, .choked),
    (0x96, .busy), (0x97, .busy), (0x98, .busy), (0x9C, .busy), (0x9D, .busy), (0x9F, .busy), (0xA0, .busy),
  ])
  func farewellsOfTheBrokerAreToldApart(code: UInt8, kind: Kind) {
    var (session, _) = Self.open()
    #expect(Self.kind(Self.end(session.received([0xE0, 1, code], now: .zero))?.closure) == kind)
  }

  @Test(arguments: [
    (UInt8(0x00), nil as String?), (0x10, nil), (0x80, "rejected"), (0x83, "rejected"), (0x87, "notAuthorized"),
    (0x89, "busy"), (0x90, "rejected"), (0x95, "tooLarge"), (0x96, "busy"), (0x97, "busy"), (0x99, "rejected"),
  ])
  func answersToMessagesAreToldApart(code: UInt8, refusal: String?) {
    var (session, _) = Self.open()
    _ = session.send(Self.message(7), payload: [1], now: .zero)
    let reason = Array("full\n".utf8)
    let properties: [UInt8] = [0x1F, 0, UInt8(reason.count)] + reason
    let answer =
      [0x40, UInt8(4 + properties.count), 0, 1, code, UInt8(properties.count)] + properties
    switch (Self.events(session.received(answer, now: .zero)).first, refusal) {
    case (.acknowledged(7, let unheard), nil): #expect(unheard == (code == 0x10))
    case (.refused(7, .rejected(let text)), "rejected"), (.refused(7, .busy(let text)), "busy"),
      (.refused(7, .notAuthorized(let text)), "notAuthorized"), (.refused(7, .tooLarge(let text)), "tooLarge"):
      #expect(text.contains("full") && !text.contains("\n"))
    case (let event, _): #expect(Bool(false), "\(String(describing: event))")
    }
  }

  @Test(arguments: [UInt8(0x9C), 0x9D])
  func aBrokerThatHasMovedIsNamedAndNotFollowed(code: UInt8) {
    let place = Array("other.example:8883".utf8)
    let properties: [UInt8] = [0x1C, 0, UInt8(place.count)] + place
    var session = Self.session()
    _ = session.opened(link: "", now: .zero)
    let refused = session.received(
      [0x20, UInt8(3 + properties.count), 0, code, UInt8(properties.count)] + properties, now: .zero)
    #expect(Self.end(refused)?.closure.text.contains("to “other.example:8883”, which is not followed") == true)
    var (open, _) = Self.open()
    let closed = open.received(
      [0xE0, UInt8(2 + properties.count), code, UInt8(properties.count)] + properties, now: .zero)
    #expect(Self.end(closed)?.closure.text.contains("write the new address as `url`") == true)
  }

  @Test(arguments: [[UInt8(0x20), 3, 0, 0x84, 0], [0x20, 3, 0, 1, 0], [0x20, 2, 0, 1], [0x20, 2, 0, 0]])
  func aBrokerWithoutMQTT5IsTriedInItsOwnVersion(answer: [UInt8]) {
    var session = Self.session()
    _ = session.opened(link: "", now: .zero)
    #expect(Self.end(session.received(answer, now: .zero))?.remedy == .olderVersion)
    #expect(
      MQTTAttempt(version: .v5).next(after: .olderVersion, of: [.v5, .v311]) == MQTTAttempt(version: .v311))
    #expect(MQTTAttempt(version: .v5).next(after: .olderVersion, of: [.v5]) == nil)
  }

  @Test func aHangUpBeforeTheAnswerIsTriedInTheOlderVersionToo() {
    var session = Self.session()
    _ = session.opened(link: "", now: .zero)
    #expect(Self.end(session.hungUp(nil, now: .zero))?.remedy == .olderVersion)
  }

  /// mosquitto 2.0.11 throws the first out without a word.
  @Test func aHangUpRightBehindTheAnswerNamesAnotherClientAsACause() {
    var (early, _) = Self.open()
    #expect(
      Self.end(early.hungUp(nil, now: .zero + .seconds(2)))?.closure.text.contains("“waypost-truck-005-central”")
        == true)
    var (late, _) = Self.open()
    #expect(Self.end(late.hungUp(nil, now: .zero + .minutes(2)))?.closure == .peer("the broker closed the connection"))
  }
}
