import Model
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Trust

/// An attempt at a connection and what comes of it, on the event loop alone: lays the channel's handlers, stage by stage. To a proxy, if
/// there is one; through TLS, if there is any; the handshake; frames.
final class WebSocketConnection {
  private let link: WebSocketLink
  private let preparation: WebSocketLink.Preparation
  private let loop: any EventLoop
  private let dialect: any WebSocketDialect
  private var remaining: ArraySlice<String>
  private var channel: (any Channel)?
  private var timer: Scheduled<Void>?
  private var frames: WebSocketHandler?
  private var secure: TLSHandler?
  /// How it ends; the first word counts.
  private var closure: Closure?
  private var isOver = false

  private var options: WebSocketOptions { link.options }

  init(_ link: WebSocketLink, _ preparation: WebSocketLink.Preparation) {
    self.link = link
    self.preparation = preparation
    loop = link.loop
    remaining = preparation.addresses[...]
    dialect =
      switch link.options.dialect {
      case .waypost: WaypostDialect(isText: link.isText)
      case .socketIO(let options): SocketIODialect(options, auth: preparation.auth)
      }
  }

  /// Tries the addresses one after the other.
  func connect() {
    guard let address = remaining.popFirst(), closure == nil else {
      return end(closure ?? .local("“\(options.address.host)” has no address"))
    }
    let port = options.proxy?.port ?? options.address.port
    let place: SocketAddress
    do {
      place = try SocketAddress(ipAddress: address, port: port)
    } catch {
      return failedToReach(.local("\(address) is no address to connect to"))
    }
    let bound = NIOLoopBound(self, eventLoop: loop)
    ClientBootstrap(group: loop)
      .connectTimeout(.seconds(options.limits.connectSeconds))
      .channelOption(.socketOption(.tcp_nodelay), value: 1)
      // More than the answers to a window of records take, so that a server which reads as it writes never stops us.
      .channelOption(.writeBufferWaterMark, value: .init(low: 256 << 10, high: 1 << 20))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try bound.value.begin(channel) }
      }
      .connect(to: place)
      .assumeIsolated()
      .whenComplete { result in
        switch result {
        case .success(let channel): channel.closeFuture.assumeIsolated().whenComplete { _ in self.channelClosed() }
        case .failure(let error): self.failedToReach(WebSocketHandler.closure(of: error, at: address))
        }
      }
  }

  private func failedToReach(_ closure: Closure) {
    timer?.cancel()
    channel = nil
    // A failure of TLS or of the handshake holds for every address.
    if let known = self.closure { return end(known) }
    remaining.isEmpty ? end(closure) : connect()
  }

  private func begin(_ channel: any Channel) throws {
    self.channel = channel
    try channel.pipeline.syncOperations.addHandler(BackPressureHandler())
    let seconds = options.limits.connectSeconds + options.limits.handshakeSeconds
    timer = loop.assumeIsolated().scheduleTask(in: .seconds(seconds)) {
      self.fail(.local("the handshake was not over within \(self.options.limits.handshakeSeconds) s"))
    }
    switch options.proxy?.kind {
    case nil: try secureOrShakeHands(channel)
    case .socks?:
      let client = SOCKSClient(
        host: options.address.host, port: options.address.port, credentials: preparation.proxy)
      try channel.pipeline.syncOperations.addHandler(SOCKSHandler(client, self))
    case .http?:
      let head = ConnectRequest.head(
        host: options.address.host, port: options.address.port, credentials: preparation.proxy)
      try HTTPExchange.add(to: channel, request: head, limit: options.limits.head, peer: "the proxy", self) { head in
        ConnectRequest.refusal(head)
      } through: {
        try self.secureOrShakeHands(channel)
      }
    }
  }

  /// The way to the server is open.
  func secureOrShakeHands(_ channel: any Channel) throws {
    if let context = preparation.tls {
      let handler = try TLSHandler(context)
      secure = handler
      try channel.pipeline.syncOperations.addHandler(handler)
    }
    let handshake = try WebSocketHandshake(options, token: preparation.token, subprotocol: dialect.subprotocol)
    var agreement = WebSocketHandshake.Agreement()
    try HTTPExchange.add(
      to: channel, request: handshake.request, limit: options.limits.head, peer: "the server", self
    ) { head in
      switch handshake.judge(head) {
      case .accepted(let agreed):
        agreement = agreed
        return nil
      case .refused(let closure): return closure
      }
    } through: {
      try self.open(channel, agreement)
    }
  }

  private func open(_ channel: any Channel, _ agreement: WebSocketHandshake.Agreement) throws {
    timer?.cancel()
    let session = WebSocketSession(
      dialect: dialect, deflate: agreement.deflate, limits: options.limits, now: .now())
    var words = "WebSocket"
    if agreement.deflate != nil { words += ", deflated" }
    if let connection = secure?.connection { words += ", \(connection.version)" }
    if let proxy = options.proxy { words += ", through \(proxy.description)" }
    let frames = WebSocketHandler(session, link: words, sink: link.sink, self)
    self.frames = frames
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandlers([
      ByteWatch { frames.heard() }, WebSocketFrameEncoder(),
      ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: options.limits.message)), frames,
    ])
  }

  func send(_ messages: [(OutgoingMessage, [UInt8])]) { frames?.send(messages) }

  func respond(_ responses: [(CommandReply, [UInt8])]) { frames?.respond(responses) }

  func close(_ ending: WebSocketLink.Ending) {
    if ending.isOrderly, let frames { return frames.close(.local(ending.reason)) }
    fail(.local(ending.reason))
  }

  /// TLS is there.
  func secured() {
    guard let connection = secure?.connection else { return }
    link.sink(.secured(TLSStatus(certificateEnds: preparation.tls?.certificate?.notAfter, connection: connection)))
  }

  /// Ends it, for an error that a handler met.
  func fail(_ error: any Error) {
    if let failure = error as? TLSFailure {
      link.sink(.secured(TLSStatus(certificateEnds: preparation.tls?.certificate?.notAfter, failure: failure)))
    }
    fail(WebSocketHandler.closure(of: error, at: options.address.authority))
  }

  func fail(_ closure: Closure) {
    if self.closure == nil { self.closure = closure }
    remaining = []
    guard let channel else { return end(closure) }
    channel.close(promise: nil)
  }

  private func channelClosed() { end(closure ?? .peer("the server closed the connection without a word")) }

  private func end(_ closure: Closure) {
    guard !isOver else { return }
    isOver = true
    timer?.cancel()
    frames?.ended()
    // Each holds the other.
    frames = nil
    link.ended(closure)
  }
}
