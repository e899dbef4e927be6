/// Reads what `PackedWriter` wrote. Never traps on damaged bytes: it throws.
public struct PackedReader: Sendable {
  private let bytes: [UInt8]
  /// Bytes read so far.
  public private(set) var offset = 0

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  public var isAtEnd: Bool { offset == bytes.count }

  public mutating func byte() throws(PackingError) -> UInt8 {
    guard offset < bytes.count else { throw .truncated(offset: offset) }
    defer { offset += 1 }
    return bytes[offset]
  }

  public mutating func unsigned() throws(PackingError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let next = try byte()
      guard shift < 63 || next <= 1 else { throw .malformed(offset: offset) }
      value |= UInt64(next & 0x7f) << shift
      if next < 0x80 { return value }
      shift += 7
      guard shift <= 63 else { throw .malformed(offset: offset) }
    }
  }

  public mutating func signed() throws(PackingError) -> Int64 {
    let raw = try unsigned()
    return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
  }

  public mutating func int() throws(PackingError) -> Int { Int(try signed()) }

  public mutating func bool() throws(PackingError) -> Bool {
    switch try byte() {
    case 0: return false
    case 1: return true
    default: throw .malformed(offset: offset - 1)
    }
  }

  public mutating func double() throws(PackingError) -> Double { Double(bitPattern: try fixed()) }

  /// Eight bytes, little-endian.
  public mutating func fixed() throws(PackingError) -> UInt64 {
    guard bytes.count - offset >= 8 else { throw .truncated(offset: offset) }
    var bits: UInt64 = 0
    for index in (0..<8).reversed() { bits = bits << 8 | UInt64(bytes[offset + index]) }
    offset += 8
    return bits
  }

  public mutating func blob() throws(PackingError) -> [UInt8] {
    let count = try unsigned()
    guard count <= UInt64(bytes.count - offset) else { throw .truncated(offset: offset) }
    defer { offset += Int(count) }
    return Array(bytes[offset..<offset + Int(count)])
  }

  public mutating func string() throws(PackingError) -> String {
    let start = offset
    let utf8 = try blob()
    guard let text = String(validating: utf8, as: UTF8.self) else {
      throw .malformed(offset: start)
    }
    return text
  }

  public mutating func optional<T>(
    _ body: (inout PackedReader) throws(PackingError) -> T
  ) throws(PackingError) -> T? {
    try bool() ? try body(&self) : nil
  }
}

/// Why packed bytes could not be read, with the offset in bytes.
public enum PackingError: Error, Hashable, Sendable {
  case truncated(offset: Int)
  case malformed(offset: Int)
}
