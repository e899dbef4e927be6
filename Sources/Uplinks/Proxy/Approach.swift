import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Trust

/// The way to a server, on the event loop alone: its addresses one after the other, through a proxy if there is one, through TLS if there
/// is any. What is spoken then is laid on top by whoever takes the way.
final class Approach {
  private let plan: ApproachPlan
  private let loop: any EventLoop
  private let sink: @Sendable (LinkEvent) -> Void
  /// Lays the handlers of what is spoken; the channel may not be connected yet, nor its TLS be there.
  private var lay: ((any Channel) throws -> Void)?
  private var over: ((Closure) -> Void)?
  private var remaining: ArraySlice<String>
  private var channel: (any Channel)?
  private var timer: Scheduled<Void>?
  private var secure: TLSHandler?
  /// How it ends; the first word counts.
  private var closure: Closure?

  /// - Parameters:
  ///   - lay: lays the handlers of what is spoken, once for each address that is tried.
  ///   - over: is told once, last, how it ended.
  init(
    _ plan: ApproachPlan, on loop: any EventLoop, sink: @escaping @Sendable (LinkEvent) -> Void,
    lay: @escaping (any Channel) throws -> Void, over: @escaping (Closure) -> Void
  ) {
    self.plan = plan
    self.loop = loop
    self.sink = sink
    self.lay = lay
    self.over = over
    remaining = plan.addresses[...]
  }

  /// Tries the addresses one after the other.
  func connect() {
    guard let address = remaining.popFirst(), closure == nil else {
      return end(closure ?? .local("“\(plan.host)” has no address"))
    }
    let place: SocketAddress
    do {
      place = try SocketAddress(ipAddress: address, port: plan.proxy?.port ?? plan.port)
    } catch {
      return failedToReach(.local("\(address) is no address to connect to"))
    }
    secure = nil
    let bound = NIOLoopBound(self, eventLoop: loop)
    ClientBootstrap(group: loop)
      .connectTimeout(.seconds(plan.limits.connectSeconds))
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
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
        case .failure(let error): self.failedToReach(Self.unreachable(address, error))
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
    // The first of all, so that it sees what the socket does.
    try channel.pipeline.syncOperations.addHandler(TrafficHandler(sink: sink))
    try channel.pipeline.syncOperations.addHandler(BackPressureHandler())
    let seconds = plan.limits.connectSeconds + plan.limits.handshakeSeconds
    timer = loop.assumeIsolated().scheduleTask(in: .seconds(seconds)) {
      self.fail(.local("the handshake was not over within \(self.plan.limits.handshakeSeconds) s"))
    }
    switch plan.proxy?.kind {
    case nil: try passProxy(channel)
    case .socks?:
      let client = SOCKSClient(host: plan.host, port: plan.port, credentials: plan.proxyCredentials)
      try channel.pipeline.syncOperations.addHandler(SOCKSHandler(client, self))
    case .http?:
      let head = ConnectRequest.head(host: plan.host, port: plan.port, credentials: plan.proxyCredentials)
      try HTTPExchange.add(to: channel, request: head, limit: plan.limits.head, peer: "the proxy", self) { head in
        ConnectRequest.refusal(head)
      } through: {
        try self.passProxy(channel)
      }
    }
  }

  /// The way to the server is open.
  func passProxy(_ channel: any Channel) throws {
    if let context = plan.tls {
      let handler = try TLSHandler(context)
      secure = handler
      try channel.pipeline.syncOperations.addHandler(handler)
    }
    try lay?(channel)
  }

  /// The server has begun to speak what is laid on top: from here on its own limits of time hold.
  func arrived() { timer?.cancel() }

  var isSecure: Bool { plan.tls != nil }
  /// What the server's TLS is; `nil` before it is there.
  var tls: TLSConnection? { secure?.connection }
  /// For messages: `broker.example.com:8883`.
  var authority: String { plan.authority }

  /// What a hang-up before the first word may mean: under TLS 1.3 the server looks at our certificate after we are through.
  var hangUp: Closure? {
    guard let context = plan.tls, let failure = context.failure ?? context.hangUp else { return nil }
    return insecure(failure)
  }

  /// TLS is there.
  func secured() {
    guard let connection = secure?.connection else { return }
    sink(.secured(TLSStatus(certificateEnds: plan.tls?.certificate?.notAfter, connection: connection)))
  }

  private func insecure(_ failure: TLSFailure) -> Closure {
    sink(.secured(TLSStatus(certificateEnds: plan.tls?.certificate?.notAfter, failure: failure)))
    return Self.closure(of: failure, at: plan.authority)
  }

  /// Ends it, for an error that a handler met.
  func fail(_ error: any Error) {
    if let failure = error as? TLSFailure { return fail(insecure(failure)) }
    // Something that doesn't speak TLS at all may choke on its first word.
    if let context = plan.tls, secure != nil, tls == nil, let number = (error as? IOError)?.errnoCode,
      number == ECONNRESET || number == EPIPE
    {
      return fail(insecure(context.failure ?? .hungUp))
    }
    fail(Self.closure(of: error, at: plan.authority))
  }

  func fail(_ closure: Closure) {
    if self.closure == nil { self.closure = closure }
    remaining = []
    guard let channel else { return end(closure) }
    channel.close(promise: nil)
  }

  private func channelClosed() { end(closure ?? .peer("the server closed the connection without a word")) }

  private func end(_ closure: Closure) {
    guard let over else { return }
    timer?.cancel()
    // Whoever is told holds us.
    self.over = nil
    lay = nil
    over(closure)
  }

  private static func unreachable(_ address: String, _ error: any Error) -> Closure {
    guard let error = error as? IOError else { return closure(of: error, at: address) }
    return .local("can't reach \(address): \(String(cString: strerror(error.errnoCode)).lowercased())")
  }

  /// What an error means, beside those of what is spoken.
  private static func closure(of error: any Error, at place: String) -> Closure {
    switch error {
    case let failure as TLSFailure:
      if failure.code == .truncated { return .peer(failure.description) }
      return failure.isAboutUs ? .notAuthorized(failure.description) : .local(failure.description)
    case let failure as WebSocketHandshake.Failure: return .local(failure.text)
    case let error as IOError:
      let words = String(cString: strerror(error.errnoCode)).lowercased()
      switch error.errnoCode {
      case ECONNRESET, EPIPE: return .peer("the connection was reset")
      default: return .local("\(place): \(words)")
      }
    case ChannelError.connectTimeout(let limit):
      return .local("\(place): no connection within \(limit.nanoseconds / 1_000_000_000) s")
    case is HTTPParserError, is NIOHTTPDecoderError:
      return .garbage("what answers at \(place) does not speak HTTP")
    default: return .local("\(place): \(error)")
    }
  }
}
