extension Parser {
  /// How strongly an operator binds: the higher, the more.
  static let precedences: [Symbol: Int] = [
    .or: 1, .and: 2, .equal: 3, .notEqual: 3, .less: 3, .lessOrEqual: 3, .greater: 3, .greaterOrEqual: 3, .plus: 4,
    .minus: 4, .times: 5, .divide: 5, .remainder: 5,
  ]

  /// `condition ? a : b`, and all that binds more.
  mutating func expression() -> Expression {
    nesting += 1
    defer { nesting -= 1 }
    keepLimits(token.span)
    let start = token.span.lowerBound
    if let branches = layConditional() { return branches }
    let condition = binary(1)
    guard symbol == .question else { return condition }
    advance()
    let first = binary(1)
    guard take(.colon) else {
      if !isTold(token.span.lowerBound..<token.span.lowerBound) {
        tell(
          start..<lastEnd, "the `:` of this `? :` is missing", "write `condition ? value : other value`")
      }
      return faulty(start..<lastEnd)
    }
    let second = expression()
    return make(.call(function: "_?_:_", target: nil, arguments: [condition, first, second]), start..<lastEnd)
  }

  /// Operators of at least `minimum` precedence.
  mutating func binary(_ minimum: Int) -> Expression {
    let start = token.span.lowerBound
    var left = unary()
    while true {
      layOperator(start, minimum, &left)
      guard let (function, precedence) = operation(), precedence >= minimum else { return left }
      if precedence <= 2 {
        var terms = [left]
        while let (next, _) = operation(), next == function {
          advance()
          terms.append(binary(precedence + 1))
          layOperator(start, precedence, &terms[terms.count - 1])
        }
        left = balanced(function, terms[...], start)
        continue
      }
      let place = token
      advance()
      if percentSign(place) { continue }
      let right = binary(precedence + 1)
      left = make(.call(function: function, target: nil, arguments: [left, right]), start..<lastEnd)
    }
  }

  /// The binary operator that the reading stands at.
  private func operation() -> (String, Int)? {
    switch token.kind {
    case .symbol(let symbol):
      guard let precedence = Self.precedences[symbol] else { return nil }
      return ("_\(symbol.rawValue)_", precedence)
    case .identifier("in"): return ("@in", 3)
    default: return nil
    }
  }

  /// `a && b && c && d` as two halves, so that a long chain makes no deep tree; their order stays.
  private mutating func balanced(_ function: String, _ terms: ArraySlice<Expression>, _ start: Int) -> Expression {
    guard terms.count > 1 else { return terms[terms.startIndex] }
    let middle = terms.startIndex + (terms.count + 1) / 2
    let left = balanced(function, terms[..<middle], start)
    let right = balanced(function, terms[middle...], terms[middle].span.lowerBound)
    let from = terms.startIndex == 0 ? start : left.span.lowerBound
    return make(
      .call(function: function, target: nil, arguments: [left, right]), from..<max(from, right.span.upperBound))
  }

  /// `!` and `-`; two of a kind undo one another.
  private mutating func unary() -> Expression {
    var signs: [(Symbol, start: Int)] = []
    while symbol == .not || symbol == .minus, !(symbol == .minus && isNumber(ahead(1))) {
      if let last = signs.last, last.0 == symbol {
        signs.removeLast()
      } else {
        signs.append((symbol ?? .not, token.span.lowerBound))
      }
      advance()
      if signs.count > limits.depth { break }
    }
    if let negated = layNegation() { return apply(signs, negated) }
    return apply(signs, member())
  }

  private mutating func apply(_ signs: [(Symbol, start: Int)], _ operand: Expression) -> Expression {
    var node = operand
    for (symbol, start) in signs.reversed() {
      node = make(
        .call(function: symbol == .not ? "!_" : "-_", target: nil, arguments: [node]), start..<max(start, lastEnd))
    }
    return node
  }

  func isNumber(_ token: Token) -> Bool {
    switch token.kind {
    case .integer, .unsigned, .double: true
    default: false
    }
  }
}
