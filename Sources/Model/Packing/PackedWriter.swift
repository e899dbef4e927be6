/// Writes the compact binary form of state rows, journal blocks and recordings.
///
/// Integers are LEB128 varints (as in DWARF 5, section 7.6, and protobuf), signed ones zigzag; doubles are their IEEE 754 bits,
/// little-endian, so that nothing is rounded; text and bytes carry their length. There are no tags: reader and writer agree by version.
public struct PackedWriter: Sendable {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  public mutating func write(byte: UInt8) { bytes.append(byte) }

  public mutating func write(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  public mutating func write(_ value: Int64) {
    write(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
  }

  public mutating func write(_ value: Int) { write(Int64(value)) }

  public mutating func write(_ value: Bool) { bytes.append(value ? 1 : 0) }

  public mutating func write(_ value: Double) {
    var bits = value.bitPattern
    for _ in 0..<8 {
      bytes.append(UInt8(truncatingIfNeeded: bits))
      bits >>= 8
    }
  }

  /// Eight bytes, little-endian, for numbers that are as likely large as small.
  public mutating func write(fixed value: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  public mutating func write(_ value: String) {
    write(UInt64(value.utf8.count))
    bytes.append(contentsOf: value.utf8)
  }

  public mutating func write(_ value: [UInt8]) {
    write(UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  /// A presence byte, then the value where there is one.
  public mutating func write<T>(
    optional value: T?, _ body: (inout PackedWriter, T) -> Void
  ) {
    write(value != nil)
    if let value { body(&self, value) }
  }

  public mutating func removeAll(keepingCapacity: Bool = true) {
    bytes.removeAll(keepingCapacity: keepingCapacity)
  }
}
