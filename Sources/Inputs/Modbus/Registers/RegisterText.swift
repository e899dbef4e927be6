/// Text in registers: two bytes each, the first in the high one, the rest filled with NULs or spaces.
enum RegisterText {
  /// The text up to the first NUL, without the blanks behind it. UTF-8, or where it is none ISO 8859-1, of which UTF-8's bytes are hardly
  /// ever a sensible text.
  /// - Parameter bytes: How many of the registers' bytes belong to it.
  /// - Returns: `nil` for what isn't text: control characters, or the 0xFF of a memory that nobody wrote.
  static func decode(_ registers: some Sequence<UInt16>, bytes: Int, order: WordOrder) -> String? {
    var all: [UInt8] = []
    for register in registers {
      let register = order.isLowByteFirst ? register.byteSwapped : register
      all.append(UInt8(register >> 8))
      all.append(UInt8(register & 0xFF))
    }
    var text = Array(all.prefix(bytes).prefix { $0 != 0 })
    while text.last == UInt8(ascii: " ") { text.removeLast() }
    guard text.isEmpty || !text.allSatisfy({ $0 == 0xFF }) else { return nil }
    let decoded =
      String(validating: text, as: UTF8.self) ?? String(String.UnicodeScalarView(text.map { Unicode.Scalar($0) }))
    return decoded.unicodeScalars.contains { $0.properties.generalCategory == .control } ? nil : decoded
  }

  /// The text as UTF-8, filled up with NULs.
  /// - Returns: `nil` where it is too long or holds a control character.
  static func encode(_ text: String, bytes: Int, order: WordOrder) -> [UInt16]? {
    let utf8 = Array(text.utf8)
    guard utf8.count <= bytes, !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
    else { return nil }
    let padded = utf8 + Array(repeating: 0, count: (bytes + 1) / 2 * 2 - utf8.count)
    return stride(from: 0, to: padded.count, by: 2).map { index in
      let register = UInt16(padded[index]) << 8 | UInt16(padded[index + 1])
      return order.isLowByteFirst ? register.byteSwapped : register
    }
  }
}
