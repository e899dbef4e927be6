import CZlib

/// CRC-32 (ISO 3309, as in zlib and PNG).
public enum Checksum {
  /// Over the parts, one after the other.
  public static func crc32(_ parts: [UInt8]...) -> UInt32 { crc32(parts) }

  /// Over the parts, one after the other.
  public static func crc32(_ parts: some Sequence<[UInt8]>) -> UInt32 {
    parts.reduce(0) { crc32($1, after: $0) }
  }

  /// Goes on from the checksum of what came before; that of nothing is 0.
  public static func crc32(_ part: [UInt8], after value: UInt32) -> UInt32 {
    // zlib takes a missing buffer for the wish to begin anew.
    guard !part.isEmpty else { return value }
    return part.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(UInt(value), $0.baseAddress, $0.count)) }
  }
}
