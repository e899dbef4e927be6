/// Splits JSON text into tokens, with a window of the file in memory at a time. The only one who reads the bytes of JSON.
struct JSONTokens {
  enum Token: UInt8 {
    case beginObject, endObject, beginArray, endArray, colon, comma
    /// Without and with escapes in it.
    case string, escapedString
    case number, yes, no, null
    case end
  }

  private(set) var window: JSONWindow
  /// Where the next token is looked for, in the window.
  private var cursor = 0
  /// Where the last token began, in the window.
  private var begin = 0
  /// What must stay in the window from here on, an offset in the file; `nil`: only the token that is being read.
  var pin: Int?
  /// The value of the last number.
  private(set) var number = 0.0

  /// Where the last token began and ended, in the file.
  var start: Int { window.base + begin }
  var index: Int { window.base + cursor }

  private let sizeLimit: Int

  /// - Parameters:
  ///   - chunk: bytes to take in at a time.
  ///   - sizeLimit: bytes that may be kept at once.
  init(_ file: SourceFile, chunk: Int, sizeLimit: Int) {
    window = JSONWindow(file, chunk: chunk)
    self.sizeLimit = sizeLimit
    window.advance(keeping: 0)
    while window.filled < 3, !window.isLast { window.advance(keeping: 0) }
    if window.filled >= 3, window.bytes[0] == 0xEF, window.bytes[1] == 0xBB, window.bytes[2] == 0xBF { cursor = 3 }
  }

  mutating func next() throws(JSONFault) -> Token {
    while true {
      if let token = try attempt() {
        if token == .end { try checkIsWhole() }
        return token
      }
      // The window ended before the token did: it begins again, with more of the file.
      cursor = begin
      try refill()
    }
  }

  private mutating func refill() throws(JSONFault) {
    let keep = min(pin ?? start, start)
    guard window.base + window.filled - keep <= sizeLimit else {
      throw JSONFault(
        code: "limit", message: "what begins here is longer than \(Quantity.text(bytes: Int64(sizeLimit)))",
        help: "split it or simplify its shapes", range: keep..<keep + 1)
    }
    let shift = keep - window.base
    window.advance(keeping: keep)
    begin -= shift
    cursor -= shift
    try checkIsWhole()
  }

  private func checkIsWhole() throws(JSONFault) {
    guard window.isBroken else { return }
    throw JSONFault(
      code: "file-changed", message: "the file changed or failed while it was read",
      help: "try again once it is written", range: index..<index)
  }

  /// `nil` where the window ends too early to say.
  private mutating func attempt() throws(JSONFault) -> Token? {
    while true {
      let byte = window.bytes[cursor]
      begin = cursor
      switch byte {
      case 32, 10, 13, 9: cursor += 1
      case UInt8(ascii: ","): return single(.comma)
      case UInt8(ascii: "["): return single(.beginArray)
      case UInt8(ascii: "]"): return single(.endArray)
      case UInt8(ascii: "-"), 48...57: return try numberToken()
      case UInt8(ascii: "\""): return try stringToken()
      case UInt8(ascii: ":"): return single(.colon)
      case UInt8(ascii: "{"): return single(.beginObject)
      case UInt8(ascii: "}"): return single(.endObject)
      case 0 where cursor == window.filled: return window.isLast ? .end : nil
      default: return try word()
      }
    }
  }

  private mutating func single(_ token: Token) -> Token {
    cursor += 1
    return token
  }

  // MARK: Words

  private mutating func word() throws(JSONFault) -> Token? {
    let end = wordEnd(from: cursor)
    if end == window.filled, !window.isLast { return nil }
    try JSONFault.checkEncoding(window, cursor..<max(end, cursor + 1))
    let text = window.bytes[cursor..<end]
    let token: Token? =
      text.elementsEqual("true".utf8)
      ? .yes : text.elementsEqual("false".utf8) ? .no : text.elementsEqual("null".utf8) ? .null : nil
    guard let token else { throw JSONFault.noValue(window, cursor..<end) }
    cursor = end
    return token
  }

  private func wordEnd(from: Int) -> Int {
    var end = from
    while Self.isWordByte(window.bytes[end]) { end += 1 }
    return end
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    (97...122).contains(byte | 32) || (48...57).contains(byte) || byte == 95 || byte >= 0x80
  }

  // MARK: Numbers

  private static let powers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]

  private mutating func numberToken() throws(JSONFault) -> Token? {
    var place = cursor
    let isNegative = window.bytes[place] == 45
    if isNegative { place += 1 }
    var mantissa: UInt64 = 0
    let wholeStart = place
    digits(&place, &mantissa)
    var count = place - wholeStart
    var isFine = count > 0 && !(count > 1 && window.bytes[wholeStart] == 48)
    var exponent = 0
    if isFine, window.bytes[place] == 46 {
      place += 1
      let fractionStart = place
      digits(&place, &mantissa)
      exponent = fractionStart - place
      count -= exponent
      isFine = exponent < 0
    }
    if isFine, window.bytes[place] | 32 == 101 {
      place += 1
      let isBelow = window.bytes[place] == 45
      if isBelow || window.bytes[place] == 43 { place += 1 }
      var power: UInt64 = 0
      let powerStart = place
      digits(&place, &power)
      isFine = place > powerStart
      // Beyond nine digits the power isn't looked at any more.
      exponent += (place - powerStart > 9 ? 1_000_000 : Int(power)) * (isBelow ? -1 : 1)
    }
    let end = isNumberByte(window.bytes[place]) || !isFine ? numberEnd(from: cursor) : place
    if end == window.filled, !window.isLast { return nil }
    guard isFine, end == place else { throw JSONFault.noNumber(window, cursor..<end) }
    // Both are exact, and so the quotient is the nearest double (W. D. Clinger, "How to Read Floating Point Numbers Accurately", 1990).
    if count <= 19, mantissa <= 1 << 53, exponent <= 22, exponent >= -22 {
      let value = Double(mantissa)
      let exact = exponent < 0 ? value / Self.powers[-exponent] : value * Self.powers[exponent]
      number = isNegative ? -exact : exact
    } else {
      let text = String(decoding: window.bytes[cursor..<end], as: UTF8.self)
      guard let value = Double(text), value.isFinite else { throw JSONFault.hugeNumber(window, cursor..<end) }
      number = value
    }
    cursor = end
    return .number
  }

  @inline(__always)
  private func digits(_ place: inout Int, _ value: inout UInt64) {
    while true {
      let digit = window.bytes[place] &- 48
      guard digit < 10 else { return }
      value = value &* 10 &+ UInt64(digit)
      place += 1
    }
  }

  private func isNumberByte(_ byte: UInt8) -> Bool { Self.isWordByte(byte) || byte == 43 || byte == 45 || byte == 46 }

  private func numberEnd(from: Int) -> Int {
    var end = from
    while isNumberByte(window.bytes[end]) { end += 1 }
    return end
  }

  // MARK: Text

  private mutating func stringToken() throws(JSONFault) -> Token? {
    var place = cursor + 1
    var token = Token.string
    while true {
      let byte = window.bytes[place]
      switch byte {
      case UInt8(ascii: "\""):
        cursor = place + 1
        return token
      case UInt8(ascii: "\\"):
        token = .escapedString
        guard let length = try JSONFault.escape(window, at: place) else { return nil }
        place += length
      case 0x80...:
        let length = SourceText.sequenceLength(window.bytes, place)
        if length == 0 {
          if place + 4 > window.filled, !window.isLast { return nil }
          try JSONFault.checkEncoding(window, place..<place + 1)
        }
        place += length
      case 0..<32:
        if place == window.filled, !window.isLast { return nil }
        throw JSONFault.inText(window, from: cursor, at: place)
      default: place += 1
      }
    }
  }
}
