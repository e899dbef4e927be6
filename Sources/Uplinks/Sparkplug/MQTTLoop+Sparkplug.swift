import CMosquitto
import Glibc

/// The shell around `SparkplugSession`: on the loop's thread, in its callbacks too.
///
/// What fails within a callback is kept in `sparkplugFailure` and ends the loop at its next turn, as the handle can't be given up there.
extension MQTTLoop {
  func openSparkplug(_ capabilities: LinkCapabilities, detail: String) {
    link.edge?.onChange { [wakeUp = link.wakeUp] in wakeUp.signal() }
    step { session, node, now in session.opened(capabilities, detail: detail, node: &node, now: now) }
  }

  func sendSparkplug(_ messages: [OutgoingMessage]) -> Closure? {
    for message in messages { step { $0.send(message, node: &$1, now: $2) } }
    return sparkplugFailure
  }

  func advanceSparkplug() -> Closure? {
    step { $0.advance(node: $1, now: $2) }
    return sparkplugFailure
  }

  func endSparkplug(_ reason: String) -> Closure? {
    step { $0.farewell(reason, now: $2) }
    return sparkplugFailure
  }

  func answered(question: UInt64, _ code: Int32, _ properties: OpaquePointer?) {
    let refusal = code >= 0x80 ? Self.refusal(code, properties) : nil
    step { $0.answered(question, refusal: refusal, node: $1, now: $2) }
  }

  func received(_ message: mosquitto_message) {
    guard let topic = message.topic else { return }
    // What is longer is refused unread: one byte more than is looked at tells so.
    let count = min(Int(message.payloadlen), SparkplugPayload.mostBytes + 1)
    let payload = [UInt8](UnsafeRawBufferPointer(start: message.payload, count: max(0, count)))
    step {
      $0.received(topic: String(cString: topic), payload: payload, isRetained: message.retain, node: &$1, now: $2)
    }
  }

  func subscribed(_ id: Int32, _ code: Int32) {
    guard let topic = subscriptions.removeValue(forKey: id), code >= 0x80 else { return }
    step { session, _, _ in session.refused(subscription: topic, MQTTReason.text(code)) }
  }

  private func step(
    _ body: (inout SparkplugSession, inout SparkplugNode, SparkplugSession.Moment) -> [SparkplugSession.Action]
  ) {
    guard var session = sparkplug, let edge = link.edge else { return }
    // So that changing it copies nothing.
    sparkplug = nil
    let actions = edge.withNode { node in body(&session, &node, .now) }
    sparkplug = session
    for action in actions where sparkplugFailure == nil { perform(action) }
  }

  private func perform(_ action: SparkplugSession.Action) {
    switch action {
    case .event(let event): link.sink(event)
    case .leave(let closure): leaving = closure
    case .subscribe(let topic):
      var id: Int32 = 0
      let code = mosquitto_subscribe_v5(handle, &id, topic, 1, 0, nil)
      let number = errno
      guard code == MOSQ_ERR_SUCCESS.asCode else { return fail(code, number) }
      subscriptions[id] = topic
    case .publish(let topic, let payload, let atLeastOnce, let question):
      var id: Int32 = 0
      let code = mosquitto_publish_v5(
        handle, &id, topic, Int32(payload.count), payload, atLeastOnce ? 1 : 0, false, nil)
      let number = errno
      guard code == MOSQ_ERR_SUCCESS.asCode else { return fail(code, number) }
      if let question { questions[id] = question }
    }
  }

  private func fail(_ code: Int32, _ number: Int32) {
    sparkplugFailure = MQTTReason.closure(error: code, number: number, isUp: true, destination: destination)
  }
}
