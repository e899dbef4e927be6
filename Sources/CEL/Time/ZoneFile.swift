/// A time zone as the tz database compiles it: TZif of version 1 to 4 (RFC 8536).
///
/// Limits: 64 KiB, at most 2,000 transitions and 256 types of local time. What stands in the 64-bit block is used, in version 1 the 32-bit
/// one. After the last transition the footer's rule holds. Leap seconds are ignored: `right/` zones aren't installed by default, and CEL's
/// timestamps have none.
struct ZoneFile: Sendable {
  static let largest = 65_536
  private static let mostTransitions = 2000

  /// Ascending, in seconds since 1970.
  private let transitions: [Int64]
  /// What holds from each transition on, seconds east.
  private let offsets: [Int32]
  /// What holds before the first transition.
  private let first: Int32
  private let footer: ZoneRule?

  /// Nil where the file breaks the format or a limit.
  init?(_ bytes: [UInt8]) {
    guard bytes.count <= Self.largest, let header = Header(bytes[...]) else { return nil }
    var block = header.block(width: 4, in: bytes[...])
    var rest: ArraySlice<UInt8> = []
    var counts = header
    var width = 4
    if header.version >= 2 {
      let second = bytes.dropFirst(Header.size + header.size(width: 4))
      guard let wide = Header(second) else { return nil }
      counts = wide
      width = 8
      block = wide.block(width: 8, in: second)
      rest = second.dropFirst(Header.size + wide.size(width: 8))
    }
    guard var block, counts.transitions <= Self.mostTransitions, counts.types > 0, counts.types <= 256 else {
      return nil
    }
    var times: [Int64] = []
    for _ in 0..<counts.transitions {
      guard let time = block.takeInteger(width: width), times.last.map({ $0 < time }) ?? true else { return nil }
      times.append(time)
    }
    let indices = block.prefix(counts.transitions)
    block = block.dropFirst(counts.transitions)
    var types: [Int32] = []
    for _ in 0..<counts.types {
      guard let offset = block.takeInteger(width: 4), abs(offset) < 26 * 3600 else { return nil }
      types.append(Int32(offset))
      block = block.dropFirst(2)
    }
    guard indices.count == counts.transitions, indices.allSatisfy({ Int($0) < types.count }) else { return nil }
    transitions = times
    offsets = indices.map { types[Int($0)] }
    first = types[0]
    footer = Self.footer(rest)
    // A footer that can't be read is damage, none at all is allowed.
    if footer == nil, rest.count > 2 { return nil }
  }

  private static func footer(_ rest: ArraySlice<UInt8>) -> ZoneRule? {
    guard rest.first == UInt8(ascii: "\n"), let end = rest.dropFirst().firstIndex(of: UInt8(ascii: "\n")) else {
      return nil
    }
    return ZoneRule(rest[(rest.startIndex + 1)..<end])
  }

  /// Seconds east of UTC at `instant`.
  func offset(at instant: Int64) -> Int32 {
    guard let last = transitions.last, instant < last else {
      if let footer { return footer.offset(at: instant) }
      return offsets.last ?? first
    }
    // The first transition that is still to come.
    var low = 0
    var high = transitions.count
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle] <= instant { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? first : offsets[low - 1]
  }

  /// What precedes each of the blocks: RFC 8536, 3.1.
  private struct Header {
    static let size = 44

    var version: Int
    var types: Int
    var transitions: Int
    private var others: [Int]
    private var characters: Int

    init?(_ bytes: ArraySlice<UInt8>) {
      guard bytes.count >= Self.size, bytes.prefix(4).elementsEqual("TZif".utf8) else { return nil }
      let version = bytes[bytes.startIndex + 4]
      self.version = version == 0 ? 1 : Int(version) - 48
      guard (1...4).contains(self.version) else { return nil }
      var counts = bytes.dropFirst(20)
      var numbers: [Int] = []
      for _ in 0..<6 {
        guard let number = counts.takeInteger(width: 4), number >= 0, number <= ZoneFile.largest else { return nil }
        numbers.append(Int(number))
      }
      // isut, isstd, leap, time, type, char
      others = Array(numbers[0..<3])
      transitions = numbers[3]
      types = numbers[4]
      characters = numbers[5]
    }

    /// Bytes of the block that follows, with times of so many bytes.
    func size(width: Int) -> Int {
      transitions * (width + 1) + types * 6 + characters + others[2] * (width + 4) + others[0] + others[1]
    }

    func block(width: Int, in bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
      let rest = bytes.dropFirst(Self.size)
      return rest.count >= size(width: width) ? rest.prefix(size(width: width)) : nil
    }
  }
}

extension ArraySlice<UInt8> {
  /// A signed number, its highest byte first.
  fileprivate mutating func takeInteger(width: Int) -> Int64? {
    guard count >= width else { return nil }
    let bits = prefix(width).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    self = dropFirst(width)
    return width == 4 ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(bitPattern: bits)
  }
}
