import CMosquitto
import Glibc
import Trust

/// What the library's callbacks do, on the loop's thread.
extension MQTTLoop {
  func setCallbacks() {
    mosquitto_connect_v5_callback_set(handle) { _, user, code, _, properties in
      MQTTLoop.of(user)?.accepted(code, properties)
    }
    mosquitto_publish_v5_callback_set(handle) { _, user, id, code, properties in
      MQTTLoop.of(user)?.answered(id, code, properties)
    }
    mosquitto_message_v5_callback_set(handle) { _, user, message, _ in
      if let message { MQTTLoop.of(user)?.received(message.pointee) }
    }
    mosquitto_subscribe_v5_callback_set(handle) { _, user, id, count, codes, _ in
      if count > 0, let codes { MQTTLoop.of(user)?.subscribed(id, codes[0]) }
    }
    mosquitto_disconnect_v5_callback_set(handle) { _, user, code, _ in
      MQTTLoop.of(user)?.hungUp(code)
    }
  }

  static func of(_ user: UnsafeMutableRawPointer?) -> MQTTLoop? {
    user.map { Unmanaged<MQTTLoop>.fromOpaque($0).takeUnretainedValue() }
  }

  private func accepted(_ code: Int32, _ properties: OpaquePointer?) {
    guard code == 0 else {
      isVersionUnknown = code == (version == .v5 ? Int32(MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION.rawValue) : 1)
      connack = MQTTReason.closure(connack: code, isV5: version == .v5)
      return
    }
    isUp = true
    subscribeToCommands()
    var receiveMaximum: UInt16 = 0
    var packetMaximum: UInt32 = 0
    if let properties {
      mosquitto_property_read_int16(properties, Int32(MQTT_PROP_RECEIVE_MAXIMUM.rawValue), &receiveMaximum, false)
      mosquitto_property_read_int32(properties, Int32(MQTT_PROP_MAXIMUM_PACKET_SIZE.rawValue), &packetMaximum, false)
    }
    // One place is kept for the status.
    let most = receiveMaximum == 0 ? Self.mostInFlight : min(Self.mostInFlight, Int(receiveMaximum) - 1)
    // Fixed header 5, topic and its length, packet id 2, length of properties and the content type.
    let around = 64 + link.options.topics.batch.utf8.count
    let payload = packetMaximum == 0 ? nil : max(1, Int(packetMaximum) - around)
    var detail = version == .v5 ? "MQTT 5" : "MQTT 3.1.1"
    if let connection = secureConnection {
      detail += " over \(connection.version)"
      link.sink(.secured(TLSStatus(certificateEnds: tls?.certificate?.notAfter, connection: connection)))
    }
    let capabilities = LinkCapabilities(messagesInFlight: max(1, most), maximumPayload: payload)
    guard sparkplug == nil else { return openSparkplug(capabilities, detail: detail) }
    link.sink(.up(capabilities, detail: detail))
  }

  private func answered(_ id: Int32, _ code: Int32, _ properties: OpaquePointer?) {
    if let question = questions.removeValue(forKey: id) { return answered(question: question, code, properties) }
    guard let message = messages.removeValue(forKey: id) else {
      if statusIDs.remove(id) != nil, code >= 0x80 {
        link.sink(.notice("status refused: \(MQTTReason.text(code))"))
      } else if responseIDs.remove(id) != nil, code >= 0x80 {
        link.sink(.notice("the answer to a command was refused: \(MQTTReason.text(code))"))
      }
      return
    }
    guard code >= 0x80 else {
      link.sink(.acknowledged(message, unheard: code == Int32(MQTT_RC_NO_MATCHING_SUBSCRIBERS.rawValue)))
      return
    }
    link.sink(.refused(message, Self.refusal(code, properties)))
  }

  static func refusal(_ code: Int32, _ properties: OpaquePointer?) -> Refusal {
    var detail: UnsafeMutablePointer<CChar>?
    if let properties {
      mosquitto_property_read_string(properties, Int32(MQTT_PROP_REASON_STRING.rawValue), &detail, false)
    }
    defer { free(detail) }
    return MQTTReason.refusal(puback: code, detail: detail.map { String(cString: $0) })
  }

  private func hungUp(_ code: Int32) {
    // Codes of a DISCONNECT packet begin at 0x80; below are the library's own, which the loop's result tells too.
    if code >= 0x80 { disconnected = MQTTReason.closure(disconnect: code) }
  }
}

extension mosq_err_t {
  /// As the library's functions return it.
  var asCode: Int32 { rawValue }
}
