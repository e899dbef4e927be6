import NIOCore

/// An attempt at a connection and what comes of it, on the event loop alone: with one version of MQTT after the other, until the broker
/// takes one.
final class MQTTConnection: LinkConnection {
  private let link: EventLoopLink
  private let options: MQTTOptions
  private let edge: SparkplugEdge?
  private let number: UInt64
  private let password: String?
  private let plan: ApproachPlan
  private var attempt: MQTTAttempt
  private var approach: Approach?
  private var handler: MQTTHandler?
  private var remedy: MQTTAttempt.Remedy?
  /// It was to end before another attempt was made.
  private var ending: Closure?
  private var isOver = false

  /// - Parameters:
  ///   - edge: Where it speaks as an edge node of Sparkplug.
  ///   - number: Of the connection, for that node.
  init(
    _ link: EventLoopLink, _ options: MQTTOptions, edge: SparkplugEdge?, number: UInt64, password: String?,
    _ plan: ApproachPlan
  ) {
    self.link = link
    self.options = options
    self.edge = edge
    self.number = number
    self.password = password
    self.plan = plan
    attempt = MQTTAttempt(version: options.versions.first ?? .v5)
  }

  func connect() {
    remedy = nil
    let approach = Approach(plan, on: link.loop, sink: link.sink) { channel in
      try self.lay(channel)
    } over: { closure in
      self.end(closure)
    }
    self.approach = approach
    approach.connect()
  }

  private func lay(_ channel: any Channel) throws {
    guard let approach else { return }
    guard let path = options.webSocketPath else { return try speak(channel) }
    var webSocket = WebSocketOptions(
      address: WebSocketAddress(
        host: options.host, port: options.port, isSecure: options.tls != nil, resource: path))
    webSocket.limits.message = MQTTFrames.limit
    let handshake = try WebSocketHandshake(
      webSocket, token: nil, subprotocol: "mqtt",
      remedy: """
        nothing of MQTT was said yet, so `username` and `password` had no part in it: what stands before the broker \
        doesn't let us in at the path of `url`
        """)
    try handshake.add(to: channel, limit: webSocket.limits.head, approach) { _ in
      try WebSocketTunnel.add(to: channel, largest: webSocket.limits.message, approach)
      try self.speak(channel)
    }
  }

  private func speak(_ channel: any Channel) throws {
    guard let approach else { return }
    let edge = edge.map { SparkplugPart($0, number: number) }
    let session = MQTTSession(
      options, attempt, will: edge?.will, password: password, destination: plan.authority)
    let road = MQTTRoad(isWebSocket: options.webSocketPath != nil, proxy: options.proxy)
    let handler = MQTTHandler(session, edge: edge, over: road, sink: link.sink, approach) { closure, remedy in
      self.remedy = remedy
      approach.fail(closure)
    }
    self.handler = handler
    try channel.pipeline.syncOperations.addHandler(handler)
  }

  func send(_ work: LinkOutbox.Work) { handler?.send(work) }

  func close(_ ending: LinkOutbox.Ending) {
    let closure = Closure.local(ending.reason)
    self.ending = closure
    if let farewell = ending.farewell, let handler { return handler.close(closure, farewell: farewell) }
    guard let approach else { return end(closure) }
    approach.fail(closure)
  }

  private func end(_ closure: Closure) {
    guard !isOver else { return }
    handler?.stop()
    // Each holds the other.
    handler = nil
    approach = nil
    if let remedy, ending == nil, let next = attempt.next(after: remedy, of: options.versions) {
      attempt = next
      return connect()
    }
    isOver = true
    link.ended(closure)
  }
}
