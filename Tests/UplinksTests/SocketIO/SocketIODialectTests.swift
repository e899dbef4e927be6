import Model
import Testing

@testable import Uplinks

@Suite struct SocketIODialectTests {
  private static func record(_ seq: UInt64) -> OutgoingMessage {
    let record = StoredRecord(
      identity: RecordIdentity(journal: "k7f3q2", seq: seq), moment: .utc(Timestamp(milliseconds: 0)),
      body: .position(device: "gps", Position(latitude: 1, longitude: 2)))
    return OutgoingMessage(id: seq, route: .record(record), seqs: [seq])
  }

  private static func dialect(
    _ acknowledgement: SocketIOOptions.Acknowledgement = .required, namespace: String = "/v"
  ) -> SocketIODialect {
    var options = SocketIOOptions()
    options.namespace = namespace
    options.acknowledgement = acknowledgement
    return SocketIODialect(options, auth: [("vehicleId", "a\"b")])
  }

  private static func text(_ text: String) -> DialectAction { .text(Array(text.utf8)) }

  @Test func opensTheNamespaceAndIsUpWhenThatIsThere() {
    var dialect = Self.dialect()
    func say(_ text: String) -> [DialectAction] { dialect.received(Array(text.utf8), isText: true, now: .zero) }
    #expect(dialect.opened(link: "x", now: .zero) == [])
    #expect(say(#"0{"sid":"a","upgrades":[],"pingInterval":25000}"#) == [Self.text(#"40/v,{"vehicleId":"a\"b"}"#)])
    #expect(say("40") == [])
    guard case .event(.up(_, "Socket.IO /v over x"))? = say(#"40/v,{"sid":"b"}"#).first else {
      return #expect(Bool(false))
    }
    #expect(say("40/v,") == [])
    #expect(say("2") == [Self.text("3")])
    #expect(say(#"42/v,["welcome",{}]"#) == [])
    #expect(
      dialect.send(Self.record(5), payload: Array("{}".utf8), now: .zero) == [Self.text(#"42/v,5["position",{}]"#)])
    #expect(say("43/w,5[]") == [.event(.strays(1))])
    #expect(say("43/v,5[]") == [.event(.acknowledged(5, unheard: false))])
    #expect(say("43/v,5[]") == [])
    #expect(dialect.advance(to: .zero + .seconds(1)) == [.event(.strays(1))])
    #expect(dialect.farewell() == [Self.text("41/v,")])
  }

  @Test func aBarrierSettlesWhatWasSentBeforeIt() {
    var dialect = Self.dialect(.none, namespace: "/")
    func send(_ seq: UInt64) -> [DialectAction] {
      dialect.send(Self.record(seq), payload: Array("{}".utf8), now: .zero)
    }
    let event = Self.text(#"42["position",{}]"#)
    #expect(send(1) == [event, .ping([1, 49])])
    #expect(send(2) == [event])
    #expect(send(3) == [event])
    #expect(dialect.ponged([1, 50], now: .zero) == [])
    #expect(dialect.ponged([1, 49], now: .zero) == [.event(.acknowledged(1, unheard: false)), .ping([1, 50])])
    #expect(dialect.ponged([1, 49], now: .zero) == [])
    #expect(
      dialect.ponged([1, 50], now: .zero) == [
        .event(.acknowledged(2, unheard: false)), .event(.acknowledged(3, unheard: false)),
      ])
    // No acknowledgement was asked for.
    #expect(dialect.received(Array("431[]".utf8), isText: true, now: .zero) == [.event(.strays(1))])
  }

  @Test(arguments: [
    ("0{}", SocketIOPacket.open), ("1", .close), ("2probe", .ping), ("6", .other), ("40", .connected(namespace: "/")),
    ("40/a?b=c,{}", .connected(namespace: "/a")), ("41/a,", .close), ("42[\"x\"]", .other),
    ("4312[]", .ack(namespace: "/", id: 12, error: nil)), ("43/a,12", .ack(namespace: "/a", id: 12, error: nil)),
    (#"437[{"error":"no\n"}]"#, .ack(namespace: "/", id: 7, error: "no ")),
    (#"437[{"error":null}]"#, .ack(namespace: "/", id: 7, error: nil)),
    (#"437[{"error":{"code":5}}]"#, .ack(namespace: "/", id: 7, error: "without a reason")),
    ("437[[[", .ack(namespace: "/", id: 7, error: nil)), ("461-7[]", .ack(namespace: "/", id: 7, error: nil)),
    (#"44/a,{"message":"no"}"#, .refused(namespace: "/a", "no")), (#"44"no""#, .refused(namespace: "/", "no")),
    ("44", .refused(namespace: "/", "without a reason")), ("", .nonsense("what is no packet of Engine.IO 4")),
    ("4", .nonsense("a packet of Socket.IO without a type")),
    ("43[]", .nonsense("an acknowledgement without a number")),
    ("4399999999999999999999[]", .nonsense("an acknowledgement without a number")),
    ("49", .nonsense("a packet of Socket.IO of an unknown type")),
    ("{}", .nonsense("what is no packet of Engine.IO 4")),
  ])
  func packetsAreRead(text: String, packet: SocketIOPacket) {
    #expect(SocketIOPacket.parse(Array(text.utf8)) == packet)
  }

  @Test(arguments: [
    ("/", "/socket.io/?EIO=4&transport=websocket"), ("/?a=b", "/socket.io/?a=b&EIO=4&transport=websocket"),
    ("/hub/io/", "/hub/io/?EIO=4&transport=websocket"),
  ])
  func engineIOsPathAndParametersAreAdded(resource: String, full: String) {
    let address = WebSocketAddress(host: "h", port: 1, isSecure: true, resource: resource)
    #expect(address.forSocketIO.resource == full)
  }
}
