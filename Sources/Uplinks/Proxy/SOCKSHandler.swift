import NIOCore

/// Drives a `SOCKSClient` at the channel's beginning and goes when the connection is through.
final class SOCKSHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private var client: SOCKSClient
  private let approach: Approach

  init(_ client: SOCKSClient, _ approach: Approach) {
    self.client = client
    self.approach = approach
  }

  func channelActive(context: ChannelHandlerContext) {
    send(client.greeting, context)
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch client.receive(Array(unwrapInboundIn(data).readableBytesView)) {
    case .wait: break
    case .send(let bytes): send(bytes, context)
    case .failed(let closure): approach.fail(closure)
    case .through(let rest):
      do {
        try approach.passProxy(context.channel)
      } catch {
        return approach.fail(error)
      }
      if !rest.isEmpty { context.fireChannelRead(wrapInboundOut(context.channel.allocator.buffer(bytes: rest))) }
      context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { approach.fail(error) }

  func channelInactive(context: ChannelHandlerContext) {
    approach.fail(Closure.peer("the proxy hung up in the midst of the handshake"))
    context.fireChannelInactive()
  }

  private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
  }
}
