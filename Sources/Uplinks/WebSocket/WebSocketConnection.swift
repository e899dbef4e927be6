import Model
import NIOCore
import NIOHTTP1
import NIOWebSocket

/// An attempt at a connection and what comes of it, on the event loop alone: the way there, the handshake, frames.
final class WebSocketConnection {
  private let link: WebSocketLink
  private let preparation: WebSocketLink.Preparation
  private let dialect: any WebSocketDialect
  private var approach: Approach?
  private var frames: WebSocketHandler?
  private var isOver = false

  private var options: WebSocketOptions { link.options }

  init(_ link: WebSocketLink, _ preparation: WebSocketLink.Preparation) {
    self.link = link
    self.preparation = preparation
    dialect =
      switch link.options.dialect {
      case .waypost: WaypostDialect(isText: link.isText)
      case .socketIO(let options): SocketIODialect(options, auth: preparation.auth)
      }
  }

  func connect() {
    let approach = Approach(preparation.plan, on: link.loop, sink: link.sink) { channel in
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
      options, token: preparation.token, subprotocol: dialect.subprotocol, remedy: dialect.remedy)
    try handshake.add(to: channel, limit: options.limits.head, approach) { agreement in
      self.frames = try WebSocketHandler.add(
        to: channel, dialect: self.dialect, agreement, limits: self.options.limits, proxy: self.options.proxy,
        sink: self.link.sink, approach)
    }
  }

  func send(_ messages: [(OutgoingMessage, [UInt8])]) { frames?.send(messages) }

  func respond(_ responses: [(CommandReply, [UInt8])]) { frames?.respond(responses) }

  func close(_ ending: WebSocketLink.Ending) {
    if ending.isOrderly, let frames { return frames.close(.local(ending.reason)) }
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
