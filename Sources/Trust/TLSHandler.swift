public import NIOCore
import NIOTLS

/// TLS for a client's channel, over `TLSSession`. Put it nearest to the socket.
///
/// What is written is encrypted and passed on in the same call, so that the channel's own high-water mark holds writers back; only
/// what comes before the handshake is over waits here, within `earlyLimit`. What was received is passed on at once; a `read` that
/// brought no text, but a part of a record or of the handshake, is repeated. Failures come as `TLSFailure` by `errorCaught`, then the
/// channel closes: a connection that ends without TLS's own end (close_notify) is such a failure. `TLSUserEvent.handshakeCompleted`
/// and `.shutdownCompleted` are fired.
public final class TLSHandler: ChannelDuplexHandler {
  public typealias InboundIn = ByteBuffer
  public typealias InboundOut = ByteBuffer
  public typealias OutboundIn = ByteBuffer
  public typealias OutboundOut = ByteBuffer

  private let session: TLSSession
  private let handshakeLimit: TimeAmount
  private var timer: Scheduled<Void>?
  /// Written before the handshake was over; at most as many as bytes.
  private var earlyPromises: [EventLoopPromise<Void>] = []
  private var wantsRead = false
  private var hasText = false
  /// What the connection is; `nil` before the handshake is over.
  public private(set) var connection: TLSConnection?

  /// - Parameters:
  ///   - context: for this connection alone.
  ///   - handshakeLimit: then it fails.
  ///   - earlyLimit: bytes that may be written before the handshake is over.
  public init(_ context: TLSContext, handshakeLimit: TimeAmount = .seconds(20), earlyLimit: Int = 1 << 20)
    throws(TLSFailure)
  {
    session = try TLSSession(context, earlyLimit: earlyLimit)
    self.handshakeLimit = handshakeLimit
  }

  public func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { begin(context) }
  }

  public func channelActive(context: ChannelHandlerContext) {
    begin(context)
    context.fireChannelActive()
  }

  private func begin(_ context: ChannelHandlerContext) {
    guard session.state == .idle else { return }
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: handshakeLimit) {
      guard self.session.state == .handshaking else { return }
      let seconds = self.handshakeLimit.nanoseconds / 1_000_000_000
      self.fail(
        TLSFailure(
          .timedOut, "the TLS handshake was not over within \(seconds) s",
          remedy: "check the port; the server or the network may be overloaded"), context)
    }
    take(session.start(), context)
    context.read()
  }

  public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let buffer = unwrapInboundIn(data)
    take(buffer.withUnsafeReadableBytes { session.receive($0) }, context)
  }

  public func channelReadComplete(context: ChannelHandlerContext) {
    if hasText {
      hasText = false
      wantsRead = false
    } else if wantsRead || session.state == .handshaking {
      context.read()
    }
    context.fireChannelReadComplete()
  }

  public func read(context: ChannelHandlerContext) {
    wantsRead = true
    context.read()
  }

  public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard session.state != .closed, session.state != .failed else {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    let isEarly = session.state != .open
    let output = unwrapOutboundIn(data).withUnsafeReadableBytes { session.write($0) }
    if isEarly, session.state != .failed {
      if let promise { earlyPromises.append(promise) }
      return
    }
    take(output, context, promise: promise)
  }

  public func flush(context: ChannelHandlerContext) { context.flush() }

  public func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    timer?.cancel()
    // TLS has no end of one direction that peers agree on, so either way it is the end of the whole.
    take(session.close(), context)
    failEarly(ChannelError.ioOnClosedChannel)
    context.close(mode: mode == .input ? .all : mode, promise: promise)
  }

  public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .some(.inputClosed) = event as? ChannelEvent { take(session.receiveEnd(), context) }
    context.fireUserInboundEventTriggered(event)
  }

  public func channelInactive(context: ChannelHandlerContext) {
    take(session.receiveEnd(), context)
    failEarly(ChannelError.ioOnClosedChannel)
    timer?.cancel()
    context.fireChannelInactive()
  }

  public func handlerRemoved(context: ChannelHandlerContext) {
    timer?.cancel()
    failEarly(ChannelError.ioOnClosedChannel)
  }

  private func take(
    _ output: TLSSession.Output, _ context: ChannelHandlerContext, promise: EventLoopPromise<Void>? = nil
  ) {
    if output.ciphertext.isEmpty {
      if output.failure == nil { promise?.succeed() } else { promise?.fail(ChannelError.ioOnClosedChannel) }
    } else {
      var written = promise
      if output.opened != nil, !earlyPromises.isEmpty {
        let waiting = earlyPromises
        earlyPromises = []
        let all = context.eventLoop.makePromise(of: Void.self)
        all.futureResult.assumeIsolated().whenComplete { result in for one in waiting { one.completeWith(result) } }
        written = all
      }
      context.write(wrapOutboundOut(context.channel.allocator.buffer(bytes: output.ciphertext)), promise: written)
      // What TLS itself has to say has nobody else to flush it.
      if promise == nil || output.failure != nil { context.flush() }
    }
    if let opened = output.opened {
      timer?.cancel()
      connection = opened
      context.fireUserInboundEventTriggered(
        TLSUserEvent.handshakeCompleted(negotiatedProtocol: opened.applicationProtocol))
    }
    if !output.plaintext.isEmpty {
      hasText = true
      context.fireChannelRead(wrapInboundOut(context.channel.allocator.buffer(bytes: output.plaintext)))
    }
    if let failure = output.failure {
      fail(failure, context)
    } else if output.hasEnded {
      context.fireUserInboundEventTriggered(TLSUserEvent.shutdownCompleted)
      context.close(promise: nil)
    }
  }

  private func fail(_ failure: TLSFailure, _ context: ChannelHandlerContext) {
    timer?.cancel()
    failEarly(failure)
    context.fireErrorCaught(failure)
    context.close(promise: nil)
  }

  private func failEarly(_ error: any Error) {
    let waiting = earlyPromises
    earlyPromises = []
    for promise in waiting { promise.fail(error) }
  }
}
