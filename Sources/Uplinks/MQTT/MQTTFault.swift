/// What a broker sent that MQTT does not allow.
struct MQTTFault: Error, Hashable, Sendable {
  /// As it is told to the broker in a DISCONNECT of MQTT 5 (section 2.4).
  enum Code: UInt8, Sendable {
    case malformedPacket = 0x81
    case protocolError = 0x82
    case packetTooLarge = 0x95
  }

  var code: Code
  /// What it did, as the rest of a sentence that begins with “the broker”.
  var words: String

  static func malformed(_ words: String) -> MQTTFault { MQTTFault(code: .malformedPacket, words: words) }
  static func violation(_ words: String) -> MQTTFault { MQTTFault(code: .protocolError, words: words) }
}
