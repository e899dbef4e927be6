/// What isn't of the language, but written all the same.
extension Lexer {
  /// `=`, `=>`, `<>`, `&`, `! =`: read as what was meant.
  mutating func mistakenSymbol() -> Symbol? {
    let start = index
    func after(_ count: Int) -> (byte: UInt8, blanks: Int) {
      var place = index + count
      while place < text.count, text[place] == 32 || text[place] == 9 { place += 1 }
      return (place < text.count ? text[place] : 0, place - index - count)
    }
    let equals = UInt8(ascii: "=")
    switch peek() {
    case equals:
      if peek(1) == UInt8(ascii: ">") { return mistaken(.greaterOrEqual, 2) }
      if peek(1) == UInt8(ascii: "<") { return mistaken(.lessOrEqual, 2) }
      let next = after(1)
      if next.byte == equals { return spaced(.equal, next.blanks + 2) }
      index += 1
      tell(start, "`=` doesn't compare", "write `==` for “is equal to”")
      return .equal
    case UInt8(ascii: "!"), UInt8(ascii: "<"), UInt8(ascii: ">"):
      let first = peek()
      if first == UInt8(ascii: "<"), peek(1) == UInt8(ascii: ">") { return mistaken(.notEqual, 2) }
      let next = after(1)
      guard next.byte == equals, next.blanks > 0 else { return nil }
      let symbol: Symbol =
        first == UInt8(ascii: "!") ? .notEqual : first == UInt8(ascii: "<") ? .lessOrEqual : .greaterOrEqual
      return spaced(symbol, next.blanks + 2)
    case UInt8(ascii: "&"), UInt8(ascii: "|"):
      let symbol: Symbol = peek() == UInt8(ascii: "&") ? .and : .or
      let next = after(1)
      if next.byte == peek() { return spaced(symbol, next.blanks + 2) }
      index += 1
      tell(
        start, "a single `\(excerpt(start))` is not an operator",
        "write `\(symbol.rawValue)` for “\(symbol == .and ? "and" : "or")”")
      return symbol
    case UInt8(ascii: "^"):
      index += 1
      tell(start, "there is no operator `^`", "multiply for a power: `x * x`")
      return .times
    case UInt8(ascii: "*") where peek(1) == UInt8(ascii: "*"):
      index += 2
      tell(start, "there is no operator for powers", "multiply: `x * x`")
      return .times
    default: return nil
    }
  }

  private mutating func mistaken(_ symbol: Symbol, _ length: Int) -> Symbol {
    let start = index
    index += length
    tell(start, "`\(excerpt(start))` is not an operator", "write `\(symbol.rawValue)`")
    return symbol
  }

  private mutating func spaced(_ symbol: Symbol, _ length: Int) -> Symbol {
    let start = index
    index += length
    tell(
      start, "there is a space within the operator `\(symbol.rawValue)`", "write `\(symbol.rawValue)` without a space")
    return symbol
  }

  /// A character of ASCII that no token begins with. It is told and left out.
  mutating func strayCharacter() {
    let start = index
    index += 1
    switch text[start] {
    case UInt8(ascii: ";"): tell(start, "a `;` has no place in an expression", "delete it")
    case UInt8(ascii: "#"):
      while index < text.count, peek() != 10, peek() != 13 { index += 1 }
      tell(start, "`#` begins no comment in an expression", "write `//`, or delete it")
    case UInt8(ascii: "$"), UInt8(ascii: "@"):
      tell(start, "a name has no `\(excerpt(start))`", "delete it: names stand by themselves")
    case UInt8(ascii: "~"):
      tell(start, "there is no operator `~`", "`matches` compares with a pattern: `name.matches(\"a.*\")`")
    case UInt8(ascii: "\\"): tell(start, "a backslash has no place outside of quotes", "delete it")
    case 0..<32, 127:
      tell(start, "here is a character that can't be seen, number \(text[start])", "delete it and write the place anew")
    default: tell(start, "`\(excerpt(start))` has no place here", "delete it")
    }
  }

  /// Characters beyond ASCII: quotes and signs as word processors make them, units, names with accents.
  mutating func foreign() -> Token.Kind? {
    let start = index
    guard let scalar = scalar() else {
      index += 1
      while index < text.count, text[index] & 0xC0 == 0x80 { index += 1 }
      tell(start, "here is a byte that is no text in UTF-8", "delete it and write the place anew")
      return nil
    }
    func sign(_ symbol: Symbol) -> Token.Kind {
      tell(start, "`\(excerpt(start))` is not an operator", "write `\(symbol.rawValue)`")
      return .symbol(symbol)
    }
    switch scalar {
    case "≤": return sign(.lessOrEqual)
    case "≥": return sign(.greaterOrEqual)
    case "≠": return sign(.notEqual)
    case "×", "·": return sign(.times)
    case "÷": return sign(.divide)
    case "−", "–", "—": return sign(.minus)
    case "∧": return sign(.and)
    case "∨": return sign(.or)
    case "¬": return sign(.not)
    case "“", "”", "„", "«", "»", "‘", "’", "‚", "‹", "›": return typographicText(start, scalar)
    case "\u{A0}", "\u{2000}"..."\u{200B}", "\u{202F}", "\u{3000}", "\u{FEFF}", "\u{2028}", "\u{2029}", "\u{85}":
      tell(start, "this is a special space that only looks like one", "delete it and press the space bar")
      return nil
    default:
      while let next = peekScalar(),
        next.0.properties.isAlphabetic || next.0.value < 128 && UInt8(next.0.value).isNamePart
          || next.0 == "°" || next.0.properties.generalCategory == .nonspacingMark
      {
        index += next.length
      }
      return .foreign(String(decoding: text[start..<index], as: UTF8.self))
    }
  }

  /// “…” and the like, up to what closes it.
  private mutating func typographicText(_ start: Int, _ opening: Unicode.Scalar) -> Token.Kind {
    let isSingle = ["‘", "’", "‚", "‹", "›"].contains(opening)
    let closing: Set<Unicode.Scalar> = isSingle ? ["‘", "’", "‹", "›", "'"] : ["“", "”", "«", "»", "\""]
    let content = index
    while let next = peekScalar() {
      if closing.contains(next.0) {
        let body = String(decoding: text[content..<index], as: UTF8.self)
        index += next.length
        tell(start, "these are typographic quotes", "write straight ones: \"\(Excerpt.text(body.utf8))\"")
        return .string(body)
      }
      if next.0 == "\n" || next.0 == "\r" { break }
      index += next.length
    }
    endIsLost = true
    problems.append(
      Problem(
        span: start..<content, code: .syntax, message: "this is a typographic quote, and it is never closed",
        help: "put text between two straight quotes: \"text\""))
    return .string(String(decoding: text[content..<index], as: UTF8.self))
  }

  private func peekScalar() -> (Unicode.Scalar, length: Int)? {
    guard index < text.count else { return nil }
    var iterator = text[index..<min(text.count, index + 4)].makeIterator()
    var decoder = UTF8()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return nil }
    return (scalar, UTF8.width(scalar))
  }

  private mutating func scalar() -> Unicode.Scalar? {
    guard let (scalar, length) = peekScalar() else { return nil }
    index += length
    return scalar
  }
}
