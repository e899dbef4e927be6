/// A syntax error, told so that somebody who has never heard of YAML's grammar can mend it.
struct YAMLFault {
  var code = "syntax"
  var message: String
  var help: String?
  /// Byte offsets of the fault.
  var range: Range<Int>

  init(_ failure: YAMLEvents.Failure, bytes: [UInt8], map: SourceMap) {
    let text = FaultText(bytes: bytes, map: map)
    let place = text.word(at: failure.place)
    let byte = failure.place < bytes.count ? bytes[failure.place] : 0
    func make(_ message: String, _ help: String?, _ range: Range<Int>? = nil, code: String = "syntax") -> YAMLFault {
      YAMLFault(code: code, message: message, help: help, range: range ?? place)
    }
    let problem = failure.problem
    let context = failure.context
    let opening = failure.contextPlace

    if let tab = text.tabInIndentation(at: failure.place), !context.contains("quoted") {
      self = make(
        "this line is indented with a tab, and YAML takes only spaces",
        "replace the tab by spaces, two for each level (most editors can insert spaces when you press Tab)", tab,
        code: "tab")
    } else if context.contains("quoted scalar") {
      self = Self.quoted(problem, opening: opening, place: place, text: text, make: make)
    } else if context.contains("anchor") || context.contains("alias") {
      let first = opening < bytes.count ? String(decoding: [bytes[opening]], as: UTF8.self) : "*"
      self = make(
        "a value that begins with `\(first)` must be in quotes",
        "put the value in quotes: `'\(text.excerpt(text.word(at: opening)))'`",
        text.word(at: opening))
    } else if context.contains(" tag") || problem.contains("tag handle") {
      let word = context.contains(" tag") ? text.word(at: opening) : place
      self = make(
        "a value that begins with `!` must be in quotes", "put the whole value in quotes: `'\(text.excerpt(word))…'`",
        word, code: "tag")
    } else if context.contains("block scalar") {
      self = make(
        "a value that begins with `|` or `>` is a text of several lines, and this is none",
        "put the value in quotes, or begin the text on the next line, indented",
        problem.contains("tab") ? place : text.word(at: opening))
    } else if problem.contains("mapping values are not allowed") {
      self = Self.secondColon(text, failure.place, make: make)
    } else if problem.contains("block sequence entries are not allowed") {
      self = make(
        "a list cannot begin on this line",
        "put each `- ` on a line of its own below the key, or write the list as `[a, b]`")
    } else if problem.contains("could not find expected ':'") {
      self = Self.missingColon(text, opening, make: make)
    } else if problem.contains("did not find expected ',' or") {
      self = Self.unclosed(text, opening: opening, place: place, make: make)
    } else if problem.contains("did not find expected key") || problem.contains("'-' indicator") {
      self = Self.misplaced(text, context: context, opening: opening, place: place, make: make)
    } else if problem.contains("cannot start any token") {
      self = make(
        byte == UInt8(ascii: "`")
          ? "a value cannot begin with a backtick"
          : "a value cannot begin with `\(text.excerpt(failure.place..<text.character(after: failure.place)))`",
        "put the value in quotes: `'\(text.excerpt(place))'`")
    } else if problem.contains("node content") {
      self = make(
        byte == 0 ? "a value is missing at the end of the file" : "a value is missing before this",
        "delete what is too much here, or write the value; text with `,` `[` `]` `{` `}` in it must be in quotes")
    } else if problem.contains("<document start>") || problem.contains("directive") {
      self = make(
        "this doesn't belong to what stands before it",
        "is a closing `}` or `]` too much, or the indentation of this line wrong?")
    } else if problem.contains("out of memory") {
      self = make("there is not enough memory to read the file", nil, code: "memory")
    } else {
      self = make("this is not valid YAML: \(Excerpt.quoted(problem))", "put text with special characters in quotes")
    }
  }

  private init(code: String, message: String, help: String?, range: Range<Int>) {
    self.code = code
    self.message = message
    self.help = help
    self.range = range
  }

  private typealias Make = (String, String?, Range<Int>?, String) -> YAMLFault

  private static func quoted(_ problem: String, opening: Int, place: Range<Int>, text: FaultText, make: Make)
    -> YAMLFault
  {
    if problem.contains("end of stream") || problem.contains("document indicator") {
      let quote = text.excerpt(opening..<opening + 1)
      return make(
        "this quotation mark is never closed", "write `\(quote)` at the end of the value as well",
        opening..<opening + 1, "unclosed")
    }
    let end = min(place.lowerBound + 2, text.bytes.count)
    return make(
      "in double quotes `\\` begins an escape, and `\(text.excerpt(place.lowerBound..<end))` is none",
      "use single quotes, in which `\\` has no meaning, or write `\\\\`", place.lowerBound..<end, "escape")
  }

  private static func secondColon(_ text: FaultText, _ place: Int, make: Make) -> YAMLFault {
    let line = text.lineStart(place)
    let before = text.bytes[line..<place]
    if zip(before, before.dropFirst()).contains(where: { $0 == UInt8(ascii: ":") && $1 == 32 }) {
      let written = String(decoding: text.bytes[line..<text.lineContent(place).upperBound], as: UTF8.self)
      let parts = written.split(separator: ":").map { $0.filter { $0 != " " } }
      let isTrigger = parts.count == 3 && parts[0] == "on" && !parts[2].isEmpty
      let isAction = parts.count == 3 && ["then", "clear"].contains(parts[0]) && !parts[2].isEmpty
      return make(
        "a second `:` on this line: text that contains `: ` must be in quotes",
        isTrigger
          ? "write `on: { \(Excerpt.quoted(parts[1])): \(Excerpt.quoted(parts[2])) }`"
          : isAction
            ? "write `\(Excerpt.quoted(parts[0])): [{ \(Excerpt.quoted(parts[1])): \(Excerpt.quoted(parts[2])) }]`"
            : "write `key: 'text: more text'`",
        place..<place + 1,
        "syntax")
    }
    if let blanks = text.foreignIndentation(before: place) {
      return make(
        "this line is indented with a special space that only looks like one", "delete it and press the space bar",
        blanks, "special-space")
    }
    let above = line > 0 ? text.lineContent(line - 1) : 0..<0
    if text.bytes[above].starts(with: "//".utf8) {
      return make(
        "`//` begins no comment here", "write `#` in its place", above.lowerBound..<above.lowerBound + 2, "comment")
    }
    if text.bytes[above].first == UInt8(ascii: "-"), above.count > 1, text.bytes[above.lowerBound + 1] != 32,
      text.bytes[above.lowerBound + 1] != UInt8(ascii: "-")
    {
      return make(
        "after the `-` a space is missing", "write `- \(text.excerpt(above.lowerBound + 1..<above.upperBound))`",
        above.lowerBound..<above.lowerBound + 1, "missing-space")
    }
    if let colon = gluedColon(text, above: line) {
      let glued = text.lineContent(colon)
      let first = text.bytes[glued.lowerBound] == UInt8(ascii: "-") ? glued.lowerBound + 1 : glued.lowerBound
      let start = text.bytes[first..<glued.upperBound].firstIndex { $0 != 32 && $0 != UInt8(ascii: "-") } ?? first
      return make(
        "after the `:` a space is missing",
        "write `\(text.excerpt(start..<colon)): \(text.excerpt(colon + 1..<glued.upperBound))`", colon..<colon + 1,
        "missing-space")
    }
    return make(
      "this key is indented deeper than the line above, which has its value already",
      "begin keys that belong together in the same column", text.lineContent(place).lowerBound..<place + 1,
      "indentation")
  }

  /// The colon of `name:value` on the last line with text above, which makes a text of what was meant as a key.
  private static func gluedColon(_ text: FaultText, above line: Int) -> Int? {
    guard line > 0 else { return nil }
    let content = text.lineContent(line - 1)
    guard let colon = text.bytes[content].firstIndex(of: UInt8(ascii: ":")), colon + 1 < content.upperBound,
      text.bytes[colon + 1] != 32,
      !text.bytes[content].contains(where: { [UInt8(ascii: "\""), 39, 35, UInt8(ascii: "{"), 91].contains($0) })
    else { return nil }
    let isURL = text.bytes[colon...].starts(with: "://".utf8)
    return isURL ? nil : colon
  }

  private static func missingColon(_ text: FaultText, _ place: Int, make: Make) -> YAMLFault {
    let content = text.lineContent(place)
    let start = max(place, content.lowerBound)
    let range = start..<max(start, content.upperBound)
    if let colon = text.bytes[range].firstIndex(of: UInt8(ascii: ":")), colon + 1 < range.upperBound {
      return make(
        "after the `:` a space is missing",
        "write `\(text.excerpt(start..<colon)): \(text.excerpt(colon + 1..<range.upperBound))`",
        colon..<colon + 1, "missing-space")
    }
    return make("there is no `:` on this line", "write `key: value`", range, "missing-colon")
  }

  private static func unclosed(_ text: FaultText, opening: Int, place: Range<Int>, make: Make) -> YAMLFault {
    let bracket = text.excerpt(opening..<min(opening + 1, text.bytes.count))
    let closing = bracket == "[" ? "]" : "}"
    if place.lowerBound >= text.bytes.count || text.lineStart(opening) != text.lineStart(place.lowerBound) {
      return make(
        "this `\(bracket)` is not closed", "write the missing `\(closing)` (or a `,` between two values)",
        opening..<opening + 1, "unclosed")
    }
    // `{ a: max(x, "5 min") }`: a comma within parentheses, and then a quote, which begins another value.
    let before = text.bytes[opening..<place.lowerBound]
    if before.count(where: { $0 == UInt8(ascii: "(") }) > before.count(where: { $0 == UInt8(ascii: ")") })
      || before.contains(UInt8(ascii: "?")) || text.bytes[place.lowerBound] == UInt8(ascii: ")")
    {
      return make(
        "between `\(bracket)` and `\(closing)` a comma or a quote ends the value, and this goes on",
        "write an expression with such on a line of its own: the key, and below it, indented, `name: expression`",
        place,
        "syntax")
    }
    return make(
      "here a `,` or the closing `\(closing)` is missing",
      "text that contains `,` `[` `]` `{` `}` or `: ` must be in quotes", place, "syntax")
  }

  private static func misplaced(
    _ text: FaultText, context: String, opening: Int, place: Range<Int>, make: Make
  ) -> YAMLFault {
    let content = text.lineContent(place.lowerBound)
    if place.lowerBound < text.bytes.count,
      [UInt8(ascii: "}"), UInt8(ascii: "]")].contains(text.bytes[place.lowerBound])
    {
      let bracket = place.lowerBound..<place.lowerBound + 1
      return make(
        "this `\(text.excerpt(bracket))` closes nothing", "delete it, or write what it should close", bracket, "syntax")
    }
    guard place.lowerBound <= content.lowerBound else {
      return make(
        "this stands after the end of the value",
        "put the whole value in one pair of quotes, or delete what is too much", place, "syntax")
    }
    if let blanks = text.foreignIndentation(before: place.lowerBound) {
      return make(
        "this line is indented with a special space that only looks like one", "delete it and press the space bar",
        blanks, "special-space")
    }
    let column = text.map.location(opening).column
    let line = text.map.location(opening).line
    if text.map.location(place.lowerBound).column == column {
      let isItem = text.bytes[place.lowerBound] == UInt8(ascii: "-")
      return make(
        isItem ? "a list item cannot stand among keys" : "a key cannot stand among list items",
        isItem
          ? "write the key to which the list belongs on a line above"
          : "indent it if it belongs to the item above, or begin the line with `- `",
        content, "indentation")
    }
    return make(
      "the indentation of this line fits no line above",
      "what belongs together begins in the same column; the keys or items from line \(line) on begin in column \(column)",
      content,
      "indentation")
  }
}

/// Looks around a place in a text.
struct FaultText {
  let bytes: [UInt8]
  let map: SourceMap

  func lineStart(_ offset: Int) -> Int { map.lineStart(of: min(offset, bytes.count)) }

  func excerpt(_ range: Range<Int>) -> String { Excerpt.quoted(String(decoding: bytes[range], as: UTF8.self)) }

  /// The line without its indentation, line end and trailing blanks.
  func lineContent(_ offset: Int) -> Range<Int> {
    var start = lineStart(offset)
    while start < bytes.count, bytes[start] == 32 || bytes[start] == 9 { start += 1 }
    var end = start
    while end < bytes.count, bytes[end] != 10, bytes[end] != 13 { end += 1 }
    while end > start, bytes[end - 1] == 32 || bytes[end - 1] == 9 { end -= 1 }
    return start..<end
  }

  /// From `offset` to the next blank; at least a character unless the line or file ends there.
  func word(at offset: Int) -> Range<Int> {
    let start = min(offset, bytes.count)
    var end = start
    while end < bytes.count, ![9, 10, 13, 32].contains(bytes[end]) { end += 1 }
    if end == start, start < bytes.count, bytes[start] == 32 || bytes[start] == 9 { end = start + 1 }
    return start..<end
  }

  func character(after offset: Int) -> Int {
    var end = min(offset + 1, bytes.count)
    while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    return end
  }

  /// Blanks that are none (no-break and other spaces of Unicode, as text copied from a web page has them) at the beginning of one of the
  /// ten lines before: YAML takes them for a word, and tells only of the next line.
  func foreignIndentation(before offset: Int) -> Range<Int>? {
    var line = lineStart(offset)
    for _ in 0..<10 {
      var end = line
      while end < bytes.count, case let length = foreignBlank(end), length > 0 { end += length }
      if end > line { return line..<end }
      guard line > 0 else { return nil }
      line = lineStart(line - 1)
    }
    return nil
  }

  /// How many bytes it has; 0 for anything else.
  private func foreignBlank(_ index: Int) -> Int {
    func byte(_ distance: Int) -> UInt8 { index + distance < bytes.count ? bytes[index + distance] : 0 }
    switch (byte(0), byte(1), byte(2)) {
    case (0xC2, 0xA0, _): return 2
    case (0xE2, 0x80, 0x80...0x8A), (0xE2, 0x80, 0xAF), (0xE3, 0x80, 0x80): return 3
    default: return 0
    }
  }

  /// The tabs among the blanks that the line with `offset` begins with, if that is where `offset` is or ends.
  func tabInIndentation(at offset: Int) -> Range<Int>? {
    let start = lineStart(offset)
    let content = lineContent(offset).lowerBound
    guard offset <= content, let tab = bytes[start..<content].firstIndex(of: 9) else { return nil }
    var end = tab
    while end < content, bytes[end] == 9 { end += 1 }
    return tab..<end
  }
}
