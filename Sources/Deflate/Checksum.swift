import CZlib

/// CRC-32 (ISO 3309, as in zlib and PNG).
public enum Checksum {
  /// Over the parts, one after the other.
  public static func crc32(_ parts: [UInt8]...) -> UInt32 { crc32(parts) }

  /// Over the parts, one after the other.
  public static func crc32(_ parts: some Sequence<[UInt8]>) -> UInt32 {
    var value: UInt = 0
    // zlib takes a missing buffer for the wish to begin anew.
    for part in parts where !part.isEmpty {
      value = part.withUnsafeBufferPointer { crc32_z(value, $0.baseAddress, $0.count) }
    }
    return UInt32(truncatingIfNeeded: value)
  }
}
