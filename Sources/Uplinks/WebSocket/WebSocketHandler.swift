import Model
import NIOCore
import NIOWebSocket
import Trust

/// Drives a `WebSocketSession`: feeds it frames and the time, and does what it says.
final class WebSocketHandler: ChannelInboundHandler {
  typealias InboundIn = WebSocketFrame
  typealias OutboundOut = WebSocketFrame

  private var session: WebSocketSession
  private let link: String
  private let sink: @Sendable (LinkEvent) -> Void
  private let approach: Approach
  private var context: ChannelHandlerContext?
  private var timer: (at: BootTime, task: Scheduled<Void>)?

  private init(
    _ session: WebSocketSession, link: String, sink: @escaping @Sendable (LinkEvent) -> Void,
    _ approach: Approach
  ) {
    self.session = session
    self.link = link
    self.sink = sink
    self.approach = approach
  }

  /// Lays the handlers of an open WebSocket at the channel's end.
  static func add(
    to channel: any Channel, dialect: any WebSocketDialect, _ agreement: WebSocketHandshake.Agreement,
    limits: WebSocketLimits, proxy: ProxyOptions?, sink: @escaping @Sendable (LinkEvent) -> Void, _ approach: Approach
  ) throws -> WebSocketHandler {
    approach.arrived()
    let session = WebSocketSession(dialect: dialect, deflate: agreement.deflate, limits: limits, now: .now())
    var words = "WebSocket"
    if agreement.deflate != nil { words += ", deflated" }
    if let connection = approach.tls { words += ", \(connection.version)" }
    if let proxy { words += ", through \(proxy.description)" }
    let frames = WebSocketHandler(session, link: words, sink: sink, approach)
    try channel.pipeline.syncOperations.addHandlers([
      ByteWatch { frames.heard() }, WebSocketFrameEncoder(),
      ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: limits.message)), frames,
    ])
    return frames
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    perform(session.opened(link: link, now: .now()))
  }

  func handlerRemoved(context: ChannelHandlerContext) { ended() }

  func heard() { session.heard(now: .now()) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    perform(session.received(unwrapInboundIn(data), now: .now()))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if let error = error as? NIOWebSocketError {
      perform(session.malformed(error))
    } else {
      approach.fail(error)
    }
  }

  func send(_ messages: [(OutgoingMessage, [UInt8])]) {
    let now = BootTime.now()
    perform(messages.flatMap { session.send($0.0, payload: $0.1, now: now) })
  }

  func respond(_ responses: [(CommandReply, [UInt8])]) {
    perform(responses.flatMap { session.respond($0.1, to: $0.0) })
  }

  func close(_ closure: Closure) { perform(session.close(closure, now: .now())) }

  /// Nothing is to happen any more.
  func ended() {
    context = nil
    timer?.task.cancel()
    timer = nil
  }

  private func perform(_ actions: [WebSocketSession.Action]) {
    guard let context else { return }
    var hasWritten = false
    for action in actions {
      switch action {
      case .frame(let opcode, let bytes, let isDeflated):
        let frame = WebSocketFrame(
          fin: true, rsv1: isDeflated, opcode: opcode, maskKey: .random(),
          data: context.channel.allocator.buffer(bytes: bytes))
        context.write(wrapOutboundOut(frame), promise: nil)
        hasWritten = true
      case .event(let event): sink(event)
      case .end(let closure):
        context.flush()
        return approach.fail(closure)
      }
    }
    if hasWritten { context.flush() }
    arm(context)
  }

  /// One timer, moved only when the deadline is earlier: a wake-up too many does no harm.
  private func arm(_ context: ChannelHandlerContext) {
    guard let deadline = session.deadline else {
      timer?.task.cancel()
      timer = nil
      return
    }
    if let timer, timer.at <= deadline { return }
    timer?.task.cancel()
    let wait = max(0, (deadline - .now()).nanoseconds)
    let task = context.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(wait)) {
      self.timer = nil
      self.perform(self.session.advance(to: .now()))
    }
    timer = (deadline, task)
  }
}

/// Tells that bytes came, before anybody makes anything of them.
final class ByteWatch: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let heard: () -> Void

  init(_ heard: @escaping () -> Void) { self.heard = heard }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    heard()
    context.fireChannelRead(data)
  }
}
