/// A message on its way to the broker.
struct MQTTOutgoing: Sendable {
  /// Whom the broker's answer concerns.
  enum Purpose: Hashable, Sendable {
    /// Records, by the message's id.
    case records(UInt64)
    case status
    /// The answer to a command.
    case response
    /// Asked by one who speaks a protocol of their own; `nil`: they don't care for the answer.
    case question(UInt64?)
  }

  var purpose: Purpose
  var topic: String
  var payload: [UInt8]
  var isRetained = false
  var properties = MQTTProperties()
}
