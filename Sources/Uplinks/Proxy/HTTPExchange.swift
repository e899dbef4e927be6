import NIOCore
import NIOHTTP1
import NIOTLS

/// One request of HTTP/1.1 and the head of its answer, after which the connection is something else (an upgrade, CONNECT).
final class HTTPExchange: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  private let request: HTTPRequestHead
  private let peer: String
  private let judge: (HTTPResponseHead) -> Closure?
  private let through: () throws -> Void
  private let approach: Approach
  private let encoder = HTTPRequestEncoder()
  private let decoder = ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes))
  private let limit: HeadLimit
  private var isAccepted = false
  private var isOver = false
  /// Bounded by what is read at once.
  private var leftovers: [NIOAny] = []

  /// Lays the handlers at the channel's end.
  /// - Parameters:
  ///   - limit: bytes of the answer.
  ///   - peer: who answers, for messages.
  ///   - judge: why the answer is none that we go on with; `nil`: it is one.
  ///   - through: lays what comes next; the exchange's own handlers go.
  static func add(
    to channel: any Channel, request: HTTPRequestHead, limit: Int, peer: String, _ approach: Approach,
    judge: @escaping (HTTPResponseHead) -> Closure?, through: @escaping () throws -> Void
  ) throws {
    let exchange = HTTPExchange(request, limit, peer, approach, judge, through)
    try channel.pipeline.syncOperations.addHandlers([exchange.limit, exchange.encoder, exchange.decoder, exchange])
  }

  private init(
    _ request: HTTPRequestHead, _ limit: Int, _ peer: String, _ approach: Approach,
    _ judge: @escaping (HTTPResponseHead) -> Closure?, _ through: @escaping () throws -> Void
  ) {
    self.request = request
    self.limit = HeadLimit(limit)
    self.peer = peer
    self.approach = approach
    self.judge = judge
    self.through = through
  }

  func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { ask(context) }
  }

  func channelActive(context: ChannelHandlerContext) {
    ask(context)
    context.fireChannelActive()
  }

  private func ask(_ context: ChannelHandlerContext) {
    context.write(wrapOutboundOut(.head(request)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isOver else { return leftovers.append(data) }
    switch unwrapInboundIn(data) {
    case .head(let head):
      if let closure = judge(head) { return approach.fail(closure) }
      isAccepted = true
    case .body: break
    case .end:
      guard isAccepted else { return }
      isOver = true
      goOn(context)
    }
  }

  /// The decoder goes first, when it is through with what it is in the midst of; until then nothing else may be written past it, and what
  /// it hands on from behind the head waits here.
  private func goOn(_ context: ChannelHandlerContext) {
    let pipeline = context.pipeline.syncOperations
    pipeline.removeHandler(limit, promise: nil)
    pipeline.removeHandler(encoder, promise: nil)
    pipeline.removeHandler(decoder).assumeIsolated().whenComplete { _ in
      do {
        try self.through()
      } catch {
        return self.approach.fail(error)
      }
      let rest = self.leftovers
      self.leftovers = []
      for data in rest { context.fireChannelRead(data) }
      if !rest.isEmpty { context.fireChannelReadComplete() }
      pipeline.removeHandler(context: context, promise: nil)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted? = event as? TLSUserEvent { approach.secured() }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if error is HeadLimit.Exceeded {
      approach.fail(Closure.garbage("\(peer) answers the handshake with more than \(limit.bytes) bytes"))
    } else {
      approach.fail(error)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    approach.fail(Closure.peer("\(peer) hung up in the midst of the handshake"))
    context.fireChannelInactive()
  }
}

/// Lets so many bytes in and no more.
final class HeadLimit: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  struct Exceeded: Error {}

  let bytes: Int
  private var count = 0

  init(_ bytes: Int) { self.bytes = bytes }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    count += unwrapInboundIn(data).readableBytes
    if count > bytes { context.fireErrorCaught(Exceeded()) } else { context.fireChannelRead(data) }
  }
}
