import Config
import Model

/// Socket.IO over WebSocket alone, without Engine.IO's polling before it: each record is an event of its kind's name.
///
/// With acknowledgements the server's handler decides. Without, what was sent before a Ping counts as delivered when the Pong comes: the
/// server's process has then read it, and nothing says what it made of it. At most one such Ping is out.
struct SocketIODialect: WebSocketDialect {
  var subprotocol: String? { nil }
  var remedy: String { "are `token` and `auth` those that it knows?" }

  private let namespace: String
  /// A JSON object.
  private let auth: [UInt8]
  private let acknowledgement: SocketIOOptions.Acknowledgement
  private var link = ""
  private var isUp = false
  private var book = AnswerBook()
  private var strays = StrayTally()
  private var hasToldForeign = false

  // Without acknowledgements.
  private var barrier = DeliveryBarrier()
  /// The first byte of our Pings' payload.
  private static let pingMark: UInt8 = 1

  /// - Parameter auth: what goes with the connection to the namespace.
  init(_ options: SocketIOOptions, auth: [(name: String, value: String)]) {
    namespace = options.namespace
    acknowledgement = options.acknowledgement
    guard !auth.isEmpty else {
      self.auth = []
      return
    }
    var writer = JSONWriter()
    writer.beginObject()
    for (name, value) in auth {
      writer.member(name, value)
    }
    writer.endObject()
    self.auth = writer.bytes
  }

  mutating func opened(link: String, now: BootTime) -> [DialectAction] {
    self.link = link
    return []
  }

  mutating func received(_ bytes: [UInt8], isText: Bool, now: BootTime) -> [DialectAction] {
    // Attachments of events that we don't use.
    guard isText else { return [] }
    switch SocketIOPacket.parse(bytes) {
    case .open: return [.text(packet("0", auth))]
    case .ping: return [.text([UInt8(ascii: "3")])]
    case .close: return [.fail(code: 1000, .peer("the server has left by Socket.IO"))]
    case .connected(let name):
      guard name == namespace, !isUp else { return [] }
      isUp = true
      let detail = "Socket.IO\(namespace == "/" ? "" : " \(namespace)") over \(link)"
      return [.event(.up(LinkCapabilities(messagesInFlight: WaypostDialect.mostInFlight), detail: detail))]
    case .refused(let name, let why):
      guard name == namespace else { return [] }
      return [
        .fail(
          code: 1000,
          .notAuthorized("the server refused the namespace \(namespace): \(why); is `auth` what it expects?"))
      ]
    case .ack(let name, let id, let error):
      guard name == namespace, acknowledgement == .required, book.answered(message: id) == .fits else {
        strays.add()
        return strays.told(now: now)
      }
      return [.event(error.map { .refused(id, .rejected($0)) } ?? .acknowledged(id, unheard: false))]
    case .command(let name, _, let outcome):
      guard name == namespace else { return [] }
      switch outcome {
      case .command(let command): return [.event(.command(command))]
      case .refused(let id, let reply, let why):
        return [.event(.unreadableCommand(reply, answer: CommandAnswer(error: why).message(id: id)))]
      }
    case .other: return []
    case .nonsense(let what):
      guard !hasToldForeign else { return [] }
      hasToldForeign = true
      return [.event(.notice("the server sent \(what); it is passed over"))]
    }
  }

  mutating func send(_ message: OutgoingMessage, payload: [UInt8], now: BootTime) -> [DialectAction] {
    guard case .record(let record) = message.route else {
      return [.fail(code: 1011, .local("a batch can't go by Socket.IO"))]
    }
    let head = Array("[\"\(record.kind.name)\",".utf8)
    switch acknowledgement {
    case .required:
      book.sent(message)
      return [.text(packet("2", Array(String(message.id).utf8) + head + payload + [UInt8(ascii: "]")]))]
    case .none:
      barrier.sent(message.id)
      return [.text(packet("2", head + payload + [UInt8(ascii: "]")]))] + ping()
    }
  }

  mutating func respond(_ message: [UInt8], to reply: CommandReply) -> [DialectAction] {
    switch reply {
    case .acknowledgement(let id):
      [.text(packet("3", Array("\(id)[".utf8) + message + [UInt8(ascii: "]")]))]
    case .message, .topic:
      [.text(packet("2", Array("[\"response\",".utf8) + message + [UInt8(ascii: "]")]))]
    }
  }

  private mutating func ping() -> [DialectAction] {
    barrier.question().map { [.ping(Self.payload($0))] } ?? []
  }

  mutating func ponged(_ payload: [UInt8], now: BootTime) -> [DialectAction] {
    guard payload == Self.payload(barrier.number) else { return [] }
    return barrier.answered(barrier.number).map { .event(.acknowledged($0, unheard: false)) } + ping()
  }

  private static func payload(_ number: UInt64) -> [UInt8] { [pingMark] + Array(String(number).utf8) }

  var deadline: BootTime? { strays.deadline }

  mutating func advance(to now: BootTime) -> [DialectAction] { strays.told(now: now) }

  mutating func farewell() -> [DialectAction] { isUp ? [.text(packet("1", []))] : [] }

  /// Engine.IO's message, Socket.IO's type, the namespace but where it is the root, and what follows.
  private func packet(_ type: Character, _ rest: [UInt8]) -> [UInt8] {
    Array("4\(type)\(namespace == "/" ? "" : namespace + ",")".utf8) + rest
  }
}
