/// Splits JSON text into tokens.
struct JSONTokens {
  enum Token {
    case beginObject, endObject, beginArray, endArray, colon, comma
    case string(String)
    case number(Double, text: String)
    case boolean(Bool)
    case null
    case end
  }

  /// What is wrong at a range of bytes.
  struct Fault: Error {
    var message: String
    var help: String?
    var range: Range<Int>
  }

  private let bytes: [UInt8]
  private(set) var index: Int
  /// Where the last token began.
  private(set) var start: Int

  init(_ bytes: [UInt8], from: Int) {
    self.bytes = bytes
    index = from
    start = from
  }

  mutating func next() throws(Fault) -> Token {
    while index < bytes.count, [32, 9, 10, 13].contains(bytes[index]) { index += 1 }
    start = index
    guard index < bytes.count else { return .end }
    let byte = bytes[index]
    switch byte {
    case UInt8(ascii: "{"): return single(.beginObject)
    case UInt8(ascii: "}"): return single(.endObject)
    case UInt8(ascii: "["): return single(.beginArray)
    case UInt8(ascii: "]"): return single(.endArray)
    case UInt8(ascii: ":"): return single(.colon)
    case UInt8(ascii: ","): return single(.comma)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), 48...57: return try number()
    default: return try word()
    }
  }

  private mutating func single(_ token: Token) -> Token {
    index += 1
    return token
  }

  private mutating func word() throws(Fault) -> Token {
    var end = index
    while end < bytes.count, isWordByte(bytes[end]) { end += 1 }
    switch String(decoding: bytes[index..<end], as: UTF8.self) {
    case "true":
      index = end
      return .boolean(true)
    case "false":
      index = end
      return .boolean(false)
    case "null":
      index = end
      return .null
    case let text where end > index:
      let help =
        switch text.lowercased() {
        case "true", "false", "null": "write it in small letters: `\(text.lowercased())`"
        case "none", "nil", "undefined", "nan", "infinity", "inf": "write `null`, or leave the member out"
        default: "put text in double quotes: `\"\(Excerpt.quoted(text))\"`"
        }
      throw Fault(message: "`\(Excerpt.quoted(text))` is no value of JSON", help: help, range: index..<end)
    default:
      end = index + 1
      while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
      let help: String? =
        switch bytes[index] {
        case UInt8(ascii: "'"): "use double quotes: `\"…\"`"
        case UInt8(ascii: "/"), UInt8(ascii: "#"): "JSON has no comments; delete it"
        case UInt8(ascii: "+"), UInt8(ascii: "."): "write numbers as `0.5`, without `+`"
        default: "delete it, or put text in double quotes"
        }
      let shown = Excerpt.quoted(String(decoding: bytes[index..<end], as: UTF8.self))
      throw Fault(message: "a value cannot begin with `\(shown)`", help: help, range: index..<end)
    }
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    (97...122).contains(byte | 32) || (48...57).contains(byte) || byte == 95 || byte >= 0x80
  }

  private mutating func number() throws(Fault) -> Token {
    let begin = index
    var end = index
    while end < bytes.count, isWordByte(bytes[end]) || bytes[end] == 43 || bytes[end] == 45 || bytes[end] == 46 {
      end += 1
    }
    if bytes[index] == 45 { index += 1 }
    let wholeStart = index
    let whole = digits()
    var isFine = whole > 0 && !(whole > 1 && bytes[wholeStart] == 48)
    if isFine, index < end, bytes[index] == 46 {
      index += 1
      isFine = digits() > 0
    }
    if isFine, index < end, bytes[index] | 32 == UInt8(ascii: "e") {
      index += 1
      if index < end, bytes[index] == 43 || bytes[index] == 45 { index += 1 }
      isFine = digits() > 0
    }
    let text = String(decoding: bytes[begin..<end], as: UTF8.self)
    guard isFine, index == end else {
      throw Fault(
        message: "`\(Excerpt.quoted(text))` is no number of JSON",
        help: "write digits with a point, without leading zeros: `0.5`",
        range: begin..<end)
    }
    guard let value = Double(text), value.isFinite else {
      throw Fault(message: "the number `\(Excerpt.quoted(text))` is too large", help: nil, range: begin..<end)
    }
    return .number(value, text: text)
  }

  private mutating func digits() -> Int {
    let start = index
    while index < bytes.count, (48...57).contains(bytes[index]) { index += 1 }
    return index - start
  }

  private mutating func string() throws(Fault) -> String {
    let begin = index
    index += 1
    var run = index
    var text: [UInt8] = []
    while true {
      guard index < bytes.count else {
        throw Fault(
          message: "this quotation mark is never closed", help: "write `\"` at the end of the text",
          range: begin..<begin + 1)
      }
      switch bytes[index] {
      case UInt8(ascii: "\""):
        index += 1
        if text.isEmpty { return String(decoding: bytes[run..<index - 1], as: UTF8.self) }
        return String(decoding: text + bytes[run..<index - 1], as: UTF8.self)
      case UInt8(ascii: "\\"):
        text += bytes[run..<index]
        text += try escape()
        run = index
      case 10, 13:
        throw Fault(
          message: "the text is not closed on this line",
          help: "write `\"` at its end; a line end within text is `\\n`", range: begin..<index)
      case 0..<32:
        throw Fault(
          message: "a control character cannot stand in text", help: "write a tab as `\\t`", range: index..<index + 1)
      default: index += 1
      }
    }
  }

  private mutating func escape() throws(Fault) -> [UInt8] {
    let begin = index
    index += 1
    let kind = index < bytes.count ? bytes[index] : 0
    index = min(index + 1, bytes.count)
    switch kind {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [kind]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "u"):
      if let unit = hex() {
        if let scalar = Unicode.Scalar(UInt32(unit)) { return Array(String(Character(scalar)).utf8) }
        if unit < 0xDC00, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
          bytes[index + 1] == UInt8(ascii: "u")
        {
          index += 2
          if let low = hex(), (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00))
          {
            return Array(String(Character(scalar)).utf8)
          }
        }
        throw Fault(
          message: "this is half of a character", help: "characters beyond U+FFFF are two escapes: `\\ud83d\\ude00`",
          range: begin..<index)
      }
      throw Fault(message: "after `\\u` there must be four hexadecimal digits", help: nil, range: begin..<index)
    default:
      while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
      throw Fault(
        message: "in text `\\` begins an escape, and this is none", help: "write `\\\\` for a backslash",
        range: begin..<index)
    }
  }

  /// Four hexadecimal digits; `nil`, and nothing read, where there are none.
  private mutating func hex() -> UInt16? {
    guard index + 4 <= bytes.count else { return nil }
    var value: UInt16 = 0
    for byte in bytes[index..<index + 4] {
      switch byte {
      case 48...57: value = value << 4 | UInt16(byte - 48)
      case 65...70, 97...102: value = value << 4 | UInt16((byte | 32) - 87)
      default: return nil
      }
    }
    index += 4
    return value
  }
}
