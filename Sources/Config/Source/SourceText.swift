/// Checks that a file is text: well-formed UTF-8 without control characters.
enum SourceText {
  /// How many places are named before the rest of the file is left alone.
  private static let limit = 20

  /// False, and the places in `diagnostics`, where it isn't.
  /// Control characters are those that YAML 1.2.2 (section 5.1) excludes,
  ///   and the line separators U+0085, U+2028 and U+2029: libyaml ends a line there, comments too, and no editor shows it.
  static func check(
    _ file: SourceFile, map: SourceMap, diagnostics: inout Diagnostics
  ) -> Bool {
    let bytes = file.bytes
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      diagnostics.error(
        "encoding", "the file is UTF-16, not UTF-8", at: map.span(0, 0),
        help: "save it as UTF-8 (in Notepad: Save as, Encoding)")
      return false
    }
    var found = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte >= 0x20 && byte < 0x7F || byte == 10 || byte == 9 || byte == 13 {
        index += 1
        continue
      }
      guard found < limit else { return false }
      let length = sequenceLength(bytes, index)
      if length == 0 {
        var end = index + 1
        while end < bytes.count, bytes[end] & 0xC0 == 0x80, end < index + 4 { end += 1 }
        diagnostics.error(
          "encoding", illFormed(byte), at: map.span(index, end), help: "save the file as UTF-8")
        // One place is enough: the whole file is in that encoding.
        return false
      }
      if let name = forbidden(bytes, index, length) {
        diagnostics.error(
          "control-character", "the character \(name) cannot stand in a text file", at: map.span(index, index + length),
          help: "delete it; it may be invisible, so retype the word")
        found += 1
      }
      index += length
    }
    return found == 0
  }

  /// What is said of a byte that belongs to no character.
  static func illFormed(_ byte: UInt8) -> String {
    let hex = String(byte, radix: 16, uppercase: true)
    return "the byte \(hex.count == 1 ? "0" : "")\(hex) is no UTF-8; the file seems to be in another encoding"
  }

  /// 1 to 4, or 0 for what is ill-formed (Unicode 15, table 3-7).
  static func sequenceLength(_ bytes: [UInt8], _ index: Int) -> Int {
    let first = bytes[index]
    func continues(_ distance: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
      index + distance < bytes.count && range.contains(bytes[index + distance])
    }
    switch first {
    case 0..<0x80: return 1
    case 0xC2...0xDF: return continues(1) ? 2 : 0
    case 0xE0: return continues(1, 0xA0...0xBF) && continues(2) ? 3 : 0
    case 0xED: return continues(1, 0x80...0x9F) && continues(2) ? 3 : 0
    case 0xE1...0xEF: return continues(1) && continues(2) ? 3 : 0
    case 0xF0: return continues(1, 0x90...0xBF) && continues(2) && continues(3) ? 4 : 0
    case 0xF1...0xF3: return continues(1) && continues(2) && continues(3) ? 4 : 0
    case 0xF4: return continues(1, 0x80...0x8F) && continues(2) && continues(3) ? 4 : 0
    default: return 0
    }
  }

  /// Well-formed UTF-8 of the same length: a byte that belongs to no character becomes SUBSTITUTE (U+001A).
  static func repaired(_ bytes: [UInt8]) -> [UInt8] {
    if String(validating: bytes, as: UTF8.self) != nil { return bytes }
    var bytes = bytes
    var index = 0
    while index < bytes.count {
      let length = sequenceLength(bytes, index)
      if length == 0 { bytes[index] = 0x1A }
      index += max(1, length)
    }
    return bytes
  }

  private static func forbidden(_ bytes: [UInt8], _ index: Int, _ length: Int) -> String? {
    func name(_ value: Int) -> String {
      let hex = String(value, radix: 16, uppercase: true)
      return "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
    }
    let first = bytes[index]
    switch length {
    case 1: return name(Int(first))
    // C1 controls.
    case 2: return first == 0xC2 && bytes[index + 1] < 0xA0 ? name(Int(bytes[index + 1])) : nil
    case 3:
      if first == 0xE2, bytes[index + 1] == 0x80, bytes[index + 2] == 0xA8 || bytes[index + 2] == 0xA9 {
        return name(0x2000 + Int(bytes[index + 2] & 0x3F))
      }
      guard first == 0xEF else { return nil }
      if bytes[index + 1] == 0xBF, bytes[index + 2] >= 0xBE { return name(0xFFC0 + Int(bytes[index + 2] & 0x3F)) }
      let isMark = bytes[index + 1] == 0xBB && bytes[index + 2] == 0xBF
      return isMark && index > 0 ? "U+FEFF (byte order mark)" : nil
    default: return nil
    }
  }
}
