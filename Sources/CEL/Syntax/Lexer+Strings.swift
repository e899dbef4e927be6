extension Lexer {
  /// `"…"`, `'…'`, `"""…"""`, each also raw (`r`) and of bytes (`b`, `br`); `nil` where none begins.
  mutating func prefixedString() -> Token.Kind? {
    var length = 0
    let isBytes = peek() | 32 == UInt8(ascii: "b")
    if isBytes { length += 1 }
    let isRaw = peek(length) | 32 == UInt8(ascii: "r")
    if isRaw { length += 1 }
    let quote = peek(length)
    guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
    let start = index
    index += length
    let isTriple = peek(1) == quote && peek(2) == quote
    index += isTriple ? 3 : 1
    let content = index
    while true {
      guard index < text.count, isTriple || (peek() != 10 && peek() != 13) else {
        unclosed(start, quote)
        break
      }
      if peek() == UInt8(ascii: "\\"), !isRaw {
        index = min(index + 2, text.count)
        continue
      }
      if peek() == quote, !isTriple || (peek(1) == quote && peek(2) == quote) { break }
      index += 1
    }
    let end = max(content, min(index, text.count))
    if index < text.count, peek() == quote { index += isTriple ? 3 : 1 }
    let body = text[content..<end]
    var bytes: [UInt8] = isRaw ? Array(body) : []
    if !isRaw {
      bytes.reserveCapacity(body.count)
      unescape(content..<end, isBytes: isBytes, into: &bytes)
    }
    return isBytes ? .bytes(bytes) : .string(String(decoding: bytes, as: UTF8.self))
  }

  private mutating func unclosed(_ start: Int, _ quote: UInt8) {
    endIsLost = true
    let character = quote == UInt8(ascii: "'") ? "'" : "\""
    problems.append(
      Problem(
        span: start..<start + 1, code: .syntax, message: "this quote is never closed",
        help: "write the missing \(character) at the end of the text"))
  }

  private mutating func unescape(_ range: Range<Int>, isBytes: Bool, into bytes: inout [UInt8]) {
    var place = range.lowerBound
    func digits(_ from: Int, _ count: Int) -> UInt32? {
      guard from + count <= range.upperBound else { return nil }
      var value: UInt32 = 0
      for index in from..<from + count {
        guard let digit = text[index].hexadecimal else { return nil }
        value = value << 4 | digit
      }
      return value
    }
    func octal(_ from: Int) -> UInt32? {
      guard from + 3 <= range.upperBound, text[from] <= 51 else { return nil }
      var value: UInt32 = 0
      for index in from..<from + 3 {
        guard (48...55).contains(text[index]) else { return nil }
        value = value << 3 | UInt32(text[index] - 48)
      }
      return value
    }
    while place < range.upperBound {
      guard text[place] == UInt8(ascii: "\\") else {
        bytes.append(text[place])
        place += 1
        continue
      }
      let start = place
      place += 2
      guard start + 1 < range.upperBound else { break }
      switch text[start + 1] {
      case UInt8(ascii: "a"): bytes.append(7)
      case UInt8(ascii: "b"): bytes.append(8)
      case UInt8(ascii: "f"): bytes.append(12)
      case UInt8(ascii: "n"): bytes.append(10)
      case UInt8(ascii: "r"): bytes.append(13)
      case UInt8(ascii: "t"): bytes.append(9)
      case UInt8(ascii: "v"): bytes.append(11)
      case UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
        bytes.append(text[start + 1])
      case UInt8(ascii: "x"), UInt8(ascii: "X"):
        guard let value = digits(place, 2) else { badEscape(start, 2, "two hexadecimal digits follow `\\x`"); continue }
        place += 2
        if isBytes { bytes.append(UInt8(value)) } else { append(value, to: &bytes) }
      case 48...51:
        guard let value = octal(start + 1) else {
          badEscape(start, 2, "three octal digits follow the backslash: `\\012`"); continue
        }
        place += 2
        if isBytes { bytes.append(UInt8(value)) } else { append(value, to: &bytes) }
      case UInt8(ascii: "u") where !isBytes, UInt8(ascii: "U") where !isBytes:
        let count = text[start + 1] == UInt8(ascii: "u") ? 4 : 8
        guard var value = digits(place, count) else {
          badEscape(start, 2, "\(count) hexadecimal digits follow `\\\(count == 4 ? "u" : "U")`")
          continue
        }
        place += count
        if (0xD800..<0xDC00).contains(value), place + 2 <= range.upperBound, text[place] == UInt8(ascii: "\\"),
          text[place + 1] | 32 == UInt8(ascii: "u"),
          let low = digits(place + 2, text[place + 1] == UInt8(ascii: "U") ? 8 : 4), (0xDC00..<0xE000).contains(low)
        {
          place += text[place + 1] == UInt8(ascii: "U") ? 10 : 6
          value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
        }
        if !append(value, to: &bytes) { badEscape(start, place - start, "there is no such character") }
      default:
        badEscape(start, 2, "write `\\\\` for a backslash, or r\"…\" for a text whose backslashes stand for themselves")
      }
    }
  }

  private mutating func badEscape(_ start: Int, _ length: Int, _ help: String) {
    // Whole characters only: what follows the backslash may be one of several bytes.
    var end = min(start + length, text.count)
    while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
    problems.append(
      Problem(
        span: start..<end, code: .syntax, message: "`\(Excerpt.text(text[start..<end]))` is no escape sequence",
        help: help))
  }

  @discardableResult private func append(_ value: UInt32, to bytes: inout [UInt8]) -> Bool {
    guard let scalar = Unicode.Scalar(value) else { return false }
    bytes.append(contentsOf: String(Character(scalar)).utf8)
    return true
  }
}
