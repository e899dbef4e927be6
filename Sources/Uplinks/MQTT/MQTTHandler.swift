import Model
import NIOCore
import NIOTLS

/// Drives an `MQTTSession`: feeds it bytes and the time, and does what it says.
final class MQTTHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private var session: MQTTSession
  /// Where it speaks as an edge node of Sparkplug.
  private var edge: SparkplugPart?
  /// What the connection is beneath MQTT and TLS, for people.
  private let road: MQTTRoad
  private let sink: @Sendable (LinkEvent) -> Void
  private let approach: Approach
  /// Is told how the session ended and whether another kind of attempt is worth it, before the channel is closed.
  private let ended: (Closure, MQTTAttempt.Remedy?) -> Void
  private var context: ChannelHandlerContext?
  private var timer: (at: BootTime, task: Scheduled<Void>)?
  private var hasBegun = false

  init(
    _ session: MQTTSession, edge: SparkplugPart?, over road: MQTTRoad, sink: @escaping @Sendable (LinkEvent) -> Void,
    _ approach: Approach,
    ended: @escaping (Closure, MQTTAttempt.Remedy?) -> Void
  ) {
    self.session = session
    self.edge = edge
    self.road = road
    self.sink = sink
    self.approach = approach
    self.ended = ended
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    if context.channel.isActive { begin() }
  }

  func handlerRemoved(context: ChannelHandlerContext) { stop() }

  func channelActive(context: ChannelHandlerContext) {
    begin()
    context.fireChannelActive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted? = event as? TLSUserEvent {
      approach.secured()
      begin()
    }
    context.fireUserInboundEventTriggered(event)
  }

  /// The way is open: not before its TLS is there, so that nobody is shown a password whose certificate hasn't been looked at.
  private func begin() {
    guard !hasBegun, !approach.isSecure || approach.tls != nil else { return }
    hasBegun = true
    approach.arrived()
    if let context {
      let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
      let loop = context.eventLoop
      edge?.onChange { loop.execute { bound.value.advance() } }
    }
    perform(session.opened(link: road.words(tls: approach.tls), now: .now()))
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    perform(session.received(unwrapInboundIn(data).readableBytesView, now: .now()))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { approach.fail(error) }

  func channelInactive(context: ChannelHandlerContext) {
    // Before TLS is there, it is for others to say what went wrong.
    if hasBegun { perform(session.hungUp(approach.hangUp, now: .now())) }
    context.fireChannelInactive()
  }

  func send(_ work: LinkOutbox.Work) {
    let now = BootTime.now()
    var actions: [MQTTSession.Action] = []
    // The births of an edge node say how it is.
    if let status = work.status, edge == nil { actions += session.publish(status: status, now: now) }
    for case (.topic(let topic, let correlation), let payload) in work.responses {
      actions += session.respond(topic: topic, payload: payload, correlation: correlation, now: now)
    }
    for (message, payload) in work.messages {
      if edge == nil {
        actions += session.send(message, payload: payload, now: now)
      } else {
        actions += take(edge?.send(message) ?? [])
      }
    }
    perform(actions)
  }

  func close(_ closure: Closure, farewell: [UInt8]) {
    guard let words = edge?.farewell(closure.text) else {
      return perform(session.close(closure, farewell: farewell, now: .now()))
    }
    perform(take(words))
  }

  /// What an edge node wants done.
  private func take(_ wishes: [SparkplugSession.Action]) -> [MQTTSession.Action] {
    let now = BootTime.now()
    return wishes.flatMap { wish -> [MQTTSession.Action] in
      switch wish {
      case .event(let event): return [.event(event)]
      case .subscribe(let topic): return session.subscribe(topic, now: now)
      case .leave(let closure): return session.leave(closure, now: now)
      case .publish(let topic, let payload, let atLeastOnce, let question):
        guard atLeastOnce else { return session.publishUnanswered(topic: topic, payload: payload, now: now) }
        return session.publish(
          MQTTOutgoing(purpose: .question(question), topic: topic, payload: payload), now: now)
      }
    }
  }

  /// Nothing is to happen any more.
  func stop() {
    guard context != nil else { return }
    context = nil
    edge?.stop()
    timer?.task.cancel()
    timer = nil
  }

  private func perform(_ actions: [MQTTSession.Action]) {
    guard let context else { return }
    let actions = actions.flatMap { action -> [MQTTSession.Action] in
      guard case .news(let news) = action else { return [action] }
      return take(edge?.take(news) ?? [])
    }
    var buffer = context.channel.allocator.buffer(
      capacity: actions.reduce(0) { if case .bytes(let bytes) = $1 { $0 + bytes.count } else { $0 } })
    for action in actions {
      switch action {
      case .bytes(let bytes): buffer.writeBytes(bytes)
      case .event(let event): sink(event)
      // Of what an edge node says, none makes news at once: it goes on with the broker's answers.
      case .news: break
      case .end(let closure, let remedy):
        write(buffer, context)
        return ended(closure, remedy)
      }
    }
    write(buffer, context)
    arm(context)
  }

  private func write(_ buffer: ByteBuffer, _ context: ChannelHandlerContext) {
    if buffer.readableBytes > 0 { context.writeAndFlush(wrapOutboundOut(buffer), promise: nil) }
  }

  private func advance() {
    perform(session.advance(to: .now()))
    if let wishes = edge?.advance() { perform(take(wishes)) }
  }

  /// One timer, moved only when the deadline is earlier: a wake-up too many does no harm.
  private func arm(_ context: ChannelHandlerContext) {
    guard let own = session.deadline else {
      timer?.task.cancel()
      timer = nil
      return
    }
    let deadline = edge?.deadline.map { min($0, own) } ?? own
    if let timer, timer.at <= deadline { return }
    timer?.task.cancel()
    let wait = max(0, (deadline - .now()).nanoseconds)
    let task = context.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(wait)) {
      self.timer = nil
      self.advance()
    }
    timer = (deadline, task)
  }
}
