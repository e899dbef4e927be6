import CMosquitto
import Glibc

/// The numbers of MQTT and libmosquitto in words.
enum MQTTReason {
  /// A reason code of MQTT 5 (OASIS MQTT 5.0, section 2.4).
  static func text(_ code: Int32) -> String {
    guard let raw = mosquitto_reason_string(code) else { return hex(code) }
    return "\(String(cString: raw).lowercased()) (\(hex(code)))"
  }

  private static func hex(_ code: Int32) -> String {
    let digits = String(code, radix: 16, uppercase: true)
    return "0x" + (digits.count < 2 ? "0" : "") + digits
  }

  /// What a PUBACK with this code means for the message.
  static func refusal(puback code: Int32, detail: String?) -> Refusal {
    let words = detail.map { "\(text(code)): \($0)" } ?? text(code)
    switch code {
    case Int32(MQTT_RC_NOT_AUTHORIZED.rawValue): return .notAuthorized(words)
    case Int32(MQTT_RC_QUOTA_EXCEEDED.rawValue), Int32(MQTT_RC_SERVER_BUSY.rawValue),
      Int32(MQTT_RC_MESSAGE_RATE_TOO_HIGH.rawValue):
      return .busy(words)
    case Int32(MQTT_RC_PACKET_TOO_LARGE.rawValue): return .tooLarge(words)
    default: return .rejected(words)
    }
  }

  /// What a CONNACK with this code means; `isV5` tells which table it comes from.
  static func closure(connack code: Int32, isV5: Bool) -> Closure {
    if isV5 {
      switch code {
      case Int32(MQTT_RC_BAD_USERNAME_OR_PASSWORD.rawValue), Int32(MQTT_RC_NOT_AUTHORIZED.rawValue),
        Int32(MQTT_RC_BANNED.rawValue), Int32(MQTT_RC_CLIENTID_NOT_VALID.rawValue),
        Int32(MQTT_RC_BAD_AUTHENTICATION_METHOD.rawValue):
        return .notAuthorized("the broker refused the connection: \(text(code))")
      default: return .peer("the broker refused the connection: \(text(code))")
      }
    }
    let words = mosquitto_connack_string(code).map { String(cString: $0).lowercased() } ?? "code \(code)"
    switch code {
    case 2, 4, 5: return .notAuthorized("the broker refused the connection: \(words)")
    default: return .peer("the broker refused the connection: \(words)")
    }
  }

  /// What a DISCONNECT from the broker means.
  static func closure(disconnect code: Int32) -> Closure {
    switch code {
    case Int32(MQTT_RC_SESSION_TAKEN_OVER.rawValue):
      return .takenOver("another client came with the same client id: \(text(code))")
    case Int32(MQTT_RC_NOT_AUTHORIZED.rawValue): return .notAuthorized("the broker closed: \(text(code))")
    case Int32(MQTT_RC_KEEP_ALIVE_TIMEOUT.rawValue), Int32(MQTT_RC_SERVER_SHUTTING_DOWN.rawValue),
      Int32(MQTT_RC_SERVER_BUSY.rawValue), Int32(MQTT_RC_ADMINISTRATIVE_ACTION.rawValue):
      return .local("the broker closed: \(text(code))")
    default: return .peer("the broker closed: \(text(code))")
    }
  }

  /// What an error of libmosquitto's loop means; `number` is errno as it was right after the call.
  static func closure(error code: Int32, number: Int32, isUp: Bool, destination: String) -> Closure {
    switch mosq_err_t(code) {
    case MOSQ_ERR_CONN_LOST, MOSQ_ERR_NO_CONN: return .peer("the broker closed the connection")
    case MOSQ_ERR_KEEPALIVE: return .local("no answer to a ping within the keepalive")
    case MOSQ_ERR_ERRNO: return network(number)
    case MOSQ_ERR_PROTOCOL, MOSQ_ERR_MALFORMED_PACKET, MOSQ_ERR_MALFORMED_UTF8, MOSQ_ERR_DUPLICATE_PROPERTY,
      MOSQ_ERR_NOT_SUPPORTED, MOSQ_ERR_INVAL, MOSQ_ERR_PAYLOAD_SIZE, MOSQ_ERR_OVERSIZE_PACKET:
      return isUp
        ? .garbage("the broker sent what MQTT does not allow (\(words(code)))")
        : .garbage("what answers at \(destination) does not speak MQTT (\(words(code)))")
    default: return .local("libmosquitto: \(words(code))")
    }
  }

  static func words(_ code: Int32) -> String {
    mosquitto_strerror(code).map { text in
      var words = String(cString: text).lowercased()
      if words.hasSuffix(".") { words.removeLast() }
      return words
    } ?? "error \(code)"
  }

  /// A peer that resets may have choked on something; a network that ends has nothing to say about our messages.
  static func network(_ number: Int32) -> Closure {
    let words = String(cString: strerror(number)).lowercased()
    switch number {
    // As the library has it where TLS was not ended in good order.
    case EPROTO: return .peer("the broker closed the connection without an end of TLS")
    case ECONNRESET, EPIPE: return .peer("the connection was reset")
    default: return .local("the connection failed: \(words)")
    }
  }
}
