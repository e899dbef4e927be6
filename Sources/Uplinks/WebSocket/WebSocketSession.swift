import Deflate
import Model
import NIOCore
import NIOWebSocket

/// One open WebSocket (RFC 6455) as a value without socket or clock: frames in, frames and events out. What is said in its messages is
/// the dialect's.
///
/// It holds one message of at most `WebSocketLimits.message` bytes that is on its way in. Whatever breaks the protocol ends the
/// connection with the code that the RFC has for it; nothing is answered twice.
struct WebSocketSession {
  enum Action: Hashable {
    /// A whole message or a control frame; `isDeflated`: marked as such (RFC 7692).
    case frame(WebSocketOpcode, [UInt8], isDeflated: Bool)
    case event(LinkEvent)
    /// Everything before is to be flushed, then the connection closed. The last action there is.
    case end(Closure)
  }

  private enum State: Hashable {
    case open
    /// We have said that we close, and wait for the server to say so, too.
    case closing(until: BootTime, Closure)
    case ended
  }

  private struct Partial {
    var isText: Bool
    var isDeflated: Bool
    var bytes: [UInt8]
    var frames = 1
  }

  static let closeLimit = Interval.seconds(2)
  /// The first byte of the session's own pings.
  private static let ownPing: UInt8 = 0

  private let limits: WebSocketLimits
  private var dialect: any WebSocketDialect
  private let deflater: MessageDeflater?
  private let inflater: MessageInflater?
  private var state = State.open
  private var partial: Partial?
  private var heardAt: BootTime
  private var pingDue: BootTime

  init(dialect: any WebSocketDialect, deflate: DeflateAgreement?, limits: WebSocketLimits, now: BootTime) {
    self.dialect = dialect
    self.limits = limits
    deflater = deflate.flatMap { MessageDeflater(windowBits: $0.clientWindowBits, keepsContext: $0.clientKeepsContext) }
    inflater = deflate.map { MessageInflater(keepsContext: $0.serverKeepsContext) }
    heardAt = now
    pingDue = now + limits.pingEvery
  }

  /// - Parameter link: what the connection is, for people.
  mutating func opened(link: String, now: BootTime) -> [Action] { take(dialect.opened(link: link, now: now)) }

  /// Bytes came, whatever they are.
  mutating func heard(now: BootTime) { heardAt = now }

  mutating func send(_ message: OutgoingMessage, payload: [UInt8], now: BootTime) -> [Action] {
    guard state == .open else { return [] }
    return take(dialect.send(message, payload: payload, now: now))
  }

  mutating func respond(_ message: [UInt8], to reply: CommandReply) -> [Action] {
    guard state == .open else { return [] }
    return take(dialect.respond(message, to: reply))
  }

  mutating func received(_ frame: WebSocketFrame, now: BootTime) -> [Action] {
    guard state != .ended else { return [] }
    guard frame.maskKey == nil else { return violated("masked a frame") }
    let isDeflated = frame.rsv1
    guard !frame.rsv2, !frame.rsv3,
      !isDeflated || inflater != nil && (frame.opcode == .text || frame.opcode == .binary)
    else { return violated("set a bit that is reserved") }
    let payload = Array(frame.data.readableBytesView)
    switch frame.opcode {
    case .text, .binary:
      guard partial == nil else { return violated("began a message within another") }
      partial = Partial(isText: frame.opcode == .text, isDeflated: isDeflated, bytes: payload)
      return complete(frame.fin, now: now)
    case .continuation:
      guard partial != nil else { return violated("went on with a message that it had not begun") }
      partial?.bytes += payload
      partial?.frames += 1
      return complete(frame.fin, now: now)
    case .connectionClose: return closed(payload)
    case .ping:
      guard case .open = state else { return [] }
      return [.frame(.pong, payload, isDeflated: false)]
    case .pong:
      // One that nothing was asked for is allowed (section 5.5.3), and so is our own.
      guard let first = payload.first, first != Self.ownPing else { return [] }
      return take(dialect.ponged(payload, now: now))
    default: return violated("sent a frame of an unknown kind")
    }
  }

  private mutating func complete(_ isFinal: Bool, now: BootTime) -> [Action] {
    guard let whole = partial else { return [] }
    guard whole.bytes.count <= limits.message else { return tooLarge() }
    guard whole.frames <= limits.fragments else {
      return fail(
        1008, .garbage("the server sent a message in more than \(limits.fragments) pieces"))
    }
    guard isFinal else { return [] }
    partial = nil
    var bytes = whole.bytes
    if whole.isDeflated, let inflater {
      do throws(MessageInflater.Failure) {
        bytes = try inflater.inflate(bytes, limit: limits.message)
      } catch {
        switch error {
        case .tooLarge: return tooLarge()
        case .damaged: return fail(1007, .garbage("the server sent a message that can't be inflated"))
        }
      }
    }
    if whole.isText, String(validating: bytes, as: UTF8.self) == nil {
      return fail(1007, .garbage("the server sent text that is not UTF-8"))
    }
    return take(dialect.received(bytes, isText: whole.isText, now: now))
  }

  private mutating func tooLarge() -> [Action] {
    fail(1009, .garbage("the server sent a message of more than \(limits.message) bytes"))
  }

  /// What the frame decoder does not take.
  mutating func malformed(_ error: NIOWebSocketError) -> [Action] {
    switch error {
    case .invalidFrameLength: tooLarge()
    case .fragmentedControlFrame: violated("cut a control frame in pieces")
    case .multiByteControlFrameLength: violated("sent a control frame of more than 125 bytes")
    }
  }

  private mutating func violated(_ what: String) -> [Action] {
    fail(1002, .garbage("the server broke the rules of WebSocket: it \(what)"))
  }

  private mutating func fail(_ code: UInt16, _ closure: Closure) -> [Action] {
    let wasOpen = state == .open
    state = .ended
    partial = nil
    return (wasOpen ? [Self.close(code)] : []) + [.end(closure)]
  }

  /// The server closes.
  private mutating func closed(_ payload: [UInt8]) -> [Action] {
    guard let word = CloseWord(payload) else { return violated("closed with what is no code") }
    let before = state
    state = .ended
    if case .closing(_, let closure) = before { return [.end(closure)] }
    return [Self.close(word.code), .end(word.closure(remedy: dialect.remedy))]
  }

  private static func close(_ code: UInt16?) -> Action {
    .frame(.connectionClose, code.map { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } ?? [], isDeflated: false)
  }

  /// We end it in good order.
  mutating func close(_ closure: Closure, now: BootTime) -> [Action] {
    guard state == .open else { return [] }
    let words = take(dialect.farewell())
    guard state == .open else { return words }
    state = .closing(until: now + Self.closeLimit, closure)
    return words + [Self.close(1001)]
  }

  mutating func advance(to now: BootTime) -> [Action] {
    switch state {
    case .ended: return []
    case .closing(let until, let closure):
      guard now >= until else { return [] }
      state = .ended
      return [.end(closure)]
    case .open:
      guard now - heardAt < limits.silence else {
        state = .ended
        return [.end(.local("not a byte from the server for \(Int(limits.silence.seconds)) s"))]
      }
      var actions: [Action] = []
      if now >= pingDue {
        pingDue = now + limits.pingEvery
        actions.append(.frame(.ping, [Self.ownPing], isDeflated: false))
      }
      return actions + take(dialect.advance(to: now))
    }
  }

  /// When `advance` should be called though nothing happens; `nil` once it has ended.
  var deadline: BootTime? {
    switch state {
    case .ended: return nil
    case .closing(let until, _): return until
    case .open:
      let own = min(pingDue, heardAt + limits.silence)
      return dialect.deadline.map { min($0, own) } ?? own
    }
  }

  private mutating func take(_ actions: [DialectAction]) -> [Action] {
    var taken: [Action] = []
    for action in actions {
      switch action {
      case .text(let bytes): taken.append(data(.text, bytes))
      case .binary(let bytes): taken.append(data(.binary, bytes))
      case .ping(let payload): taken.append(.frame(.ping, payload, isDeflated: false))
      case .event(let event): taken.append(.event(event))
      case .fail(let code, let closure): return taken + fail(code, closure)
      }
    }
    return taken
  }

  private func data(_ opcode: WebSocketOpcode, _ bytes: [UInt8]) -> Action {
    // Each message may go as it is: so do those that deflate would only lengthen.
    guard bytes.count >= Self.worthDeflating, let small = deflater?.deflate(bytes) else {
      return .frame(opcode, bytes, isDeflated: false)
    }
    return .frame(opcode, small, isDeflated: true)
  }

  private static let worthDeflating = 32
}
