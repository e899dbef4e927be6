import Model

/// The part of an edge node in one connection of MQTT: its session, and the node that outlives it. Of the event loop alone.
struct SparkplugPart {
  private let edge: SparkplugEdge
  private var session: SparkplugSession

  /// One for each CONNECT, whose will is the node's death.
  ///
  /// - Parameter number: of the connection. A second CONNECT in it, by another version of MQTT, has the same one: no broker took the first.
  init(_ edge: SparkplugEdge, number: UInt64) {
    self.edge = edge
    session = SparkplugSession(edge.options, connection: number)
  }

  var will: MQTTWill {
    let will = session.will
    return MQTTWill(topic: will.topic, payload: will.payload, isRetained: false)
  }

  var deadline: BootTime? { session.deadline }

  /// - Parameter wake: called from any thread when what is connected has changed; `advance` is to follow.
  func onChange(_ wake: @escaping @Sendable () -> Void) { edge.onChange(wake) }

  func stop() { edge.onChange(nil) }

  mutating func take(_ news: MQTTNews) -> [SparkplugSession.Action] {
    step { session, node, now in
      switch news {
      case .accepted(let capabilities, let detail):
        session.opened(capabilities, detail: detail, node: &node, now: now)
      case .answered(let question, let refusal):
        session.answered(question, refusal: refusal, node: node, now: now)
      case .refused(let topic, let reason): session.refused(subscription: topic, reason)
      case .message(let message):
        session.received(
          topic: message.topic, payload: message.payload, isRetained: message.isRetained, node: &node, now: now)
      }
    }
  }

  mutating func send(_ message: OutgoingMessage) -> [SparkplugSession.Action] {
    step { $0.send(message, node: &$1, now: $2) }
  }

  mutating func advance() -> [SparkplugSession.Action] { step { $0.advance(node: $1, now: $2) } }

  mutating func farewell(_ reason: String) -> [SparkplugSession.Action] { step { $0.farewell(reason, now: $2) } }

  private mutating func step(
    _ body: (inout SparkplugSession, inout SparkplugNode, SparkplugSession.Moment) -> [SparkplugSession.Action]
  ) -> [SparkplugSession.Action] {
    edge.withNode { node in body(&session, &node, .now) }
  }
}
