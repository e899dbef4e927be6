import Config

/// What a server sends over Engine.IO 4 (github.com/socketio/engine.io-protocol) and Socket.IO 5 (github.com/socketio/socket.io-protocol),
/// as far as a client of one namespace needs it.
enum SocketIOPacket: Hashable, Sendable {
  /// Engine.IO: the connection is there.
  case open
  case ping
  /// Engine.IO or Socket.IO: the server leaves.
  case close
  /// The namespace takes us.
  case connected(namespace: String)
  /// It doesn't: why.
  case refused(namespace: String, String)
  /// The acknowledgement of what was sent under that number; `error`, where the handler gave an object with one.
  case ack(namespace: String, id: UInt64, error: String?)
  /// The server's event `command`; `id`: the number of the acknowledgement that it waits for.
  case command(namespace: String, id: UInt64?, CommandReading.Outcome)
  /// Known, and of no use to us: other events of the server, noop, pong.
  case other
  case nonsense(String)

  private static let limits: JSONLimits = {
    var limits = JSONLimits()
    limits.bytes = 1 << 20
    limits.depth = 16
    limits.nodes = 50_000
    return limits
  }()

  /// Reads a text message; anything may stand there.
  static func parse(_ bytes: [UInt8]) -> SocketIOPacket {
    switch bytes.first {
    case UInt8(ascii: "0"): return .open
    case UInt8(ascii: "1"): return .close
    case UInt8(ascii: "2"): return .ping
    case UInt8(ascii: "3"), UInt8(ascii: "6"): return .other
    case UInt8(ascii: "4"): return parse(message: bytes.dropFirst())
    default: return .nonsense("what is no packet of Engine.IO 4")
    }
  }

  private static func parse(message bytes: ArraySlice<UInt8>) -> SocketIOPacket {
    guard let type = bytes.first else { return .nonsense("a packet of Socket.IO without a type") }
    var rest = bytes.dropFirst()
    var namespace = "/"
    if rest.first == UInt8(ascii: "/") {
      let name = rest.prefix { $0 != UInt8(ascii: ",") }
      namespace = String(decoding: name.prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self)
      rest = rest[name.endIndex...].dropFirst()
    }
    switch type {
    case UInt8(ascii: "0"): return .connected(namespace: namespace)
    case UInt8(ascii: "1"): return .close
    case UInt8(ascii: "2"): return event(rest, namespace: namespace)
    // Events with binary attachments; acknowledgements with attachments carry their number as others do.
    case UInt8(ascii: "5"): return .other
    case UInt8(ascii: "3"), UInt8(ascii: "6"):
      if type == UInt8(ascii: "6") { rest = rest.drop { $0 != UInt8(ascii: "-") }.dropFirst() }
      let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      guard let id = UInt64(String(decoding: digits, as: UTF8.self)) else {
        return .nonsense("an acknowledgement without a number")
      }
      return .ack(namespace: namespace, id: id, error: error(in: rest[digits.endIndex...]))
    case UInt8(ascii: "4"):
      let why = json(rest)?["message"]?.string ?? json(rest)?.string
      return .refused(namespace: namespace, why.map(ServerMessage.clean) ?? "without a reason")
    default: return .nonsense("a packet of Socket.IO of an unknown type")
    }
  }

  /// `7["command",{"id":"c-1","name":"…","args":{}}]`, with or without the number of an acknowledgement.
  private static func event(_ bytes: ArraySlice<UInt8>, namespace: String) -> SocketIOPacket {
    let digits = bytes.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard let items = json(bytes[digits.endIndex...])?.array, items.first?.string == "command" else { return .other }
    let id = UInt64(String(decoding: digits, as: UTF8.self))
    let reply = id.map { CommandReply.acknowledgement($0) } ?? .message
    guard items.count == 2, items[1].object != nil else {
      return .command(
        namespace: namespace, id: id,
        .refused(nil, reply, "the event `command` carries one object with `id`, `name` and `args`"))
    }
    return .command(namespace: namespace, id: id, CommandReading.read(items[1], name: nil, reply: reply))
  }

  /// `[{"error":"…"}]`, as handlers answer what they don't take.
  private static func error(in bytes: ArraySlice<UInt8>) -> String? {
    guard let error = json(bytes)?.array?.first?["error"] else { return nil }
    switch error.content {
    case .null, .boolean(false): return nil
    case .string(let text): return ServerMessage.clean(text)
    case .boolean, .number, .array, .object: return "without a reason"
    }
  }

  private static func json(_ bytes: ArraySlice<UInt8>) -> JSONNode? {
    guard !bytes.isEmpty else { return nil }
    var diagnostics = Diagnostics()
    return JSON.parse(SourceFile(path: "packet", bytes: Array(bytes)), limits: limits, diagnostics: &diagnostics)
  }
}
