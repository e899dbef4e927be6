/// The properties of a packet of MQTT 5 (section 2.2.2), as far as they mean something to us.
struct MQTTProperties: Hashable, Sendable {
  var messageExpiry: UInt32?
  var contentType: String?
  var responseTopic: String?
  var correlationData: [UInt8]?
  var sessionExpiry: UInt32?
  var serverKeepalive: UInt16?
  var serverReference: String?
  var reasonString: String?
  var receiveMaximum: UInt16?
  var maximumQoS: UInt8?
  var retainAvailable: Bool?
  var userProperties: [UserProperty] = []
  var maximumPacket: UInt32?

  /// A name with a value, both ours to choose; 0…65535 bytes of UTF-8 each.
  struct UserProperty: Hashable, Sendable {
    var name: String
    var value: String
  }

  /// Packets that properties stand in.
  enum Place: UInt16 {
    case connack = 1
    case publish = 2
    /// PUBACK, SUBACK and UNSUBACK.
    case answer = 4
    case disconnect = 8
  }

  private enum Form { case flag, uint16, uint32, number, text, binary, pair }

  /// By identifier: how it is written, and where a server may write it (table 2-4).
  private static let known: [Int: (form: Form, places: UInt16)] = [
    0x01: (.flag, 2), 0x02: (.uint32, 2), 0x03: (.text, 2), 0x08: (.text, 2), 0x09: (.binary, 2), 0x0B: (.number, 2),
    0x11: (.uint32, 1), 0x12: (.text, 1), 0x13: (.uint16, 1), 0x15: (.text, 1), 0x16: (.binary, 1), 0x1A: (.text, 1),
    0x1C: (.text, 9), 0x1F: (.text, 13), 0x21: (.uint16, 1), 0x22: (.uint16, 1), 0x23: (.uint16, 2), 0x24: (.flag, 1),
    0x25: (.flag, 1), 0x26: (.pair, 15), 0x27: (.uint32, 1), 0x28: (.flag, 1), 0x29: (.flag, 1), 0x2A: (.flag, 1),
  ]

  init() {}

  /// Reads them with the length before them. What a server tells by user properties isn't kept.
  init(reading fields: inout MQTTFields, in place: Place) throws(MQTTFault) {
    let length = try fields.variableLength()
    var own = MQTTFields(try fields.bytes(length))
    var seen: UInt64 = 0
    while !own.isEmpty {
      let identifier = try own.variableLength()
      guard let (form, places) = Self.known[identifier], places & place.rawValue != 0 else {
        throw .malformed("sent a property that can't stand there (\(identifier))")
      }
      // Identifiers that are known are below 64. Of these two there may be several.
      let isNew = seen & 1 << UInt64(identifier) == 0
      seen |= 1 << UInt64(identifier)
      guard isNew || identifier == 0x26 || identifier == 0x0B else {
        throw .violation("sent a property twice (\(identifier))")
      }
      try read(identifier, form, &own)
    }
  }

  private mutating func read(_ identifier: Int, _ form: Form, _ fields: inout MQTTFields) throws(MQTTFault) {
    switch form {
    case .flag:
      let byte = try fields.byte()
      guard byte <= 1 else { throw .violation("sent a property with a value that it can't have (\(identifier))") }
      if identifier == 0x24 { maximumQoS = byte }
      if identifier == 0x25 { retainAvailable = byte == 1 }
    case .uint16:
      let number = try fields.uint16()
      if identifier == 0x13 { serverKeepalive = number }
      if identifier == 0x21 {
        guard number > 0 else { throw .violation("set a receive maximum of 0") }
        receiveMaximum = number
      }
      // We have told that we take none.
      if identifier == 0x23 { throw .violation("sent a topic alias") }
    case .uint32:
      let number = try fields.uint32()
      if identifier == 0x02 { messageExpiry = number }
      if identifier == 0x11 { sessionExpiry = number }
      if identifier == 0x27 {
        guard number > 0 else { throw .violation("set a maximum packet size of 0") }
        maximumPacket = number
      }
    case .number: _ = try fields.variableLength()
    case .text:
      let text = try fields.string()
      switch identifier {
      case 0x03: contentType = text
      case 0x08: responseTopic = text
      case 0x1C: serverReference = text
      case 0x1F: reasonString = text
      default: break
      }
    case .binary:
      let bytes = try fields.binary()
      if identifier == 0x09 { correlationData = Array(bytes) }
    case .pair:
      _ = try fields.string()
      _ = try fields.string()
    }
  }

  /// Writes those that we send, with the length before them.
  func write(to packet: inout MQTTBytes) {
    var own = MQTTBytes()
    if let messageExpiry { own.property(0x02) { $0.uint32(messageExpiry) } }
    if let contentType { own.property(0x03) { $0.string(contentType) } }
    if let responseTopic { own.property(0x08) { $0.string(responseTopic) } }
    if let correlationData { own.property(0x09) { $0.binary(correlationData) } }
    if let sessionExpiry { own.property(0x11) { $0.uint32(sessionExpiry) } }
    if let receiveMaximum { own.property(0x21) { $0.uint16(receiveMaximum) } }
    if let maximumPacket { own.property(0x27) { $0.uint32(maximumPacket) } }
    for pair in userProperties {
      own.property(0x26) {
        $0.string(pair.name)
        $0.string(pair.value)
      }
    }
    packet.variableLength(own.bytes.count)
    packet.bytes += own.bytes
  }
}
