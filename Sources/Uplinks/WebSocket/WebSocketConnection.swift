import Model
import NIOCore
import NIOHTTP1
import NIOWebSocket

/// An attempt at a connection and what comes of it, on the event loop alone: the way there, the handshake, frames.
final class WebSocketConnection: LinkConnection {
  private let link: EventLoopLink
  private let options: WebSocketOptions
  private let dialect: any WebSocketDialect
  private let token: String?
  private let plan: ApproachPlan
  private var approach: Approach?
  private var frames: WebSocketHandler?
  private var isOver = false

  init(
    _ link: EventLoopLink, _ options: WebSocketOptions, _ dialect: any WebSocketDialect, token: String?,
    _ plan: ApproachPlan
  ) {
    self.link = link
    self.options = options
    self.dialect = dialect
    self.token = token
    self.plan = plan
  }

  func connect() {
    let approach = Approach(plan, on: link.loop, sink: link.sink) { channel in
      try self.shakeHands(channel)
    } over: { closure in
      self.end(closure)
    }
    self.approach = approach
    approach.connect()
  }

  private func shakeHands(_ channel: any Channel) throws {
    guard let approach else { return }
    let handshake = try WebSocketHandshake(
      options, token: token, subprotocol: dialect.subprotocol, remedy: dialect.remedy)
    try handshake.add(to: channel, limit: options.limits.head, approach) { agreement in
      self.frames = try WebSocketHandler.add(
        to: channel, dialect: self.dialect, agreement, limits: self.options.limits, proxy: self.options.proxy,
        sink: self.link.sink, approach)
    }
  }

  /// A status has no place: that the gateway is there the server knows by the connection, and the rest is in each batch.
  func send(_ work: LinkOutbox.Work) {
    frames?.send(work.messages)
    frames?.respond(work.responses)
  }

  func close(_ ending: LinkOutbox.Ending) {
    if ending.farewell != nil, let frames { return frames.close(.local(ending.reason)) }
    guard let approach else { return end(.local(ending.reason)) }
    approach.fail(.local(ending.reason))
  }

  private func end(_ closure: Closure) {
    guard !isOver else { return }
    isOver = true
    frames?.ended()
    // Each holds the other.
    frames = nil
    approach = nil
    link.ended(closure)
  }
}
