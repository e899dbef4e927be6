/// The reason codes of MQTT 5 (OASIS MQTT 5.0, section 2.4) and the return codes of 3.1.1 (section 3.2.2.3): what they say, and what
/// they mean for a message or the link. docs/wire.md has them as a table.
enum MQTTReason {
  static let noMatchingSubscribers: UInt8 = 0x10

  private static let words: [UInt8: String] = [
    0x00: "success", 0x04: "disconnect with will message", 0x10: "no matching subscribers", 0x80: "unspecified error",
    0x81: "malformed packet", 0x82: "protocol error", 0x83: "implementation specific error",
    0x84: "unsupported protocol version", 0x85: "client identifier not valid", 0x86: "bad username or password",
    0x87: "not authorized", 0x88: "server unavailable", 0x89: "server busy", 0x8A: "banned",
    0x8B: "server shutting down", 0x8C: "bad authentication method", 0x8D: "keep alive timeout",
    0x8E: "session taken over", 0x8F: "topic filter invalid", 0x90: "topic name invalid",
    0x91: "packet identifier in use", 0x92: "packet identifier not found", 0x93: "receive maximum exceeded",
    0x94: "topic alias invalid", 0x95: "packet too large", 0x96: "message rate too high", 0x97: "quota exceeded",
    0x98: "administrative action", 0x99: "payload format invalid", 0x9A: "retain not supported",
    0x9B: "QoS not supported", 0x9C: "use another server", 0x9D: "server moved",
    0x9E: "shared subscriptions not supported", 0x9F: "connection rate exceeded", 0xA0: "maximum connect time",
    0xA1: "subscription identifiers not supported", 0xA2: "wildcard subscriptions not supported",
  ]

  /// `not authorized (0x87)`, with what the broker says beside it.
  static func text(_ code: UInt8, _ detail: String? = nil) -> String {
    let number = String(code, radix: 16, uppercase: true)
    let hex = "0x" + (number.utf8.count < 2 ? "0" : "") + number
    let text = words[code].map { "\($0) (\(hex))" } ?? hex
    return detail.map { "\(text): \(ServerMessage.clean($0))" } ?? text
  }

  /// What a PUBACK with this code means for the message; `nil`: the broker has it.
  static func refusal(puback code: UInt8, detail: String?) -> Refusal? {
    guard code >= 0x80 else { return nil }
    let words = text(code, detail)
    switch code {
    case 0x87: return .notAuthorized(words)
    case 0x88, 0x89, 0x96, 0x97: return .busy(words)
    case 0x95: return .tooLarge(words)
    default: return .rejected(words)
    }
  }

  /// What a CONNACK with this code means. `isV5` tells which table it comes from.
  static func closure(connack code: UInt8, isV5: Bool, _ properties: MQTTProperties) -> Closure {
    guard isV5 else { return closure(returnCode: code) }
    let words = "the broker refused the connection: \(text(code, properties.reasonString))"
    switch code {
    case 0x85: return .notAuthorized("\(words); see `client_id`")
    case 0x86, 0x87: return .notAuthorized("\(words); see `username` and `password`")
    case 0x8A, 0x8C: return .notAuthorized(words)
    case 0x88, 0x89, 0x97, 0x9F: return .local(words)
    case 0x9B: return .local("\(words); without QoS 1 nobody would know what has arrived")
    case 0x9C, 0x9D: return moved(words, properties)
    default: return .peer(words)
    }
  }

  private static func closure(returnCode code: UInt8) -> Closure {
    let begin = "the broker refused the connection: "
    switch code {
    case 1: return .peer(begin + "unacceptable protocol version")
    case 2: return .notAuthorized(begin + "identifier rejected; see `client_id`")
    case 3: return .local(begin + "server unavailable")
    case 4: return .notAuthorized(begin + "bad user name or password; see `username` and `password`")
    case 5: return .notAuthorized(begin + "not authorised; see `username` and `password`")
    default: return .peer(begin + "code \(code)")
    }
  }

  /// What a DISCONNECT from the broker means.
  static func closure(disconnect code: UInt8, _ properties: MQTTProperties) -> Closure {
    let words = "the broker closed: \(text(code, properties.reasonString))"
    switch code {
    case 0x8E: return .takenOver("another client came with the same client id: \(text(code, properties.reasonString))")
    case 0x87, 0x8A: return .notAuthorized(words)
    // It goes for reasons of its own, which have nothing to do with what it was sent.
    case 0x88, 0x89, 0x8B, 0x8D, 0x96, 0x97, 0x98, 0x9F, 0xA0: return .local(words)
    case 0x9C, 0x9D: return moved(words, properties)
    default: return .peer(words)
    }
  }

  /// Not followed: user name and password would go where nobody has sent them.
  private static func moved(_ words: String, _ properties: MQTTProperties) -> Closure {
    let place = properties.serverReference.map { ", to “\(ServerMessage.clean($0))”" } ?? ""
    return .local("\(words)\(place), which is not followed; write the new address as `url`")
  }
}
