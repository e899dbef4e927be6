/// What a session has for one who speaks a protocol of their own in its messages (Sparkplug).
enum MQTTNews: Hashable, Sendable {
  /// The broker has accepted us.
  case accepted(LinkCapabilities, detail: String)
  /// It has answered a message that was published with that number; `nil`: it has it.
  case answered(question: UInt64, Refusal?)
  /// It lets us not subscribe to that.
  case refused(subscription: String, reason: String)
  case message(MQTTInbound)
}
