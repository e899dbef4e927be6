extension Lexer {
  /// `1`, `1u`, `0xFF`, `1.5`, `.5`, `1e-3`; a sign is the parser's.
  mutating func number() -> Token.Kind {
    let start = index
    if peek() == UInt8(ascii: "0"), peek(1) | 32 == UInt8(ascii: "x"), peek(2).hexadecimal != nil {
      index += 2
      while peek().hexadecimal != nil { index += 1 }
      return whole(UInt64(String(decoding: text[start + 2..<index], as: UTF8.self), radix: 16), start)
    }
    while peek().isDecimalDigit { index += 1 }
    var isDouble = false
    if peek() == UInt8(ascii: "."), peek(1).isDecimalDigit {
      isDouble = true
      index += 1
      while peek().isDecimalDigit { index += 1 }
    }
    if peek() | 32 == UInt8(ascii: "e") {
      let sign = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-") ? 1 : 0
      if peek(1 + sign).isDecimalDigit {
        isDouble = true
        index += 1 + sign
        while peek().isDecimalDigit { index += 1 }
      }
    }
    let digits = String(decoding: text[start..<index], as: UTF8.self)
    guard isDouble else { return whole(UInt64(digits), start) }
    guard let value = Double(digits), value.isFinite else {
      tell(start, "`\(excerpt(start))` is too large for a number", "numbers go up to 1.8e308")
      return .double(0)
    }
    return .double(value)
  }

  private mutating func whole(_ value: UInt64?, _ start: Int) -> Token.Kind {
    let isUnsigned = peek() | 32 == UInt8(ascii: "u") && !peek(1).isNamePart
    if isUnsigned { index += 1 }
    guard let value else {
      tell(start, "`\(excerpt(start))` is too large for a whole number", "write it with a decimal point: `1e20`")
      return isUnsigned ? .unsigned(0) : .integer(0)
    }
    return isUnsigned ? .unsigned(value) : .integer(value)
  }
}
