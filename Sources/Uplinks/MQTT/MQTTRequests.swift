/// What we send to a broker.
struct MQTTRequests: Sendable {
  let options: MQTTOptions
  let attempt: MQTTAttempt
  /// What the broker is to publish with QoS 1 when we vanish.
  let will: MQTTWill
  /// Messages of QoS 1 that the broker may have out to us without an answer.
  static let receiveMaximum: UInt16 = 20

  private var isV5: Bool { attempt.version == .v5 }

  /// CONNECT (section 3.1), with the will that tells that we have gone silent.
  func connect(password: String?) -> [UInt8] {
    var packet = MQTTBytes()
    packet.string("MQTT")
    packet.byte(isV5 ? 5 : 4)
    // A clean start, a will of QoS 1, and what else there is.
    var flags: UInt8 = 0x04 | 1 << 3
    if options.sessionExpiry == nil { flags |= 0x02 }
    if attempt.retains, will.isRetained { flags |= 0x20 }
    if options.username != nil { flags |= 0x80 }
    if options.username != nil, password != nil { flags |= 0x40 }
    packet.byte(flags)
    packet.uint16(UInt16(clamping: options.keepalive))
    if isV5 {
      var properties = MQTTProperties()
      properties.sessionExpiry = options.sessionExpiry
      properties.receiveMaximum = Self.receiveMaximum
      properties.maximumPacket = UInt32(MQTTFrames.limit)
      properties.userProperties = options.userProperties
      properties.write(to: &packet)
    }
    packet.string(options.clientID)
    if isV5 { MQTTProperties().write(to: &packet) }
    packet.string(will.topic)
    packet.binary(will.payload)
    if let username = options.username {
      packet.string(username)
      if let password { packet.string(password) }
    }
    return packet.packet(0x10)
  }

  /// PUBLISH (section 3.3) of QoS 1, or without an id of QoS 0.
  func publish(
    topic: String, id: UInt16?, isRetained: Bool = false, _ properties: MQTTProperties, payload: [UInt8]
  ) -> [UInt8] {
    var packet = MQTTBytes()
    packet.string(topic)
    if let id { packet.uint16(id) }
    if isV5 { properties.write(to: &packet) }
    return packet.packet((id == nil ? 0x30 : 0x32) | (isRetained ? 1 : 0), payload: payload)
  }

  /// SUBSCRIBE (section 3.8) to one filter, with QoS 1.
  func subscribe(_ filter: String, id: UInt16) -> [UInt8] {
    var packet = MQTTBytes()
    packet.uint16(id)
    if isV5 { MQTTProperties().write(to: &packet) }
    packet.string(filter)
    packet.byte(1)
    return packet.packet(0x82)
  }

  /// Of a message of records.
  func properties(isDeflated: Bool) -> MQTTProperties {
    var properties = MQTTProperties()
    properties.messageExpiry = options.messageExpiry
    properties.userProperties = options.userProperties
    if isDeflated { properties.contentType = "\(options.contentType); encoding=deflate" }
    return properties
  }

  /// Bytes of the largest packet that stand around a batch, or around a message of Sparkplug, whose topics are of up to four names.
  var overhead: Int {
    guard options.sparkplug == nil else { return 300 }
    let topic = options.topics.batch + (options.deflatesBatches ? "/z" : "")
    // The length of the whole takes one byte without a payload, and up to four with one.
    return publish(topic: topic, id: 1, properties(isDeflated: options.deflatesBatches), payload: []).count + 3
  }

  /// PUBACK (section 3.4) of a message that came.
  func received(_ id: UInt16) -> [UInt8] {
    var packet = MQTTBytes()
    packet.uint16(id)
    return packet.packet(0x40)
  }

  static let ping: [UInt8] = [0xC0, 0]

  /// DISCONNECT (section 3.14).
  func disconnect(_ code: UInt8 = 0) -> [UInt8] {
    var packet = MQTTBytes()
    if isV5, code != 0 { packet.byte(code) }
    return packet.packet(0xE0)
  }
}

/// What the broker publishes for us when we vanish.
struct MQTTWill: Hashable, Sendable {
  var topic: String
  var payload: [UInt8]
  var isRetained: Bool

  /// The status that says that we aren't there.
  static func offline(_ topics: MQTTTopics) -> MQTTWill {
    MQTTWill(topic: topics.status, payload: Array(#"{"online":false}"#.utf8), isRetained: true)
  }
}
