public import Model

/// Where and as whom to connect by WebSocket (RFC 6455).
public struct WebSocketOptions: Sendable, Hashable {
  /// How the token is shown in the handshake.
  public enum Authentication: String, Sendable, Hashable, CaseIterable {
    /// `Authorization: Bearer TOKEN` (RFC 6750, section 2.1).
    case header
    /// As the pair of subprotocols `access_token, TOKEN`, for servers that see no other header.
    case subprotocol
    /// As the query's `access_token=TOKEN` (RFC 6750, section 2.3); it then stands in servers' logs.
    case query
  }

  public var address: WebSocketAddress
  /// `nil`: without TLS.
  public var tls: TLSOptions?
  public var token: Secret?
  public var authentication = Authentication.header
  public var proxy: ProxyOptions?
  /// permessage-deflate is offered (RFC 7692).
  public var offersDeflate = false
  public var dialect = WebSocketDialectOptions.waypost
  public var limits = WebSocketLimits()

  public init(address: WebSocketAddress) { self.address = address }
}

/// What is spoken over the WebSocket.
public enum WebSocketDialectOptions: Sendable, Hashable {
  /// `waypost.v1`, as docs/wire.md has it.
  case waypost
  /// Socket.IO 5 over Engine.IO 4.
  case socketIO(SocketIOOptions)
}

/// What a server may ask of us; beyond, the connection is ended. What we are sent are answers and commands, which are small.
public struct WebSocketLimits: Sendable, Hashable {
  /// Bytes of one frame's payload, and of one message, inflated.
  public var message = 1 << 20
  /// Frames that one message may come in.
  public var fragments = 1024
  /// How often the gateway pings, and how long it bears silence.
  public var pingEvery = Interval.seconds(15)
  public var silence = Interval.seconds(30)
  /// Bytes of the answer to the handshake, or of a proxy's.
  public var head = 32 << 10
  /// So long an attempt at one address may take to connect.
  public var connectSeconds: Int64 = 10
  /// So long the server, and a proxy before it, may take to answer the handshake.
  public var handshakeSeconds: Int64 = 20

  public init() {}
}
