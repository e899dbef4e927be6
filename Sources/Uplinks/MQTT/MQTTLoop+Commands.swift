import CMosquitto
import Glibc

/// Commands that come in, on the loop's thread.
extension MQTTLoop {
  func setCommandCallbacks() {
    guard link.options.commands != nil else { return }
    mosquitto_message_v5_callback_set(handle) { _, user, message, properties in
      guard let message else { return }
      MQTTLoop.of(user)?.received(message.pointee, properties)
    }
    mosquitto_subscribe_v5_callback_set(handle) { _, user, _, count, granted, _ in
      guard count > 0, let granted, granted[0] >= 0x80 else { return }
      MQTTLoop.of(user)?.link.sink(.notice("the broker lets no commands through: \(MQTTReason.text(granted[0]))"))
    }
  }

  /// After the broker has accepted us.
  func subscribeToCommands() {
    guard let commands = link.options.commands else { return }
    let code = mosquitto_subscribe_v5(handle, nil, commands.filter, 1, 0, nil)
    if code != MOSQ_ERR_SUCCESS.asCode {
      link.sink(.notice("commands not subscribed to: \(MQTTReason.words(code))"))
    }
  }

  private func received(_ message: mosquitto_message, _ properties: OpaquePointer?) {
    guard let topic = message.topic, let commands = link.options.commands else { return }
    let count = Int(message.payloadlen)
    // One that is too long is refused by its length: not all of it needs to be copied for that.
    let bytes = min(count, CommandReading.mostBytes + 1)
    let payload = message.payload.map { Array(UnsafeRawBufferPointer(start: $0, count: bytes)) } ?? []
    var text: UnsafeMutablePointer<CChar>?
    var data: UnsafeMutableRawPointer?
    var length: UInt16 = 0
    if let properties {
      mosquitto_property_read_string(properties, Int32(MQTT_PROP_RESPONSE_TOPIC.rawValue), &text, false)
      mosquitto_property_read_binary(
        properties, Int32(MQTT_PROP_CORRELATION_DATA.rawValue), &data, &length, false)
    }
    defer {
      free(text)
      free(data)
    }
    let event = commands.event(
      topic: String(cString: topic), payload: payload, isRetained: message.retain,
      responseTopic: text.map { String(cString: $0) },
      correlation: data.map { Array(UnsafeRawBufferPointer(start: $0, count: Int(length))) })
    if let event { link.sink(event) }
  }

  func publish(_ responses: [MQTTLink.Response]) {
    for response in responses {
      var properties: OpaquePointer?
      if version == .v5 {
        mosquitto_property_add_string(&properties, Int32(MQTT_PROP_CONTENT_TYPE.rawValue), "application/json")
        if let correlation = response.correlation {
          mosquitto_property_add_binary(
            &properties, Int32(MQTT_PROP_CORRELATION_DATA.rawValue), correlation, UInt16(clamping: correlation.count))
        }
      }
      var id: Int32 = 0
      let code = mosquitto_publish_v5(
        handle, &id, response.topic, Int32(response.payload.count), response.payload, 1, false, properties)
      mosquitto_property_free_all(&properties)
      if code == MOSQ_ERR_SUCCESS.asCode {
        responseIDs.insert(id)
      } else {
        link.sink(.notice("the answer to a command could not be published: \(MQTTReason.words(code))"))
      }
    }
  }
}
