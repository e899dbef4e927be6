/// Builds the tree from tokens, with a stack of its own instead of recursion.
struct JSONBuilder {
  /// What was found that didn't end the reading: names given twice.
  private(set) var findings: [Diagnostic] = []

  private let file: SourceFile
  private let map: SourceMap
  private let limits: JSONLimits
  private var tokens: JSONTokens
  private var stack: [Frame] = []
  private var nodes = 0

  /// What may come next.
  private enum Expectation { case value, valueOrEnd, nameOrEnd, name, colon, commaOrEnd, end }

  private struct Frame {
    var isObject: Bool
    var start: SourceLocation
    var items: [JSONNode] = []
    var members: [JSONNode.Member] = []
    var name = ""
    var nameSpan: SourceSpan
    /// The names' lines, once there are so many that looking through the members would be slow.
    var lines: [String: Int]?
  }

  init(_ file: SourceFile, map: SourceMap, limits: JSONLimits) {
    self.file = file
    self.map = map
    self.limits = limits
    tokens = JSONTokens(file.bytes, from: file.byteOrderMarkLength)
  }

  mutating func build() throws(Diagnostic) -> JSONNode {
    var expected = Expectation.value
    var root: JSONNode?
    while true {
      let token: JSONTokens.Token
      do {
        token = try tokens.next()
      } catch {
        throw diagnostic("syntax", error.message, error.help, error.range)
      }
      switch (expected, token) {
      case (.end, .end):
        guard let root else { throw unexpected(token, .value) }
        return root
      case (.nameOrEnd, .string(let text)), (.name, .string(let text)):
        stack[stack.count - 1].name = text
        stack[stack.count - 1].nameSpan = map.span(tokens.start, tokens.index)
        expected = .colon
      case (.colon, .colon): expected = .value
      case (.commaOrEnd, .comma): expected = stack.last?.isObject == true ? .name : .value
      case (.valueOrEnd, .endArray), (.nameOrEnd, .endObject):
        expected = close(&root)
      case (.commaOrEnd, .endArray) where stack.last?.isObject == false,
        (.commaOrEnd, .endObject) where stack.last?.isObject == true:
        expected = close(&root)
      case (.value, _), (.valueOrEnd, _):
        expected = try value(token, expected, &root)
      default: throw unexpected(token, expected)
      }
    }
  }

  private mutating func value(
    _ token: JSONTokens.Token, _ expected: Expectation, _ root: inout JSONNode?
  ) throws(Diagnostic) -> Expectation {
    nodes += 1
    let range = tokens.start..<tokens.index
    guard nodes <= limits.nodes else {
      throw diagnostic(
        "limit", "the file holds more than \(limits.nodes) values", "split it or simplify its shapes", range)
    }
    let content: JSONNode.Content
    switch token {
    case .beginObject, .beginArray:
      guard stack.count < limits.depth else {
        throw diagnostic("limit", "arrays and objects are nested more than \(limits.depth) deep", nil, range)
      }
      let span = map.span(range.lowerBound, range.upperBound)
      if case .beginObject = token {
        stack.append(Frame(isObject: true, start: span.start, nameSpan: span))
        return .nameOrEnd
      }
      stack.append(Frame(isObject: false, start: span.start, nameSpan: span))
      return .valueOrEnd
    case .string(let text): content = .string(text)
    case .number(let number, let text): content = .number(number, text: text)
    case .boolean(let flag): content = .boolean(flag)
    case .null: content = .null
    default: throw unexpected(token, expected)
    }
    return add(JSONNode(span: map.span(range.lowerBound, range.upperBound), content: content), &root)
  }

  private mutating func close(_ root: inout JSONNode?) -> Expectation {
    guard let frame = stack.popLast() else { return .end }
    let span = SourceSpan(file: file.path, start: frame.start, end: map.location(tokens.index))
    return add(JSONNode(span: span, content: frame.isObject ? .object(frame.members) : .array(frame.items)), &root)
  }

  private mutating func add(_ node: JSONNode, _ root: inout JSONNode?) -> Expectation {
    guard !stack.isEmpty else {
      root = node
      return .end
    }
    let top = stack.count - 1
    if stack[top].isObject { addMember(node, top) } else { stack[top].items.append(node) }
    return .commaOrEnd
  }

  private mutating func addMember(_ node: JSONNode, _ top: Int) {
    let name = stack[top].name
    let span = stack[top].nameSpan
    let earlier: Int?
    if stack[top].lines != nil {
      earlier = stack[top].lines?[name]
      if earlier == nil { stack[top].lines?[name] = span.start.line }
    } else {
      earlier = stack[top].members.first { $0.name == name }?.nameSpan.start.line
    }
    if let earlier {
      guard findings.count < 1000 else { return }
      findings.append(
        Diagnostic(
          severity: .error, code: "duplicate-key",
          message: "the name `\(Excerpt.quoted(name))` is given twice, here and on line \(earlier)",
          help: "delete one of the two", span: span))
      return
    }
    stack[top].members.append(JSONNode.Member(name: name, nameSpan: span, value: node))
    if stack[top].lines == nil, stack[top].members.count > 16 {
      stack[top].lines = Dictionary(
        stack[top].members.map { ($0.name, $0.nameSpan.start.line) }, uniquingKeysWith: { first, _ in first })
    }
  }

  // MARK: Faults

  private func diagnostic(_ code: String, _ message: String, _ help: String?, _ range: Range<Int>) -> Diagnostic {
    Diagnostic(
      severity: .error, code: code, message: message, help: help, span: map.span(range.lowerBound, range.upperBound))
  }

  private func unexpected(_ token: JSONTokens.Token, _ expected: Expectation) -> Diagnostic {
    let range = tokens.start..<tokens.index
    if case .end = token {
      guard let frame = stack.last else {
        return diagnostic("syntax", "the file is empty", "write JSON, at least `{}`", range)
      }
      let bracket = frame.isObject ? "{" : "["
      return Diagnostic(
        severity: .error, code: "unclosed", message: "this `\(bracket)` is never closed; is the file complete?",
        help: "write the missing `\(frame.isObject ? "}" : "]")`",
        span: map.span(frame.start.offset, frame.start.offset + 1))
    }
    let isClosing = if case .endArray = token { true } else if case .endObject = token { true } else { false }
    switch expected {
    case .name where isClosing, .value where isClosing:
      return diagnostic(
        "syntax", "a value is missing before this", "delete the `,` before it: JSON has no comma after the last", range)
    case .name, .nameOrEnd:
      return diagnostic("syntax", "here a name in double quotes must stand", "write `\"name\": value`", range)
    case .colon: return diagnostic("syntax", "here a `:` is missing", "write `\"name\": value`", range)
    case .commaOrEnd:
      let closing = stack.last?.isObject == true ? "}" : "]"
      return diagnostic("syntax", "here a `,` or `\(closing)` is missing", "separate values by `,`", range)
    case .end:
      return diagnostic("syntax", "the file goes on after its end", "delete it; is a bracket closed too early?", range)
    case .value, .valueOrEnd:
      return diagnostic(
        "syntax", "here a value is missing", "write a value, or delete the `,` or name before it", range)
    }
  }
}
