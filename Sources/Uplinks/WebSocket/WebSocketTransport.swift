import Model

/// WebSocket (RFC 6455) over SwiftNIO, with TLS by `Trust`.
///
/// One event loop serves all such uplinks of the process. What may block, reading secrets, keys in tokens and resolving names, happens
/// on a thread of its own for each attempt. What is on its way is bounded by the delivery's window; while the server doesn't read, we
/// don't either, so that answers that it doesn't take can't pile up here.
public struct WebSocketTransport: Transport {
  public let options: WebSocketOptions

  public init(_ options: WebSocketOptions) { self.options = options }

  public var destination: String { options.address.description }
  public var singly: RecordKinds { [] }
  public var credentials: [Secret] {
    var credentials = [options.token, options.proxy?.password].compactMap { $0 } + (options.tls?.credentials ?? [])
    if case .socketIO(let socketIO) = options.dialect { credentials += socketIO.auth.map(\.value) }
    return credentials
  }
  public var ownFormat: (any MessageFormat)? {
    if case .socketIO = options.dialect { SocketIOMessages() } else { nil }
  }

  public func metered() -> any Transport {
    var options = options
    options.limits.pingEvery = .seconds(Double(MeteredUplink.keepaliveSeconds))
    options.limits.silence = .seconds(Double(2 * MeteredUplink.keepaliveSeconds + 30))
    return WebSocketTransport(options)
  }

  public func open(for format: any MessageFormat, number: UInt64, _ sink: @escaping @Sendable (LinkEvent) -> Void)
    -> any Link
  {
    let link = EventLoopLink(sink: sink)
    let isText = format.isText
    link.start(thread: "websocket") { self.prepare(isText: isText, sink) }
    return link
  }

  private func prepare(isText: Bool, _ sink: @Sendable (LinkEvent) -> Void) -> EventLoopLink.Prepared {
    let address = options.address
    let limits = ApproachLimits(
      connectSeconds: options.limits.connectSeconds, handshakeSeconds: options.limits.handshakeSeconds,
      head: options.limits.head)
    let token: String?
    let dialect: any WebSocketDialect
    do throws(Secret.Failure) {
      token = try options.token?.read()
      switch options.dialect {
      case .waypost: dialect = WaypostDialect(isText: isText)
      case .socketIO(let options):
        var auth: [(name: String, value: String)] = []
        for member in options.auth { auth.append((member.name, try member.value.read())) }
        dialect = SocketIODialect(options, auth: auth)
      }
    } catch {
      return .failed(.local(error.text))
    }
    switch ApproachPlan.make(
      host: address.host, port: address.port, authority: address.authority, proxy: options.proxy, tls: options.tls,
      limits: limits, sink: sink)
    {
    case .ready(let plan): return .ready { WebSocketConnection($0, self.options, dialect, token: token, plan) }
    case .failed(let closure): return .failed(closure)
    }
  }
}
