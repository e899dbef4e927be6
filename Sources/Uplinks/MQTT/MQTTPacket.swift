/// What a broker may send to a client that publishes and subscribes (MQTT 5.0, section 3; 3.1.1 where that is spoken).
enum MQTTPacket: Hashable, Sendable {
  case accepted(hasSession: Bool, MQTTProperties)
  /// `isV5` tells which table the code is from: a broker that doesn't know MQTT 5 says so in its own version.
  case refused(code: UInt8, isV5: Bool, MQTTProperties)
  case published(MQTTInbound)
  case publishAnswer(id: UInt16, code: UInt8, reason: String?)
  case subscribeAnswer(id: UInt16, codes: [UInt8])
  case unsubscribeAnswer(id: UInt16)
  case pong
  case disconnected(code: UInt8, MQTTProperties)

  /// Reads a packet; whatever isn't allowed to stand there is a fault.
  init(first: UInt8, body: ArraySlice<UInt8>, version: MQTTVersion) throws(MQTTFault) {
    var fields = MQTTFields(body)
    let isV5 = version == .v5
    // In all but PUBLISH the flags are reserved (section 2.1.3).
    guard first >> 4 == 3 || first & 0x0F == 0 else {
      throw .malformed("sent a packet with flags that are reserved")
    }
    switch first >> 4 {
    case 2: self = try Self.connectionAnswer(&fields, isV5: isV5)
    case 3: self = .published(try MQTTInbound(flags: first & 0x0F, &fields, isV5: isV5))
    case 4:
      let id = try fields.uint16()
      guard isV5, !fields.isEmpty else {
        self = .publishAnswer(id: id, code: 0, reason: nil)
        break
      }
      let code = try fields.byte()
      let properties = fields.isEmpty ? MQTTProperties() : try MQTTProperties(reading: &fields, in: .answer)
      self = .publishAnswer(id: id, code: code, reason: properties.reasonString)
    case 9:
      let id = try fields.uint16()
      if isV5 { _ = try MQTTProperties(reading: &fields, in: .answer) }
      guard !fields.isEmpty else { throw .malformed("answered a subscription without a code") }
      self = .subscribeAnswer(id: id, codes: Array(try fields.bytes(fields.rest.count)))
    case 11:
      let id = try fields.uint16()
      if isV5 {
        _ = try MQTTProperties(reading: &fields, in: .answer)
        _ = try fields.bytes(fields.rest.count)
      }
      self = .unsubscribeAnswer(id: id)
    case 13: self = .pong
    case 14 where isV5:
      let code = fields.isEmpty ? 0 : try fields.byte()
      let properties = fields.isEmpty ? MQTTProperties() : try MQTTProperties(reading: &fields, in: .disconnect)
      self = .disconnected(code: code, properties)
    default: throw .violation("sent a packet that is none of a broker's (type \(first >> 4))")
    }
    guard fields.isEmpty else { throw .malformed("sent a packet that is too long") }
  }

  /// CONNACK (section 3.2).
  private static func connectionAnswer(_ fields: inout MQTTFields, isV5: Bool) throws(MQTTFault) -> MQTTPacket {
    let flags = try fields.byte()
    guard flags <= 1 else { throw .malformed("accepted with flags that are reserved") }
    let code = try fields.byte()
    // Two bytes are an answer of 3.1.1, by a broker that doesn't know MQTT 5.
    guard isV5, !fields.isEmpty else {
      if code == 0, !isV5 { return .accepted(hasSession: flags == 1, MQTTProperties()) }
      return .refused(code: code, isV5: false, MQTTProperties())
    }
    let properties = try MQTTProperties(reading: &fields, in: .connack)
    return code < 0x80 && code != 1
      ? .accepted(hasSession: flags == 1, properties) : .refused(code: code, isV5: true, properties)
  }
}

/// A message that came from the broker.
struct MQTTInbound: Hashable, Sendable {
  var topic: String
  var payload: [UInt8]
  /// 0 or 1: no subscription of ours asks for 2.
  var qos: UInt8
  /// The broker had kept it for whoever comes.
  var isRetained: Bool
  /// To answer a message of QoS 1 with.
  var id: UInt16?
  var properties: MQTTProperties

  /// Reads a PUBLISH (section 3.3).
  init(flags: UInt8, _ fields: inout MQTTFields, isV5: Bool) throws(MQTTFault) {
    qos = flags >> 1 & 3
    isRetained = flags & 1 == 1
    guard qos <= 1 else { throw .violation("sent a message of a QoS that was not asked for") }
    topic = try fields.string()
    guard !topic.isEmpty, !topic.utf8.contains(where: { $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: "+") }) else {
      throw .malformed("sent a message on what is no topic")
    }
    if qos == 1 {
      let number = try fields.uint16()
      guard number > 0 else { throw .violation("sent a message with the number 0") }
      id = number
    }
    properties = isV5 ? try MQTTProperties(reading: &fields, in: .publish) : MQTTProperties()
    payload = Array(try fields.bytes(fields.rest.count))
  }
}
