/// Writes CBOR (RFC 8949) into bytes: what SenML needs of it, in the shortest form that holds each value.
struct CBORWriter: Sendable {
  private(set) var bytes: [UInt8] = []

  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  /// An array whose length is not known yet; `endArray` ends it.
  mutating func beginArray() { bytes.append(0x9F) }
  mutating func endArray() { bytes.append(0xFF) }

  /// A map of so many pairs, which follow.
  mutating func map(_ count: Int) { head(5, UInt64(count)) }

  mutating func text(_ value: String) {
    head(3, UInt64(value.utf8.count))
    bytes += value.utf8
  }

  mutating func integer(_ value: Int64) {
    if value >= 0 { head(0, UInt64(value)) } else { head(1, UInt64(bitPattern: ~value)) }
  }

  mutating func unsigned(_ value: UInt64) { head(0, value) }

  mutating func boolean(_ value: Bool) { bytes.append(value ? 0xF5 : 0xF4) }

  /// A whole number, single precision where that is the same number, or double.
  mutating func number(_ value: Double) {
    if let whole = Int64(exactly: value), value != 0 || value.sign == .plus {
      integer(whole)
    } else if Double(Float(value)) == value {
      bytes.append(0xFA)
      withUnsafeBytes(of: Float(value).bitPattern.bigEndian) { bytes += $0 }
    } else {
      bytes.append(0xFB)
      withUnsafeBytes(of: value.bitPattern.bigEndian) { bytes += $0 }
    }
  }

  private mutating func head(_ major: UInt8, _ value: UInt64) {
    let type = major << 5
    switch value {
    case 0..<24: bytes.append(type | UInt8(value))
    case 24...0xFF: bytes += [type | 24, UInt8(value)]
    case 0x100...0xFFFF: bytes += [type | 25, UInt8(value >> 8), UInt8(value & 0xFF)]
    case 0x1_0000...0xFFFF_FFFF:
      bytes.append(type | 26)
      withUnsafeBytes(of: UInt32(value).bigEndian) { bytes += $0 }
    default:
      bytes.append(type | 27)
      withUnsafeBytes(of: value.bigEndian) { bytes += $0 }
    }
  }
}
