import Deflate

/// gzip (RFC 1952) in members of some hundred kilobytes, which `gunzip` and every library take for one file. Each member's header says how
/// long it is, in an extra field of ours, so that they can be read one by one.
enum GzipMember {
  /// The most bytes of content that one may claim to hold.
  static let contentLimit = 16 << 20
  /// Up to and with the extra field.
  static let headSize = 20
  private static let tailSize = 8
  /// ID1, ID2, deflate, FEXTRA, no time, no effort told, system unknown, 8 bytes of extra: "WP", 4 bytes.
  private static let head: [UInt8] = [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 8, 0, 87, 80, 4, 0]

  /// `nil` when zlib has no memory.
  static func pack(_ bytes: [UInt8], by deflater: Deflater) -> [UInt8]? {
    guard let content = deflater.deflate(bytes) else { return nil }
    var out = head
    append(UInt32(clamping: headSize + content.count + tailSize), to: &out)
    out += content
    append(Checksum.crc32(bytes), to: &out)
    append(UInt32(truncatingIfNeeded: bytes.count), to: &out)
    return out
  }

  /// The whole length that a head tells; `nil` when it is none of ours.
  static func length(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= headSize, bytes.starts(with: head) else { return nil }
    let length = number(bytes, head.count)
    return length > headSize + tailSize && length <= contentLimit ? length : nil
  }

  /// What a member holds; `nil` when it is damaged.
  static func unpack(_ member: [UInt8], by inflater: Inflater) -> [UInt8]? {
    guard length(member) == member.count else { return nil }
    let size = number(member, member.count - 4)
    guard size <= contentLimit,
      let bytes = inflater.inflate(Array(member[headSize..<member.count - tailSize]), limit: size), bytes.count == size,
      Int(Checksum.crc32(bytes)) == number(member, member.count - tailSize)
    else { return nil }
    return bytes
  }

  private static func append(_ number: UInt32, to out: inout [UInt8]) {
    for shift in stride(from: UInt32(0), to: 32, by: 8) { out.append(UInt8(truncatingIfNeeded: number >> shift)) }
  }

  private static func number(_ bytes: [UInt8], _ offset: Int) -> Int {
    (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
  }
}
