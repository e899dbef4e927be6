/// What is wrong at a range of bytes of JSON text.
struct JSONFault: Error {
  var code = "syntax"
  var message: String
  var help: String?
  /// Offsets in the file.
  var range: Range<Int>

  func diagnostic(_ map: SourceMap) -> Diagnostic {
    Diagnostic(
      severity: .error, code: code, message: message, help: help,
      span: map.span(range.lowerBound, range.upperBound))
  }

  private init(_ window: JSONWindow, _ range: Range<Int>, code: String = "syntax", _ message: String, help: String?) {
    self.init(
      code: code, message: message, help: help,
      range: range.lowerBound + window.base..<range.upperBound + window.base)
  }

  init(code: String = "syntax", message: String, help: String?, range: Range<Int>) {
    self.code = code
    self.message = message
    self.help = help
    self.range = range
  }
}

/// What each fault is called; ranges here are of the window.
extension JSONFault {
  private static func text(_ window: JSONWindow, _ range: Range<Int>) -> String {
    Excerpt.quoted(String(decoding: window.bytes[range].prefix(400), as: UTF8.self))
  }

  static func noValue(_ window: JSONWindow, _ range: Range<Int>) -> JSONFault {
    guard range.isEmpty else {
      let text = text(window, range)
      let help =
        switch text.lowercased() {
        case "true", "false", "null": "write it in small letters: `\(text.lowercased())`"
        case "none", "nil", "undefined", "nan", "infinity", "inf": "write `null`, or leave the member out"
        default: "put text in double quotes: `\"\(text)\"`"
        }
      return JSONFault(window, range, "`\(text)` is no value of JSON", help: help)
    }
    let help: String? =
      switch window.bytes[range.lowerBound] {
      case UInt8(ascii: "'"): "use double quotes: `\"…\"`"
      case UInt8(ascii: "/"), UInt8(ascii: "#"): "JSON has no comments; delete it"
      case UInt8(ascii: "+"), UInt8(ascii: "."): "write numbers as `0.5`, without `+`"
      default: "delete it, or put text in double quotes"
      }
    let range = range.lowerBound..<range.lowerBound + 1
    return JSONFault(window, range, "a value cannot begin with `\(text(window, range))`", help: help)
  }

  static func noNumber(_ window: JSONWindow, _ range: Range<Int>) -> JSONFault {
    JSONFault(
      window, range, "`\(text(window, range))` is no number of JSON",
      help: "write digits with a point, without leading zeros: `0.5`")
  }

  static func hugeNumber(_ window: JSONWindow, _ range: Range<Int>) -> JSONFault {
    JSONFault(window, range, "the number `\(text(window, range))` is too large", help: nil)
  }

  /// A byte below 32 within text, at `place`; the text's quotation mark stands at `from`.
  static func inText(_ window: JSONWindow, from: Int, at place: Int) -> JSONFault {
    switch window.bytes[place] {
    case _ where place == window.filled:
      JSONFault(
        window, from..<from + 1, "this quotation mark is never closed", help: "write `\"` at the end of the text")
    case 10, 13:
      JSONFault(
        window, from..<place, "the text is not closed on this line",
        help: "write `\"` at its end; a line end within text is `\\n`")
    default:
      JSONFault(
        window, place..<place + 1, "a control character cannot stand in text", help: "write a tab as `\\t`")
    }
  }

  /// Throws at the first byte in the range that is no UTF-8.
  static func checkEncoding(_ window: JSONWindow, _ range: Range<Int>) throws(JSONFault) {
    var index = range.lowerBound
    while index < range.upperBound {
      let length = SourceText.sequenceLength(window.bytes, index)
      if length == 0 {
        var end = index + 1
        while end < window.filled, window.bytes[end] & 0xC0 == 0x80, end < index + 4 { end += 1 }
        let first = window.base + index
        if first == 0, window.bytes.starts(with: [0xFF, 0xFE]) || window.bytes.starts(with: [0xFE, 0xFF]) {
          throw JSONFault(
            window, index..<index, code: "encoding", "the file is UTF-16, not UTF-8",
            help: "save it as UTF-8 (in Notepad: Save as, Encoding)")
        }
        throw JSONFault(
          window, index..<end, code: "encoding", SourceText.illFormed(window.bytes[index]),
          help: "save the file as UTF-8"
        )
      }
      index += length
    }
  }

  /// How long the escape is whose backslash stands at `place`; `nil` where the window ends too early to say.
  static func escape(_ window: JSONWindow, at place: Int) throws(JSONFault) -> Int? {
    // Two escapes of six bytes are looked at, at most.
    if place + 12 > window.filled, !window.isLast { return nil }
    switch window.bytes[place + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return 2
    case UInt8(ascii: "u"):
      guard let unit = JSONEscapes.hex(window.bytes[...], place + 2) else {
        throw JSONFault(
          window, place..<place + 2, "after `\\u` there must be four hexadecimal digits", help: nil)
      }
      guard (0xD800...0xDFFF).contains(unit) else { return 6 }
      if unit < 0xDC00, JSONEscapes.lowHalf(window.bytes[...], place + 6) != nil { return 12 }
      let end = unit < 0xDC00 && JSONEscapes.unit(window.bytes[...], place + 6) != nil ? place + 12 : place + 6
      throw JSONFault(
        window, place..<end, "this is half of a character",
        help: "characters beyond U+FFFF are two escapes: `\\ud83d\\ude00`")
    default:
      var end = min(place + 2, window.filled)
      while end < window.filled, window.bytes[end] & 0xC0 == 0x80 { end += 1 }
      throw JSONFault(
        window, place..<end, "in text `\\` begins an escape, and this is none",
        help: "write `\\\\` for a backslash")
    }
  }
}
