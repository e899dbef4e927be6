/// Writes the fields of a packet (MQTT 5.0, section 1.5).
struct MQTTBytes {
  var bytes: [UInt8] = []

  mutating func byte(_ byte: UInt8) { bytes.append(byte) }

  mutating func uint16(_ number: UInt16) {
    bytes.append(UInt8(truncatingIfNeeded: number >> 8))
    bytes.append(UInt8(truncatingIfNeeded: number))
  }

  mutating func uint32(_ number: UInt32) {
    uint16(UInt16(truncatingIfNeeded: number >> 16))
    uint16(UInt16(truncatingIfNeeded: number))
  }

  /// A number below 2^28.
  mutating func variableLength(_ number: Int) {
    var rest = number
    repeat {
      let low = UInt8(rest & 0x7F)
      rest >>= 7
      bytes.append(rest > 0 ? low | 0x80 : low)
    } while rest > 0
  }

  /// At most 65,535 bytes; the rest is cut off.
  mutating func binary(_ content: some Collection<UInt8>) {
    uint16(UInt16(clamping: content.count))
    bytes += content.prefix(Int(UInt16.max))
  }

  mutating func string(_ text: String) { binary(text.utf8) }

  mutating func property(_ identifier: UInt8, _ value: (inout MQTTBytes) -> Void) {
    byte(identifier)
    value(&self)
  }

  /// A whole packet: the first byte, the length, and what these bytes and `payload` hold.
  func packet(_ first: UInt8, payload: [UInt8] = []) -> [UInt8] {
    var whole = MQTTBytes()
    whole.bytes.reserveCapacity(5 + bytes.count + payload.count)
    whole.byte(first)
    whole.variableLength(bytes.count + payload.count)
    whole.bytes += bytes
    whole.bytes += payload
    return whole.bytes
  }
}
