import Deflate
import Foundation
import Model
import NIOCore
import NIOEmbedded
import NIOWebSocket
import Testing

@testable import Uplinks

/// Whatever a server or proxy sends, no answer is reported that fits nothing, nothing comes after the end, and nothing traps.
/// `WAYPOST_FUZZ_SECONDS` makes it go on for so long, with another seed each time.
@Suite struct WebSocketFuzzTests {
  private struct Random: RandomNumberGenerator {
    var jitter: Jitter
    mutating func next() -> UInt64 {
      UInt64(jitter.draw() * 4_294_967_296) << 32 | UInt64(jitter.draw() * 4_294_967_296)
    }
  }

  private static let messages = [
    #"{"type":"ack","batch":1}"#, #"{"type":"ack","seq":3}"#, #"{"type":"ack","seqs":[[1,4],[6,9]]}"#,
    #"{"type":"ack","seqs":[[0,18446744073709551615]],"batch":2}"#, #"{"type":"nack","seq":5,"error":"é\ud83d\ude00"}"#,
    #"{"type":"ping"}"#, #"{"type":"command","id":"c","name":"n","args":{"a":[1,2,{"b":null}]}}"#, #"{"type":"x"}"#,
  ].map { Array($0.utf8) }

  @Test func anyBytesAreTakenForWhatTheyAre() {
    let seconds = getenv("WAYPOST_FUZZ_SECONDS").flatMap { Double(String(cString: $0)) } ?? 0
    let end = Date().addingTimeInterval(seconds)
    var seed: UInt64 = 0
    repeat {
      for _ in 0..<300 {
        Self.session(seed)
        Self.socks(seed)
        Self.socketIO(seed)
        Self.deflated(seed)
        Self.http(seed)
        Self.tunnel(seed)
        seed += 1
      }
    } while Date() < end
  }

  private static func session(_ seed: UInt64) {
    var random = Random(jitter: Jitter(seed: seed))
    let deflate = Bool.random(using: &random) ? DeflateAgreement() : nil
    var session = WebSocketSession(
      dialect: WaypostDialect(), deflate: deflate, limits: WebSocketLimits(), now: .zero)
    _ = session.opened(link: "", now: .zero)
    var sent = 0
    var answered: [UInt64: Int] = [:]
    var hasEnded = false
    var now = BootTime.zero
    for step in 0..<60 {
      now = now + .milliseconds(Int64.random(in: 0...4000, using: &random))
      var actions: [WebSocketSession.Action] = []
      switch Int.random(in: 0..<10, using: &random) {
      case 0:
        let seqs = (0..<UInt64.random(in: 1...4, using: &random)).map { UInt64(sent) + 1 + $0 }
        sent += seqs.count
        let message = OutgoingMessage(id: UInt64(step + 1), route: .batch(journal: "k7f3q2"), seqs: seqs)
        actions = session.send(message, payload: Array("{}".utf8), now: now)
        if hasEnded { sent -= seqs.count }
      case 1: actions = session.advance(to: now)
      default:
        session.heard(now: now)
        actions = session.received(frame(&random), now: now)
      }
      if hasEnded { #expect(actions.isEmpty, "seed \(seed)") }
      for action in actions {
        switch action {
        case .event(.acknowledgedRecords(let range)):
          for seq in range where seq <= UInt64(sent) { answered[seq, default: 0] += 1 }
          #expect(range.lowerBound >= 1 && range.upperBound <= UInt64(sent), "seed \(seed)")
        case .event(.refusedRecord(let seq, _)): #expect((1...UInt64(max(1, sent))).contains(seq), "seed \(seed)")
        case .end: hasEnded = true
        default: break
        }
      }
    }
  }

  /// Mostly nearly right.
  private static func frame(_ random: inout Random) -> WebSocketFrame {
    var payload = messages.randomElement(using: &random) ?? []
    for _ in 0..<Int.random(in: 0...2, using: &random) where !payload.isEmpty {
      let place = payload.indices.randomElement(using: &random) ?? 0
      switch Int.random(in: 0..<4, using: &random) {
      case 0: payload[place] = UInt8.random(in: 0...255, using: &random)
      case 1: payload.remove(at: place)
      case 2: payload.insert(contentsOf: messages.randomElement(using: &random) ?? [], at: place)
      default: payload.removeSubrange(place...)
      }
    }
    let isOdd = Int.random(in: 0..<12, using: &random) == 0
    let opcode =
      isOdd ? WebSocketOpcode(encodedWebSocketOpcode: UInt8.random(in: 0...15, using: &random)) ?? .text : .text
    return WebSocketFrame(
      fin: Int.random(in: 0..<10, using: &random) > 0, rsv1: Int.random(in: 0..<30, using: &random) == 0,
      opcode: opcode,
      data: ByteBuffer(bytes: payload))
  }

  private static func socks(_ seed: UInt64) {
    var random = Random(jitter: Jitter(seed: seed))
    var client = SOCKSClient(
      host: "h", port: 1,
      credentials: Bool.random(using: &random) ? ProxyCredentials(username: "u", password: "p") : nil)
    for _ in 0..<8 {
      let good: [[UInt8]] = [[5, 0], [5, 2], [1, 0], [5, 0, 0, 1, 0, 0, 0, 0, 0, 0], [5, 0, 0, 3, 2, 1, 1, 0, 0]]
      var bytes = good.randomElement(using: &random) ?? []
      if Bool.random(using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
      switch client.receive(bytes) {
      case .through, .failed: return
      case .wait, .send: break
      }
    }
  }

  /// Mutates a good message here and there.
  private static func damaged(_ good: [UInt8], _ random: inout Random) -> [UInt8] {
    var bytes = good
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      guard let place = bytes.indices.randomElement(using: &random) else { break }
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(contentsOf: bytes[place...].prefix(40), at: place)
      default: bytes.removeSubrange(place...)
      }
    }
    return bytes
  }

  /// Messages that were deflated and then damaged: what comes of them is no longer than may be, or it is the end.
  private static func deflated(_ seed: UInt64) {
    var random = Random(jitter: Jitter(seed: seed))
    let keeps = Bool.random(using: &random)
    guard let deflater = MessageDeflater(windowBits: 15, keepsContext: keeps) else {
      Issue.record("no deflater")
      return
    }
    var session = WebSocketSession(
      dialect: WaypostDialect(), deflate: DeflateAgreement(serverKeepsContext: keeps), limits: WebSocketLimits(),
      now: .zero)
    _ = session.opened(link: "", now: .zero)
    var hasEnded = false
    for _ in 0..<12 {
      let bomb = [UInt8](repeating: 0x20, count: Int.random(in: 0...30, using: &random) == 0 ? 2 << 20 : 0)
      guard let good = deflater.deflate((messages.randomElement(using: &random) ?? []) + bomb) else { continue }
      let frame = WebSocketFrame(
        fin: true, rsv1: true, opcode: .text, data: ByteBuffer(bytes: bomb.isEmpty ? damaged(good, &random) : good))
      let actions = session.received(frame, now: .zero)
      if hasEnded { #expect(actions.isEmpty, "seed \(seed)") }
      if case .end? = actions.last { hasEnded = true }
      if !bomb.isEmpty { #expect(hasEnded, "seed \(seed)") }
    }
  }

  private static let answers = [
    [
      "HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "Sec-WebSocket-Protocol: waypost.v1",
      "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=12; client_no_context_takeover", "", "",
    ], ["HTTP/1.1 302 Found", "Location: https://elsewhere/x?access_token=s3cret", "", ""],
    ["HTTP/1.1 407 Proxy Authentication Required", "Content-Length: 5", "", "what?"],
    ["HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "", "5", "hello", "0", "", ""],
  ].map { Array($0.joined(separator: "\r\n").utf8) }

  /// Answers to a handshake and to CONNECT, through the same handlers as on a socket, in pieces.
  private static func http(_ seed: UInt64) {
    var random = Random(jitter: Jitter(seed: seed))
    let channel = EmbeddedChannel()
    var options = WebSocketOptions(
      address: WebSocketAddress(host: "h", port: 80, isSecure: false, resource: "/"))
    options.offersDeflate = true
    let approach = Approach(
      ApproachPlan(host: "h", port: 1, authority: "h:1", limits: ApproachLimits()), on: channel.eventLoop,
      sink: { _ in }, lay: { _ in }, over: { _ in })
    let good = answers.randomElement(using: &random) ?? []
    let bytes = damaged(good, &random)
    let shakesHands = Bool.random(using: &random)
    var isOpen = false
    do {
      if shakesHands {
        let handshake = try WebSocketHandshake(
          options, token: nil, subprotocol: "waypost.v1", remedy: "", key: "dGhlIHNhbXBsZSBub25jZQ==")
        try handshake.add(to: channel, limit: 4096, approach) { _ in isOpen = true }
      } else {
        let head = ConnectRequest.head(host: "h", port: 1, credentials: nil)
        try HTTPExchange.add(to: channel, request: head, limit: 4096, peer: "the proxy", approach) { head in
          ConnectRequest.refusal(head)
        } through: {
        }
      }
      try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
      var rest = bytes[...]
      while !rest.isEmpty, channel.isActive {
        let piece = rest.prefix(Int.random(in: 1...80, using: &random))
        rest = rest.dropFirst(piece.count)
        try channel.writeInbound(ByteBuffer(bytes: piece))
        channel.embeddedEventLoop.run()
      }
    } catch {
      // What a damaged answer is refused with.
    }
    if shakesHands, bytes == good { #expect(isOpen == (good == answers[0]), "seed \(seed)") }
    _ = try? channel.finish(acceptAlreadyClosed: true)
  }

  /// Frames of MQTT over WebSocket, as bytes.
  private static func tunnel(_ seed: UInt64) {
    var random = Random(jitter: Jitter(seed: seed))
    let channel = EmbeddedChannel()
    let approach = Approach(
      ApproachPlan(host: "h", port: 1, authority: "h:1", limits: ApproachLimits()), on: channel.eventLoop,
      sink: { _ in }, lay: { _ in }, over: { _ in })
    do {
      try WebSocketTunnel.add(to: channel, largest: 4096, approach)
      for _ in 0..<20 {
        let good: [[UInt8]] = [
          [0x82, 2, 0xD0, 0], [0x02, 1, 0xD0, 0x80, 1, 0], [0x89, 1, 7], [0x88, 2, 3, 0xE9],
          [0x82, 126, 0, 3, 1, 2, 3],
        ]
        try channel.writeInbound(ByteBuffer(bytes: damaged(good.randomElement(using: &random) ?? [], &random)))
        while let bytes = try channel.readInbound(as: ByteBuffer.self) {
          #expect(bytes.readableBytes <= 4096, "seed \(seed)")
        }
      }
    } catch {
      // What a damaged frame is refused with.
    }
    _ = try? channel.finish(acceptAlreadyClosed: true)
  }

  private static let packets = [
    #"0{"sid":"a","upgrades":[],"pingInterval":25000}"#, "2", #"40/v,{"sid":"b"}"#, #"42/v,7["x",{}]"#, "43/v,1[]",
    #"43/v,2[{"error":"no"}]"#, #"461-/v,3[{"_placeholder":true,"num":0}]"#, #"44/v,{"message":"no"}"#, "41/v,",
  ].map { Array($0.utf8) }

  private static func socketIO(_ seed: UInt64) {
    var random = Random(jitter: Jitter(seed: seed))
    var options = SocketIOOptions()
    options.namespace = "/v"
    var dialect = SocketIODialect(options, auth: [])
    let record = StoredRecord(
      identity: RecordIdentity(journal: "k7f3q2", seq: 1), moment: .utc(Timestamp(milliseconds: 0)),
      body: .device(name: "d", isUp: true, reason: nil))
    var answered = 0
    for id in 1...3 as ClosedRange<UInt64> {
      _ = dialect.send(OutgoingMessage(id: id, route: .record(record), seqs: [id]), payload: [], now: .zero)
    }
    for _ in 0..<30 {
      var packet = packets.randomElement(using: &random) ?? []
      if Bool.random(using: &random), let place = packet.indices.randomElement(using: &random) {
        packet[place] = UInt8.random(in: 0...255, using: &random)
        if Bool.random(using: &random) { packet.removeSubrange(place...) }
      }
      for action in dialect.received(packet, isText: Int.random(in: 0..<20, using: &random) > 0, now: .zero) {
        switch action {
        case .event(.acknowledged), .event(.refused): answered += 1
        default: break
        }
      }
    }
    #expect(answered <= 3, "seed \(seed)")
  }
}
