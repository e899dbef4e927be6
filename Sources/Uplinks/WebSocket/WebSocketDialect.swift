/// What is spoken in the messages of a WebSocket, as a value without socket or clock of its own: a dialect is a file beside this one.
///
/// Whatever the server says, it reports no more answers than there are records in flight, keeps no more than those, and never traps.
protocol WebSocketDialect: Sendable {
  /// The subprotocol to ask for (RFC 6455, section 1.9), which the server must then choose; `nil`: none.
  var subprotocol: String? { get }
  /// What to look at where the server says that we aren't welcome.
  var remedy: String { get }
  /// The connection is there. `link` says what it is, for the detail of `LinkEvent.up`, which the dialect reports when the server takes us.
  mutating func opened(link: String, now: BootTime) -> [DialectAction]
  /// A whole message came, text as valid UTF-8.
  mutating func received(_ bytes: [UInt8], isText: Bool, now: BootTime) -> [DialectAction]
  /// The answer to a ping that the dialect had sent.
  mutating func ponged(_ payload: [UInt8], now: BootTime) -> [DialectAction]
  /// A message of records is to go.
  mutating func send(_ message: OutgoingMessage, payload: [UInt8], now: BootTime) -> [DialectAction]
  /// The answer to a command that it reported is to go.
  mutating func respond(_ message: [UInt8], to reply: CommandReply) -> [DialectAction]
  /// Time passed.
  mutating func advance(to now: BootTime) -> [DialectAction]
  /// When `advance` should be called though nothing happens.
  var deadline: BootTime? { get }
  /// The connection is to end in good order: what should be said before.
  mutating func farewell() -> [DialectAction]
}

/// What a dialect wants done.
enum DialectAction: Hashable {
  case text([UInt8])
  case binary([UInt8])
  /// A WebSocket ping with a payload of 1…125 bytes, not beginning with 0, which the session's own begin with.
  case ping([UInt8])
  case event(LinkEvent)
  /// The connection is of no use: close it with that code (RFC 6455, section 7.4).
  case fail(code: UInt16, Closure)
}
