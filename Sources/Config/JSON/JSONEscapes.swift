/// What stands for a character in JSON text after a backslash (RFC 8259, section 7).
enum JSONEscapes {
  /// The text between quotation marks whose escapes were found right already.
  static func decode(_ bytes: ArraySlice<UInt8>) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index < bytes.endIndex {
      guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.endIndex else {
        out.append(bytes[index])
        index += 1
        continue
      }
      let kind = bytes[index + 1]
      index += 2
      switch kind {
      case UInt8(ascii: "b"): out.append(8)
      case UInt8(ascii: "f"): out.append(12)
      case UInt8(ascii: "n"): out.append(10)
      case UInt8(ascii: "r"): out.append(13)
      case UInt8(ascii: "t"): out.append(9)
      case UInt8(ascii: "u"): out += scalar(bytes, &index)
      default: out.append(kind)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func scalar(_ bytes: ArraySlice<UInt8>, _ index: inout Int) -> [UInt8] {
    guard let high = hex(bytes, index) else { return [] }
    index += 4
    var value = UInt32(high)
    if (0xD800..<0xDC00).contains(high), let low = lowHalf(bytes, index) {
      value = 0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(low) - 0xDC00)
      index += 6
    }
    return Unicode.Scalar(value).map { Array(String(Character($0)).utf8) } ?? []
  }

  /// The second half of a character beyond U+FFFF, written as an escape at `index`.
  static func lowHalf(_ bytes: ArraySlice<UInt8>, _ index: Int) -> UInt16? {
    guard let unit = unit(bytes, index), (0xDC00...0xDFFF).contains(unit) else { return nil }
    return unit
  }

  /// What `\uXXXX` at `index` says; `nil` for anything else there.
  static func unit(_ bytes: ArraySlice<UInt8>, _ index: Int) -> UInt16? {
    guard index + 6 <= bytes.endIndex, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u") else {
      return nil
    }
    return hex(bytes, index + 2)
  }

  /// Four hexadecimal digits.
  static func hex(_ bytes: ArraySlice<UInt8>, _ index: Int) -> UInt16? {
    guard index + 4 <= bytes.endIndex else { return nil }
    var value: UInt16 = 0
    for byte in bytes[index..<index + 4] {
      switch byte {
      case 48...57: value = value << 4 | UInt16(byte - 48)
      case 65...70, 97...102: value = value << 4 | UInt16((byte | 32) - 87)
      default: return nil
      }
    }
    return value
  }
}
