/// Makes a tree of an expression's text, by recursive descent with bounded depth (cel-spec, doc/langdef.md, "Syntax"; optional syntax as
/// in cel-spec's wiki page on optional values). It goes on after a mistake, so that all mistakes of a text are told at once, each once.
public struct Parser {
  let text: [UInt8]
  let limits: Limits
  let macros: [String: [any Macro]]
  var tokens: [Token]
  var index = 0
  var nodes = NodeMaker()
  var problems: [Problem]
  var endIsLost: Bool
  /// How many productions are within one another.
  var nesting = 0
  /// Within brackets whose parts are separated by commas.
  var isInCommaList = false
  /// After a limit was reached the rest isn't read.
  var isAbandoned = false

  /// Reads `text` with the macros and limits of `environment`.
  public static func parse(_ text: String, _ environment: Environment) -> ParsedExpression {
    let bytes = Array(text.utf8)
    guard bytes.count <= environment.limits.bytes else {
      let problem = Problem(
        span: 0..<bytes.count, code: .limit,
        message: "the expression is \(bytes.count) bytes long, and at most \(environment.limits.bytes) are read",
        help: "divide it into several")
      return ParsedExpression(root: Expression(id: 0, span: 0..<bytes.count, kind: .faulty), problems: [problem])
    }
    var parser = Parser(bytes, environment)
    // A level takes up to 20 KiB in a debug build.
    let root = RoomyStack.run(parser.tokens.nesting > 10) { parser.whole() }
    let problems = parser.problems.sorted {
      ($0.span.lowerBound, $0.span.upperBound) < ($1.span.lowerBound, $1.span.upperBound)
    }
    return ParsedExpression(root: root, problems: problems)
  }

  private init(_ text: [UInt8], _ environment: Environment) {
    self.text = text
    limits = environment.limits
    macros = Dictionary(grouping: environment.macros, by: \.name)
    var lexer = Lexer(text)
    lexer.run()
    tokens = lexer.tokens
    problems = Array(lexer.problems.prefix(Self.mostProblems))
    endIsLost = lexer.endIsLost
  }

  private mutating func whole() -> Expression {
    if tokens.count == 1 {
      if problems.isEmpty {
        tell(0..<text.count, "the expression is empty", "write a condition, such as `gps.speed_kmh > 5`")
      }
      return faulty(0..<text.count)
    }
    if let template = layTemplate() { return template }
    let root = expression()
    var closings = 0
    while !isAtEnd {
      leftover(closes: nil)
      // What follows a bracket too many is read for its own mistakes.
      if let symbol, symbol.isClosing {
        advance()
        closings += 1
        if let next = self.symbol, Self.precedences[next] != nil { advance() }
      } else if self.symbol == .comma || self.symbol == .colon {
        advance()
      }
      if isAtEnd || closings > 100 { break }
      _ = expression()
    }
    return root
  }

  // MARK: Tokens

  var token: Token { tokens[index] }
  var symbol: Symbol? { if case .symbol(let symbol) = token.kind { symbol } else { nil } }
  var isAtEnd: Bool { token.kind == .end }
  func ahead(_ offset: Int) -> Token { tokens[min(index + offset, tokens.count - 1)] }
  /// Where the last token taken ends.
  var lastEnd: Int { index == 0 ? 0 : tokens[index - 1].span.upperBound }

  mutating func advance() { if index < tokens.count - 1 { index += 1 } }

  mutating func take(_ wanted: Symbol) -> Bool {
    guard symbol == wanted else { return false }
    advance()
    return true
  }

  /// What stands at `span`, for a message.
  func excerpt(_ span: Range<Int>) -> String { Excerpt.text(text[span]) }

  // MARK: Nodes

  /// Where something is wrong; the checker passes over it.
  mutating func faulty(_ span: Range<Int>) -> Expression { make(.faulty, span) }

  mutating func make(_ kind: Expression.Kind, _ span: Range<Int>) -> Expression {
    let node = nodes.make(kind, at: span)
    keepLimits(span)
    return node
  }

  mutating func keepLimits(_ span: Range<Int>) {
    guard !isAbandoned else { return }
    if nodes.deepest > limits.depth || nesting > limits.depth {
      abandon(span, "the expression is nested more than \(limits.depth) deep")
    } else if nodes.count > limits.nodes {
      abandon(span, "the expression has more than \(limits.nodes) parts")
    }
  }

  private mutating func abandon(_ span: Range<Int>, _ message: String) {
    problems.append(Problem(span: span, code: .limit, message: message, help: "divide it into several"))
    isAbandoned = true
    index = tokens.count - 1
  }

  // MARK: Problems

  static let mostProblems = 50

  mutating func tell(_ span: Range<Int>, _ message: String, _ help: String?, _ code: Problem.Code = .syntax) {
    guard !isAbandoned else { return }
    problems.append(Problem(span: span, code: code, message: message, help: help))
    // Beyond this it is no expression; and what was told is looked through at each new mistake.
    if problems.count >= Self.mostProblems {
      isAbandoned = true
      index = tokens.count - 1
    }
  }

  /// Whether something is told already where the reading stands, so that more would only follow from it.
  func isTold(_ span: Range<Int>) -> Bool {
    isAbandoned || problems.contains { $0.span.lowerBound <= span.upperBound && $0.span.upperBound >= span.lowerBound }
  }
}

extension Expression.Kind {
  /// Stands where something was wrong that is told already.
  static let faulty = Expression.Kind.identifier("@fault")
}
