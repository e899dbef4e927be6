import Deflate
import Model
import NIOCore
import NIOWebSocket
import Testing

@testable import Uplinks

/// A session on virtual time.
@Suite struct WebSocketSessionTests {
  static func frame(
    _ opcode: WebSocketOpcode, _ text: String, fin: Bool = true, rsv1: Bool = false
  ) -> WebSocketFrame { frame(opcode, Array(text.utf8), fin: fin, rsv1: rsv1) }

  static func frame(
    _ opcode: WebSocketOpcode, _ bytes: [UInt8], fin: Bool = true, rsv1: Bool = false
  ) -> WebSocketFrame {
    WebSocketFrame(fin: fin, rsv1: rsv1, opcode: opcode, data: ByteBuffer(bytes: bytes))
  }

  static func session(deflate: DeflateAgreement? = nil, sent seqs: [UInt64] = []) -> WebSocketSession {
    var session = WebSocketSession(
      dialect: WaypostDialect(), deflate: deflate, limits: WebSocketLimits(), now: .zero)
    _ = session.opened(link: "test", now: .zero)
    if !seqs.isEmpty {
      _ = session.send(
        OutgoingMessage(id: 1, route: .batch(journal: "k7f3q2"), seqs: seqs), payload: Array("{}".utf8), now: .zero)
    }
    return session
  }

  private static func seconds(_ seconds: Double) -> BootTime { .zero + .seconds(seconds) }

  @Test func pingsEveryFifteenSecondsAndLeavesASilentServerAfterThirty() {
    var session = Self.session()
    #expect(session.deadline == Self.seconds(15))
    #expect(session.advance(to: Self.seconds(14.9)) == [])
    #expect(session.advance(to: Self.seconds(15)) == [.frame(.ping, [0], isDeflated: false)])
    session.heard(now: Self.seconds(16))
    #expect(session.received(Self.frame(.pong, [0]), now: Self.seconds(16)) == [])
    #expect(session.advance(to: Self.seconds(30)) == [.frame(.ping, [0], isDeflated: false)])
    #expect(session.deadline == Self.seconds(45))
    #expect(session.advance(to: Self.seconds(45.9)).count == 1)
    #expect(session.deadline == Self.seconds(46))
    #expect(session.advance(to: Self.seconds(46)) == [.end(.local("not a byte from the server for 30 s"))])
    #expect(session.deadline == nil)
    #expect(session.advance(to: Self.seconds(99)) == [])
    #expect(session.received(Self.frame(.ping, "x"), now: Self.seconds(99)) == [])
  }

  @Test func fragmentsAreOneMessageAndControlFramesMayComeBetween() {
    var session = Self.session(sent: [5, 6, 7])
    #expect(session.received(Self.frame(.text, #"{"type":"#, fin: false), now: .zero) == [])
    #expect(
      session.received(Self.frame(.ping, "hm"), now: .zero) == [
        .frame(.pong, Array("hm".utf8), isDeflated: false)
      ])
    #expect(session.received(Self.frame(.continuation, #""ack","ba"#, fin: false), now: .zero) == [])
    #expect(
      session.received(Self.frame(.continuation, #"tch":1}"#), now: .zero) == [
        .event(.acknowledged(1, unheard: false))
      ])
  }

  @Test func messagesAreDeflatedWhereThatIsWorthIt() throws {
    var session = Self.session(deflate: DeflateAgreement())
    let text = Array(repeating: UInt8(ascii: "x"), count: 500)
    let message = OutgoingMessage(id: 1, route: .batch(journal: "k7f3q2"), seqs: [1])
    guard case .frame(.text, let bytes, true)? = session.send(message, payload: text, now: .zero).first else {
      return #expect(Bool(false))
    }
    #expect(try MessageInflater(keepsContext: true).inflate(bytes, limit: 500) == text)
    let ping = session.received(Self.frame(.text, #"{"type":"ping"}"#), now: .zero)
    #expect(ping == [.frame(.text, Array(#"{"type":"pong"}"#.utf8), isDeflated: false)])
    let small = try #require(
      MessageDeflater(windowBits: 15, keepsContext: true)?.deflate(Array(#"{"type":"ack","batch":1}"#.utf8)))
    #expect(
      session.received(Self.frame(.text, small, rsv1: true), now: .zero) == [
        .event(.acknowledged(1, unheard: false))
      ])
  }

  @Test func aWindowThatZlibCantWriteLeavesMessagesAsTheyAre() {
    var session = Self.session(deflate: DeflateAgreement(clientWindowBits: 8))
    let text = Array(repeating: UInt8(ascii: "x"), count: 500)
    let message = OutgoingMessage(id: 1, route: .batch(journal: "k7f3q2"), seqs: [1])
    #expect(session.send(message, payload: text, now: .zero) == [.frame(.text, text, isDeflated: false)])
  }

  @Test func endsInGoodOrderWhenTheServerSaysSoOrAfterTwoSeconds() {
    var session = Self.session()
    let close = WebSocketSession.Action.frame(.connectionClose, [0x03, 0xE9], isDeflated: false)
    #expect(session.close(.local("stopping"), now: .zero) == [close])
    #expect(session.close(.local("again"), now: .zero) == [])
    var other = session
    #expect(session.received(Self.frame(.connectionClose, [0x03, 0xE9]), now: .zero) == [.end(.local("stopping"))])
    #expect(other.deadline == Self.seconds(2))
    #expect(other.advance(to: Self.seconds(2)) == [.end(.local("stopping"))])
  }

  @Test(
    arguments: [
      ([0x0F, 0xA3], Closure.notAuthorized("the server closed: forbidden (4003); is `token` the one that it knows?")),
      ([0x03, 0xE9], .local("the server closed: going away (1001)")),
      ([0x03, 0xF3, 0x6E, 0x6F], .peer("the server closed: internal error (1011) “no”")),
      ([], .peer("the server closed")),
      ([0x0F, 0xA0], .peer("the server closed: code 4000")),
    ] as [([UInt8], Closure)])
  func whatTheServerSaysAsItClosesIsUnderstood(payload: [UInt8], closure: Closure) {
    var session = Self.session()
    let actions = session.received(Self.frame(.connectionClose, payload), now: .zero)
    #expect(actions.last == .end(closure))
    #expect(actions.first == .frame(.connectionClose, Array(payload.prefix(2)), isDeflated: false))
  }

  @Test func answersFitOnceAndTheRestIsCountedInSums() {
    var session = Self.session(sent: [5, 6, 7, 9])
    func say(_ text: String, at time: BootTime = .zero) -> [WebSocketSession.Action] {
      session.received(Self.frame(.text, text), now: time)
    }
    #expect(
      say(#"{"type":"ack","seqs":[[1,5],[6,6]]}"#) == [
        .event(.acknowledgedRecords(5...5)), .event(.acknowledgedRecords(6...6)),
      ])
    #expect(say(#"{"type":"ack","seq":5}"#) == [.event(.strays(1))])
    #expect(say(#"{"type":"nack","seq":7,"error":"no\u0007"}"#) == [.event(.refusedRecord(7, reason: "no "))])
    #expect(say(#"{"type":"nack","seq":7}"#) == [])
    #expect(say(#"{"type":"ack","batch":2}"#) == [])
    #expect(session.deadline == Self.seconds(1))
    #expect(session.advance(to: Self.seconds(1)) == [.event(.strays(2))])
    #expect(say(#"{"type":"ack","seqs":[[0,18446744073709551615]]}"#) == [.event(.acknowledgedRecords(9...9))])
    // All of it is answered by number: the batch's own answer is no news, and none that fits nothing.
    #expect(say(#"{"type":"ack","batch":1}"#, at: Self.seconds(9)) == [])
    #expect(say(#"{"type":"ack","batch":1}"#, at: Self.seconds(9)) == [.event(.strays(1))])
  }

  @Test(arguments: [
    "", "{", "[]", "5", "{}", #"{"type":5}"#, #"{"type":"ack"}"#, #"{"type":"ack","seq":-1}"#,
    #"{"type":"ack","seq":1.5}"#, #"{"type":"ack","seq":1e3}"#, #"{"type":"ack","seq":"1"}"#,
    #"{"type":"ack","seq":18446744073709551616}"#, #"{"type":"ack","seqs":[[2,1]]}"#, #"{"type":"ack","seqs":[1]}"#,
    #"{"type":"ack","seqs":{}}"#, #"{"type":"nack"}"#, #"{"type":"weather"}"#, #"{"type":"ping"} x"#,
  ])
  func whatIsNoMessageIsToldOnceAndPassedOver(text: String) {
    var session = Self.session(sent: [1])
    guard case .event(.notice)? = session.received(Self.frame(.text, text), now: .zero).first else {
      return #expect(Bool(false), "\(ServerMessage.parse(Array(text.utf8)))")
    }
    #expect(session.received(Self.frame(.text, text), now: .zero) == [])
    #expect(session.received(Self.frame(.binary, [1]), now: .zero) == [])
    #expect(
      session.received(Self.frame(.text, #"{"type":"ack","seq":1}"#), now: .zero) == [
        .event(.acknowledgedRecords(1...1))
      ])
  }

  @Test func commandsAreReportedAndAnsweredAsText() {
    var session = Self.session()
    func say(_ text: String) -> [WebSocketSession.Action] { session.received(Self.frame(.text, text), now: .zero) }
    let command = ServerCommand(
      id: CommandID(number: 7), name: "x", arguments: [.init(name: "a", value: .number(1))], reply: .message)
    #expect(say(#"{"type":"command","id":7,"name":"x","args":{"a":1}}"#) == [.event(.command(command))])
    for text in [#"{"type":"command","name":"x"}"#, #"{"type":"command","id":{},"name":"x"}"#] {
      guard case .event(.unreadableCommand(.message, let answer))? = say(text).first else {
        return #expect(Bool(false), "\(text)")
      }
      #expect(String(decoding: answer, as: UTF8.self).hasPrefix(#"{"type":"response","id":null,"ok":false,"error":""#))
    }
    #expect(session.respond([1], to: .message) == [.frame(.text, [1], isDeflated: false)])
  }

  @Test(
    arguments: [
      ([], nil), (["permessage-deflate"], DeflateAgreement()),
      (
        ["permessage-deflate; server_no_context_takeover; client_max_window_bits=\"10\" ; server_max_window_bits = 9"],
        DeflateAgreement(serverKeepsContext: false, clientWindowBits: 10)
      ), (["Permessage-Deflate;client_no_context_takeover"], DeflateAgreement(clientKeepsContext: false)),
    ] as [([String], DeflateAgreement?)])
  func agreementsOnDeflateAreRead(fields: [String], agreement: DeflateAgreement?) throws {
    #expect(try DeflateAgreement.read(fields, wasOffered: true) == agreement)
  }

  @Test(arguments: [
    "permessage-deflate; x", "permessage-deflate; client_max_window_bits=16", "permessage-deflate, permessage-deflate",
    "permessage-deflate; client_max_window_bits", "permessage-deflate; server_no_context_takeover=1", "gzip",
    "permessage-deflate; server_no_context_takeover; server_no_context_takeover", ";", "permessage-deflate;",
  ])
  func otherAnswersToTheOfferAreRefused(field: String) {
    #expect(throws: DeflateAgreement.Failure.self) { try DeflateAgreement.read([field], wasOffered: true) }
    #expect(throws: DeflateAgreement.Failure.self) {
      try DeflateAgreement.read(["permessage-deflate"], wasOffered: false)
    }
  }
}
