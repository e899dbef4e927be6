import Config
import Model

/// `waypost.v1`: records and batches as the format has them, answered by number (docs/wire.md).
struct WaypostDialect: WebSocketDialect {
  static let name = "waypost.v1"
  /// The delivery's window is the bound; this is the largest that it may have.
  static let mostInFlight = 100_000

  var subprotocol: String? { Self.name }
  var remedy: String { "is `token` the one that it knows?" }
  /// Whether the format's messages are text.
  let isText: Bool

  private var book = AnswerBook()
  private var strays = StrayTally()
  private var hasToldForeign = false

  init(isText: Bool = true) { self.isText = isText }

  mutating func opened(link: String, now: BootTime) -> [DialectAction] {
    [.event(.up(LinkCapabilities(messagesInFlight: Self.mostInFlight), detail: "\(Self.name) over \(link)"))]
  }

  mutating func send(_ message: OutgoingMessage, payload: [UInt8], now: BootTime) -> [DialectAction] {
    book.sent(message)
    return [isText ? .text(payload) : .binary(payload)]
  }

  mutating func received(_ bytes: [UInt8], isText: Bool, now: BootTime) -> [DialectAction] {
    guard isText else { return foreign("a binary message") }
    switch ServerMessage.parse(bytes) {
    case .ack(let batch, let records):
      var actions: [DialectAction] = []
      for range in records {
        if let news = book.answered(range: range) {
          actions.append(.event(.acknowledgedRecords(news)))
        } else {
          strays.add()
        }
      }
      switch batch.map({ ($0, book.answered(message: $0)) }) {
      case (let id, .fits)?: actions.append(.event(.acknowledged(id, unheard: false)))
      case (_, .stray)?: strays.add()
      case (_, .known)?, nil: break
      }
      return actions + strays.told(now: now)
    case .nack(let seq, let error):
      guard book.answered(seq: seq) != nil else {
        strays.add()
        return strays.told(now: now)
      }
      return [.event(.refusedRecord(seq, reason: error))]
    case .ping: return [.text(Array(#"{"type":"pong"}"#.utf8))]
    case .command(.command(let command)): return [.event(.command(command))]
    case .command(.refused(let id, let reply, let why)):
      return [.event(.unreadableCommand(reply, answer: CommandAnswer(error: why).message(id: id)))]
    case .foreign(let what): return foreign(what)
    }
  }

  mutating func respond(_ message: [UInt8], to reply: CommandReply) -> [DialectAction] { [.text(message)] }

  mutating func ponged(_ payload: [UInt8], now: BootTime) -> [DialectAction] { [] }

  var deadline: BootTime? { strays.deadline }

  mutating func advance(to now: BootTime) -> [DialectAction] { strays.told(now: now) }

  mutating func farewell() -> [DialectAction] { [] }

  /// A server may be newer, or greet in its own way: told once in a connection, otherwise passed over.
  private mutating func foreign(_ what: String) -> [DialectAction] {
    guard !hasToldForeign else { return [] }
    hasToldForeign = true
    return [.event(.notice("the server sent \(what), which \(Self.name) doesn't know; it is passed over"))]
  }
}
