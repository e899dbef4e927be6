/// Reads the fields of a packet one after the other (MQTT 5.0, section 1.5); each throws where too little is left.
struct MQTTFields {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var isEmpty: Bool { rest.isEmpty }

  mutating func byte() throws(MQTTFault) -> UInt8 {
    guard let byte = rest.popFirst() else { throw Self.short }
    return byte
  }

  mutating func uint16() throws(MQTTFault) -> UInt16 { UInt16(try byte()) << 8 | UInt16(try byte()) }

  mutating func uint32() throws(MQTTFault) -> UInt32 { UInt32(try uint16()) << 16 | UInt32(try uint16()) }

  /// A number of one to four bytes.
  mutating func variableLength() throws(MQTTFault) -> Int {
    var number = 0
    for shift in stride(from: 0, to: 28, by: 7) {
      let byte = try byte()
      number |= Int(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return number }
    }
    throw .malformed("sent a number of more than four bytes")
  }

  mutating func bytes(_ count: Int) throws(MQTTFault) -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw Self.short }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  mutating func binary() throws(MQTTFault) -> ArraySlice<UInt8> { try bytes(Int(try uint16())) }

  mutating func string() throws(MQTTFault) -> String {
    let bytes = try binary()
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      throw .malformed("sent text that is not UTF-8, or holds a zero")
    }
    return text
  }

  private static let short = MQTTFault.malformed("sent a packet that ends too early")
}
