/// Cuts an expression's text into tokens (cel-spec, doc/langdef.md, "Syntax"). What people write for want of knowing better, `=` or
/// “typographic quotes”, is told and then read as what was meant.
struct Lexer {
  let text: [UInt8]
  var index = 0
  var tokens: [Token] = []
  var problems: [Problem] = []
  /// A text ran to the end, or the like: what would be told of the end is only a consequence.
  var endIsLost = false

  init(_ text: [UInt8]) { self.text = text }

  /// The byte at `index + offset`; 0 behind the end.
  func peek(_ offset: Int = 0) -> UInt8 { index + offset < text.count ? text[index + offset] : 0 }

  mutating func run() {
    while true {
      let before = index
      skipBlanks()
      let isAttached = index == before && !tokens.isEmpty
      guard index < text.count else {
        tokens.append(Token(kind: .end, span: index..<index, isAttached: isAttached))
        return
      }
      let start = index
      if let kind = next() {
        tokens.append(Token(kind: kind, span: start..<index, isAttached: isAttached))
      }
    }
  }

  private mutating func skipBlanks() {
    while index < text.count {
      switch peek() {
      case 9, 10, 12, 13, 32: index += 1
      case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
        while index < text.count, peek() != 10, peek() != 13 { index += 1 }
      default: return
      }
    }
  }

  /// The token at `index`, where something stands; `nil` where what stood there was told and left out.
  private mutating func next() -> Token.Kind? {
    let byte = peek()
    if let literal = prefixedString() { return literal }
    if byte.isLetter {
      let start = index
      while peek().isNamePart { index += 1 }
      return .identifier(String(decoding: text[start..<index], as: UTF8.self))
    }
    if byte.isDecimalDigit || (byte == UInt8(ascii: ".") && peek(1).isDecimalDigit) { return number() }
    if byte == UInt8(ascii: "`") { return quotedName() }
    if byte >= 0x80 { return foreign() }
    return symbol()
  }

  private mutating func symbol() -> Token.Kind? {
    let two: [UInt8] = [peek(), peek(1)]
    if let symbol = Symbol(rawValue: String(decoding: two, as: UTF8.self)) {
      index += 2
      if symbol == .equal || symbol == .notEqual, peek() == UInt8(ascii: "=") {
        index += 1
        tell(index - 3, "`\(symbol.rawValue)=` is not an operator", "write `\(symbol.rawValue)`")
      } else if symbol == .lessOrEqual, peek() == UInt8(ascii: ">") {
        index += 1
        tell(index - 3, "`<=>` is not an operator", "write `==`, `<=` or `>=`")
      }
      return .symbol(symbol)
    }
    if let mistaken = mistakenSymbol() { return .symbol(mistaken) }
    if let symbol = Symbol(rawValue: String(decoding: [peek()], as: UTF8.self)) {
      index += 1
      return .symbol(symbol)
    }
    strayCharacter()
    return nil
  }

  private mutating func quotedName() -> Token.Kind {
    let start = index
    index += 1
    while index < text.count, peek() != UInt8(ascii: "`"), peek() != 10 { index += 1 }
    let name = String(decoding: text[start + 1..<index], as: UTF8.self)
    guard peek() == UInt8(ascii: "`") else {
      endIsLost = true
      tell(start, "this backtick is never closed", "write the missing backtick behind the name")
      return .quotedIdentifier(name)
    }
    index += 1
    let isName = !name.isEmpty && name.utf8.allSatisfy { $0.isNamePart || "-./ ".utf8.contains($0) }
    if !isName {
      tell(
        start, "a name in backticks holds letters, digits, `_`, `-`, `.`, `/` and spaces", "write text in \"quotes\"")
    }
    return .quotedIdentifier(name)
  }

  /// Notes a problem from `start` to where the reading is.
  mutating func tell(_ start: Int, _ message: String, _ help: String) {
    problems.append(Problem(span: start..<index, code: .syntax, message: message, help: help))
  }

  /// What stands from `start` to where the reading is, cut short for a message.
  func excerpt(_ start: Int) -> String { Excerpt.text(text[start..<index]) }
}

extension UInt8 {
  var isDecimalDigit: Bool { self >= 48 && self <= 57 }
  var isLetter: Bool { (self | 32) >= 97 && (self | 32) <= 122 || self == 95 }
  var isNamePart: Bool { isLetter || isDecimalDigit }
  /// The value of a hexadecimal digit.
  var hexadecimal: UInt32? {
    switch self {
    case 48...57: UInt32(self) - 48
    case 65...70: UInt32(self) - 55
    case 97...102: UInt32(self) - 87
    default: nil
    }
  }
}

/// What was written, fit for one line of a message.
enum Excerpt {
  static func text(_ bytes: some Collection<UInt8>) -> String {
    let text = String(decoding: bytes.prefix(200), as: UTF8.self)
    var shown = String.UnicodeScalarView(
      text.unicodeScalars.map { $0.value < 32 || (0x7F...0x9F).contains($0.value) ? " " : $0 })
    if shown.count > 60 { shown = String.UnicodeScalarView(shown.prefix(57)) + "...".unicodeScalars }
    return String(shown)
  }
}
