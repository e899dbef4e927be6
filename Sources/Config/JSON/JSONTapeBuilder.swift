/// The grammar of JSON: puts values on a tape, with a stack of its own instead of recursion.
struct JSONTapeBuilder {
  var tokens: JSONTokens
  /// Names given twice, at most a thousand of them: where, and where before.
  private var doubled: [Doubled] = []

  private let limits: JSONLimits
  private var entries: [JSONTape.Entry] = []
  private var base = 0
  private var stack: [Frame] = []

  struct Doubled {
    var name: String
    /// In the file.
    var range: Range<Int>
    /// Where the first of them begins in the file.
    var earlier: Int
  }

  /// What may come next.
  private enum Expectation { case value, valueOrEnd, nameOrEnd, name, colon, commaOrEnd, end }

  private struct Frame {
    /// The number of its entry.
    var entry: Int
    var isObject: Bool
    /// The places of the names so far, once there are so many that looking through them would be slow.
    var names: [[UInt8]: Int]?
    var count = 0
  }

  init(_ file: SourceFile, limits: JSONLimits, chunk: Int) {
    tokens = JSONTokens(file, chunk: chunk, sizeLimit: limits.item)
    self.limits = limits
  }

  /// Where the list's name stands that `value(from:until:)` stopped at.
  private(set) var list: Range<Int>?

  /// Reads a value, whose first token has been read already.
  /// - Parameter list: stops behind the bracket that begins the member of that name, of the object that the value is, where it is an
  ///   array; the tape then has what came before.
  mutating func value(from first: JSONTokens.Token, until list: String? = nil) throws(JSONFault) -> JSONTape {
    self.list = nil
    base = tokens.start
    tokens.pin = base
    let room = entries.count
    entries = []
    entries.reserveCapacity(room)
    stack = []
    var token = first
    var expected = Expectation.value
    var isAtList = false
    while true {
      switch (expected, token) {
      case (.value, .number), (.valueOrEnd, .number):
        // Most of a large file.
        try add(.number, number: tokens.number)
        isAtList = false
        expected = stack.isEmpty ? .end : .commaOrEnd
      case (.commaOrEnd, .comma): expected = stack[stack.count - 1].isObject ? .name : .value
      case (.nameOrEnd, .string), (.name, .string), (.nameOrEnd, .escapedString), (.name, .escapedString):
        try name(isPlain: token == .string)
        expected = .colon
        isAtList =
          stack.count == 1 && list != nil && text(entries.count - 1) == list
          && entries[entries.count - 1].kind != .doubledName
      case (.colon, .colon): expected = .value
      case (.valueOrEnd, .endArray), (.nameOrEnd, .endObject): expected = close()
      case (.commaOrEnd, .endArray) where !stack[stack.count - 1].isObject,
        (.commaOrEnd, .endObject) where stack[stack.count - 1].isObject:
        expected = close()
      case (.value, .beginArray) where isAtList:
        self.list = range(entries.count - 1)
        entries.removeLast()
        _ = close()
      case (.value, _), (.valueOrEnd, _):
        expected = try value(token, expected)
        isAtList = false
      default: throw unexpected(token, expected)
      }
      if stack.isEmpty { break }
      token = try tokens.next()
    }
    let end = tokens.index
    let from = base - tokens.window.base
    let tape = JSONTape(
      entries: entries, bytes: Array(tokens.window.bytes[from..<from + end - base]), base: base)
    tokens.pin = nil
    return tape
  }

  private mutating func value(
    _ token: JSONTokens.Token, _ expected: Expectation
  ) throws(JSONFault) -> Expectation {
    switch token {
    case .beginObject, .beginArray:
      guard stack.count < limits.depth else {
        throw JSONFault(
          code: "limit", message: "arrays and objects are nested more than \(limits.depth) deep", help: nil,
          range: tokens.start..<tokens.index)
      }
      let isObject = token == .beginObject
      stack.append(Frame(entry: entries.count, isObject: isObject))
      try add(isObject ? .object : .array)
      return isObject ? .nameOrEnd : .valueOrEnd
    case .string: try add(.string)
    case .escapedString: try add(.escapedString)
    case .yes: try add(.yes)
    case .no: try add(.no)
    case .null: try add(.null)
    default: throw unexpected(token, expected)
    }
    return stack.isEmpty ? .end : .commaOrEnd
  }

  @inline(__always)
  private mutating func add(_ kind: JSONTape.Kind, number: Double = 0) throws(JSONFault) {
    guard entries.count < limits.nodes else {
      throw JSONFault(
        code: "limit", message: "the file holds more than \(limits.nodes) values in one piece",
        help: "split it or simplify its shapes", range: tokens.start..<tokens.index)
    }
    entries.append(
      JSONTape.Entry(
        start: UInt32(truncatingIfNeeded: tokens.start - base), end: UInt32(truncatingIfNeeded: tokens.index - base),
        next: UInt32(truncatingIfNeeded: entries.count + 1), kind: kind, number: number))
  }

  private mutating func close() -> Expectation {
    let frame = stack.removeLast()
    entries[frame.entry].end = UInt32(truncatingIfNeeded: tokens.index - base)
    entries[frame.entry].next = UInt32(truncatingIfNeeded: entries.count)
    return stack.isEmpty ? .end : .commaOrEnd
  }

  // MARK: Names

  private mutating func name(isPlain: Bool) throws(JSONFault) {
    let top = stack.count - 1
    let earlier = earlierName(isPlain: isPlain, top)
    try add(earlier != nil ? .doubledName : isPlain ? .name : .escapedName)
    stack[top].count += 1
    if let earlier {
      noteDoubled(name: text(entries.count - 1), range: tokens.start..<tokens.index, earlier: base + earlier)
    }
  }

  mutating func noteDoubled(name: String, range: Range<Int>, earlier: Int) {
    if doubled.count < 1000 { doubled.append(Doubled(name: name, range: range, earlier: earlier)) }
  }

  mutating func takeDoubled() -> [Doubled] {
    defer { doubled = [] }
    return doubled
  }

  /// Where in the value the same name stands already.
  private mutating func earlierName(isPlain: Bool, _ top: Int) -> Int? {
    let frame = stack[top]
    if frame.names == nil, frame.count > 16 {
      var names: [[UInt8]: Int] = [:]
      var index = frame.entry + 1
      while index < entries.count {
        if entries[index].kind != .doubledName { names[Array(text(index).utf8)] = Int(entries[index].start) }
        index = Int(entries[index + 1].next)
      }
      stack[top].names = names
    }
    if stack[top].names != nil {
      let name = Array(newestText(isPlain: isPlain).utf8)
      if let earlier = stack[top].names?[name] { return earlier }
      stack[top].names?[name] = tokens.start - base
      return nil
    }
    var index = frame.entry + 1
    while index < entries.count {
      if isSame(index, isPlain: isPlain) { return Int(entries[index].start) }
      index = Int(entries[index + 1].next)
    }
    return nil
  }

  /// True when the name of an entry is the one that was just read.
  private func isSame(_ index: Int, isPlain: Bool) -> Bool {
    let entry = entries[index]
    // Code unit by code unit (RFC 8259, section 8.3), however they are written.
    guard entry.kind == .name, isPlain else {
      return text(index).utf8.elementsEqual(newestText(isPlain: isPlain).utf8)
    }
    let length = tokens.index - tokens.start
    guard Int(entry.end - entry.start) == length else { return false }
    let old = base + Int(entry.start) - tokens.window.base
    let new = tokens.start - tokens.window.base
    for step in 0..<length where tokens.window.bytes[old + step] != tokens.window.bytes[new + step] { return false }
    return true
  }

  private func newestText(isPlain: Bool) -> String {
    decoded(tokens.start + 1..<tokens.index - 1, isPlain: isPlain)
  }

  private func range(_ index: Int) -> Range<Int> {
    base + Int(entries[index].start)..<base + Int(entries[index].end)
  }

  private func text(_ index: Int) -> String {
    let entry = entries[index]
    return decoded(base + Int(entry.start) + 1..<base + Int(entry.end) - 1, isPlain: false)
  }

  private func decoded(_ range: Range<Int>, isPlain: Bool) -> String {
    let shift = tokens.window.base
    let inner = tokens.window.bytes[range.lowerBound - shift..<range.upperBound - shift]
    return isPlain ? String(decoding: inner, as: UTF8.self) : JSONEscapes.decode(inner)
  }

  // MARK: Faults

  private func unexpected(_ token: JSONTokens.Token, _ expected: Expectation) -> JSONFault {
    let range = tokens.start..<tokens.index
    if token == .end, let frame = stack.last {
      return JSONFault.unclosed(isObject: frame.isObject, at: base + Int(entries[frame.entry].start))
    }
    switch expected {
    case .name, .nameOrEnd, .value, .valueOrEnd:
      let isName = expected == .name || expected == .nameOrEnd
      if token == .end { return JSONFault.empty(range) }
      if expected == .name || expected == .value, token == .endArray || token == .endObject {
        return JSONFault.trailingComma(range)
      }
      return isName ? JSONFault.noName(range) : JSONFault.missingValue(range)
    case .colon: return JSONFault.noColon(range)
    case .commaOrEnd: return JSONFault.noComma(isObject: stack.last?.isObject == true, range)
    case .end: return JSONFault.afterEnd(range)
    }
  }
}

extension JSONFault {
  static func empty(_ range: Range<Int>) -> JSONFault {
    JSONFault(message: "the file is empty", help: "write JSON, at least `{}`", range: range)
  }

  static func unclosed(isObject: Bool, at place: Int) -> JSONFault {
    JSONFault(
      code: "unclosed", message: "this `\(isObject ? "{" : "[")` is never closed; is the file complete?",
      help: "write the missing `\(isObject ? "}" : "]")`", range: place..<place + 1)
  }

  static func trailingComma(_ range: Range<Int>) -> JSONFault {
    JSONFault(
      message: "a value is missing before this", help: "delete the `,` before it: JSON has no comma after the last",
      range: range)
  }

  static func noName(_ range: Range<Int>) -> JSONFault {
    JSONFault(message: "here a name in double quotes must stand", help: "write `\"name\": value`", range: range)
  }

  static func missingValue(_ range: Range<Int>) -> JSONFault {
    JSONFault(
      message: "here a value is missing", help: "write a value, or delete the `,` or name before it", range: range)
  }

  static func noColon(_ range: Range<Int>) -> JSONFault {
    JSONFault(message: "here a `:` is missing", help: "write `\"name\": value`", range: range)
  }

  static func noComma(isObject: Bool, _ range: Range<Int>) -> JSONFault {
    JSONFault(
      message: "here a `,` or `\(isObject ? "}" : "]")` is missing", help: "separate values by `,`", range: range)
  }

  static func afterEnd(_ range: Range<Int>) -> JSONFault {
    JSONFault(
      message: "the file goes on after its end", help: "delete it; is a bracket closed too early?", range: range)
  }
}
