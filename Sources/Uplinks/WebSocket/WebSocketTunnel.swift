import NIOCore
import NIOWebSocket

/// Makes of an open WebSocket a stream of bytes: what a protocol needs that has packets of its own and doesn't care for messages (MQTT 5.0,
/// section 6). Bytes are handed on frame by frame, so that nothing is held; liveness is that protocol's own.
final class WebSocketTunnel: ChannelDuplexHandler {
  typealias InboundIn = WebSocketFrame
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = WebSocketFrame

  private static let remedy = "are `username` and `password` those that it knows?"

  private let approach: Approach
  private var isWithinMessage = false
  private var hasEnded = false

  init(_ approach: Approach) { self.approach = approach }

  /// Lays the handlers of an open WebSocket at the channel's end.
  /// - Parameter largest: bytes that a frame may have.
  static func add(to channel: any Channel, largest: Int, _ approach: Approach) throws {
    try channel.pipeline.syncOperations.addHandlers([
      WebSocketFrameEncoder(), ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: largest)),
      WebSocketTunnel(approach),
    ])
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !hasEnded else { return }
    let frame = unwrapInboundIn(data)
    guard frame.maskKey == nil else { return violated("masked a frame", context) }
    guard !frame.rsv1, !frame.rsv2, !frame.rsv3 else { return violated("set a bit that is reserved", context) }
    switch frame.opcode {
    case .binary where !isWithinMessage, .continuation where isWithinMessage:
      isWithinMessage = !frame.fin
      context.fireChannelRead(wrapInboundOut(frame.data))
    case .binary: violated("began a message within another", context)
    case .continuation: violated("went on with a message that it had not begun", context)
    case .ping: say(.pong, frame.data, context)
    case .pong: break
    case .connectionClose:
      let payload = Array(frame.data.readableBytesView)
      guard let word = CloseWord(payload) else { return violated("closed with what is no code", context) }
      say(.connectionClose, context.channel.allocator.buffer(bytes: payload.prefix(2)), context)
      // One that says nothing is no more than a connection that ends.
      if word.code == nil || word.code == 1000 { return end(nil, context) }
      end(word.closure(remedy: Self.remedy), context)
    case .text: violated("sent text where bytes belong", context)
    default: violated("sent a frame of an unknown kind", context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let error = error as? NIOWebSocketError else { return context.fireErrorCaught(error) }
    switch error {
    case .invalidFrameLength: violated("sent a frame that is too large", context)
    case .fragmentedControlFrame: violated("cut a control frame in pieces", context)
    case .multiByteControlFrameLength: violated("sent a control frame of more than 125 bytes", context)
    }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let frame = WebSocketFrame(fin: true, opcode: .binary, maskKey: .random(), data: unwrapOutboundIn(data))
    context.write(wrapOutboundOut(frame), promise: promise)
  }

  private func violated(_ what: String, _ context: ChannelHandlerContext) {
    guard !hasEnded else { return }
    say(.connectionClose, context.channel.allocator.buffer(bytes: [0x03, 0xEA]), context)
    end(.garbage("the server broke the rules of WebSocket: it \(what)"), context)
  }

  private func say(_ opcode: WebSocketOpcode, _ data: ByteBuffer, _ context: ChannelHandlerContext) {
    let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: data)
    context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
  }

  private func end(_ closure: Closure?, _ context: ChannelHandlerContext) {
    hasEnded = true
    guard let closure else { return context.close(promise: nil) }
    approach.fail(closure)
  }
}
