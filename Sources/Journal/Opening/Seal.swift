import Deflate

/// A checksum behind each row of the journal's own in `state`: SQLite has none, and a flipped bit in a cursor would pass for a delivery.
enum Seal {
  static let size = 4

  static func close(_ value: [UInt8], _ kind: String, _ name: String) -> [UInt8] {
    let sum = sum(value, kind, name)
    return value + (0..<size).map { UInt8(truncatingIfNeeded: sum >> UInt32(8 * $0)) }
  }

  /// What was sealed; `nil` when that isn't what lies there.
  static func open(_ sealed: [UInt8], _ kind: String, _ name: String) -> [UInt8]? {
    guard sealed.count >= size else { return nil }
    let value = Array(sealed.dropLast(size))
    return close(value, kind, name) == sealed ? value : nil
  }

  private static func sum(_ value: [UInt8], _ kind: String, _ name: String) -> UInt32 {
    Checksum.crc32(Array(kind.utf8), [0], Array(name.utf8), [0], value)
  }
}
