import Model
import NIOCore

/// Counts what a channel's socket takes and gives; stands first in the pipeline, next to the socket.
final class TrafficHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let sink: @Sendable (LinkEvent) -> Void
  private var tally = TrafficTally()
  private var timer: RepeatedTask?

  init(sink: @escaping @Sendable (LinkEvent) -> Void) { self.sink = sink }

  func handlerAdded(context: ChannelHandlerContext) {
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    let every = TimeAmount.nanoseconds(TrafficTally.every.nanoseconds)
    timer = context.eventLoop.scheduleRepeatedTask(initialDelay: every, delay: every) { _ in bound.value.tell() }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    tally.received(unwrapInboundIn(data).readableBytes)
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    tally.sent(unwrapOutboundIn(data).readableBytes)
    context.write(data, promise: promise)
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { end() }

  private func end() {
    timer?.cancel()
    timer = nil
    if let event = tally.news(at: .now(), isLast: true) { sink(event) }
  }

  private func tell() {
    if let event = tally.news(at: .now()) { sink(event) }
  }
}
