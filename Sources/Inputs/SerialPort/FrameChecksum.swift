/// A checksum of a frame: how it is made, where it stands, what it covers.
struct FrameChecksum: Hashable, Sendable {
  enum Kind: String, Hashable, Sendable, CaseIterable {
    /// All bytes, exclusive or.
    case xor
    /// The sum of all bytes, modulo 256.
    case sum
    /// What makes the sum of all bytes 0, modulo 256 (ISO 1155 as Modbus ASCII has it).
    case lrc
    /// Modbus RTU's: 0x8005 reflected, from 0xFFFF.
    case crc16Modbus = "crc16_modbus"
    /// 0x1021 from 0xFFFF ("CCITT-FALSE").
    case crc16CCITT = "crc16_ccitt"
    /// 0x1021 from 0.
    case crc16XModem = "crc16_xmodem"

    /// Bytes.
    var width: Int {
      switch self {
      case .xor, .sum, .lrc: 1
      case .crc16Modbus, .crc16CCITT, .crc16XModem: 2
      }
    }
  }

  /// Delimiters that it covers beside the content.
  struct Covered: OptionSet, Hashable, Sendable {
    let rawValue: Int
    static let start = Covered(rawValue: 1)
    static let mark = Covered(rawValue: 2)
    static let end = Covered(rawValue: 4)
  }

  var kind: Kind
  /// As hexadecimal digits, or as bytes.
  var isHexadecimal = true
  /// Behind the last of these bytes in the content, as NMEA's `*`; empty: behind the end where the framing has bytes there, else at the
  /// content's end.
  var mark: [UInt8] = []
  /// How many bytes of the content come before what it covers.
  var skip = 0
  var covers: Covered = []
  var order = ByteOrder.big

  var length: Int { kind.width * (isHexadecimal ? 2 : 1) }

  /// The content without the checksum; `nil` where that isn't right or isn't there.
  func checked(_ frame: Frame, _ framing: Framing) -> ArraySlice<UInt8>? {
    let stands: ArraySlice<UInt8>
    var content = frame.content
    if !mark.isEmpty {
      guard let place = content.lastRange(of: mark) else { return nil }
      stands = content[place.upperBound...].trimmingBlanks
      content = content[..<place.lowerBound]
    } else if case .bytes(_, let after) = framing.ending, after > 0 {
      stands = frame.trailer.prefix(length)
    } else {
      guard content.count >= length else { return nil }
      stands = content.suffix(length)
      content = content.dropLast(length)
    }
    guard stands.count == length, skip <= content.count, let written = number(stands) else { return nil }
    var sum = Accumulator(kind)
    if covers.contains(.start) { sum.add(framing.start) }
    sum.add(content.dropFirst(skip))
    if covers.contains(.mark) { sum.add(mark) }
    if covers.contains(.end), case .bytes(let end, _) = framing.ending { sum.add(end) }
    return sum.value == written ? content : nil
  }

  private func number(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard isHexadecimal else { return order.number(bytes) }
    guard let number = Decimal.hexadecimal(bytes) else { return nil }
    return order == .little && kind.width == 2 ? (number & 0xFF) << 8 | number >> 8 : number
  }

  /// The checksum over some bytes.
  static func value(_ kind: Kind, of bytes: some Sequence<UInt8>) -> Int {
    var sum = Accumulator(kind)
    sum.add(bytes)
    return sum.value
  }

  private struct Accumulator {
    private let kind: Kind
    private var state: UInt16

    init(_ kind: Kind) {
      self.kind = kind
      state = kind == .crc16Modbus || kind == .crc16CCITT ? 0xFFFF : 0
    }

    mutating func add(_ bytes: some Sequence<UInt8>) {
      for byte in bytes {
        switch kind {
        case .xor: state ^= UInt16(byte)
        case .sum, .lrc: state = (state &+ UInt16(byte)) & 0xFF
        case .crc16Modbus: state = state >> 8 ^ CRC16.reflected[Int((state ^ UInt16(byte)) & 0xFF)]
        case .crc16CCITT, .crc16XModem: state = state << 8 ^ CRC16.straight[Int((state >> 8 ^ UInt16(byte)) & 0xFF)]
        }
      }
    }

    var value: Int { kind == .lrc ? (256 - Int(state)) & 0xFF : Int(state) }
  }
}

/// The tables of the two polynomials, so that a byte costs one look-up.
private enum CRC16 {
  static let reflected: [UInt16] = (0..<256).map { byte in
    (0..<8).reduce(UInt16(byte)) { state, _ in state & 1 == 1 ? state >> 1 ^ 0xA001 : state >> 1 }
  }
  static let straight: [UInt16] = (0..<256).map { byte in
    (0..<8).reduce(UInt16(byte) << 8) { state, _ in state & 0x8000 != 0 ? state << 1 ^ 0x1021 : state << 1 }
  }
}
