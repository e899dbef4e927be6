/// How people write who know spreadsheets or other languages: told, and read as what was meant, so that the rest of the text is read too.
extension Parser {
  /// The word at the reading's place, in lower case.
  private var word: String? { if case .identifier(let text) = token.kind { text.lowercased() } else { nil } }

  /// Whether a value may begin with this token.
  private func beginsValue(_ token: Token) -> Bool {
    switch token.kind {
    case .symbol(let symbol):
      symbol == .leftParenthesis || symbol == .leftBracket || symbol == .leftBrace || symbol == .not || symbol == .minus
    case .end: false
    case .identifier(let name):
      name != "in" && Self.wordOperators[name.lowercased()] == nil
        && !["then", "else", "between", "is"].contains(name.lowercased())
    default: true
    }
  }

  /// Words that begin a production of their own.
  static let nestingWords: Set<String> = ["not", "nicht", "non", "if", "when", "then", "else", "between", "is", "in"]

  private static let wordOperators: [String: Symbol] = [
    "and": .and, "or": .or, "und": .and, "et": .and, "oder": .or, "ou": .or, "equals": .equal, "eq": .equal,
    "ne": .notEqual, "mod": .remainder, "gt": .greater,
    "lt": .less, "ge": .greaterOrEqual, "le": .lessOrEqual,
  ]
  private static let wordFunctions: [String: String] = [
    "contains": "contains", "startswith": "startsWith", "endswith": "endsWith", "matches": "matches", "like": "matches",
  ]

  /// `and`, `or`, `is`, `between`, `contains` where an operator should stand.
  mutating func layOperator(_ start: Int, _ minimum: Int, _ left: inout Expression) {
    guard let word, !isAbandoned, index > 0 else { return }
    let place = token.span
    if word == "is" || word == "equals" || word == "ist" || word == "est", minimum <= 3 {
      var span = place
      var symbol = Symbol.equal
      if case .identifier(let next) = ahead(1).kind, ["not", "nicht", "pas"].contains(next.lowercased()) {
        span = place.lowerBound..<ahead(1).span.upperBound
        symbol = .notEqual
        advance()
      }
      tell(span, "`\(excerpt(span))` is not an operator", "write `\(symbol.rawValue)`")
      replace(by: symbol)
    } else if word == "not", case .identifier("in") = ahead(1).kind, minimum <= 3 {
      let span = place.lowerBound..<ahead(1).span.upperBound
      tell(span, "`not in` is not an operator", "write `!(\(excerpt(left.span)) in …)`")
      advance()
    } else if let symbol = Self.wordOperators[word], let binding = Self.precedences[symbol], binding >= minimum {
      let name = symbol == .and ? " for “and”" : symbol == .or ? " for “or”" : ""
      tell(place, "`\(excerpt(place))` is not an operator", "write `\(symbol.rawValue)`\(name)")
      replace(by: symbol)
    } else if word == "between", minimum <= 3 {
      between(start, &left)
    } else if let function = Self.wordFunctions[word], minimum <= 3, beginsValue(ahead(1)) {
      let subject = excerpt(left.span)
      advance()
      let argument = binary(4)
      tell(
        place, "`\(excerpt(place))` is a function, not an operator",
        "write `\(subject).\(function)(\(excerpt(argument.span)))`")
      left = faulty(start..<lastEnd)
    }
  }

  private mutating func replace(by symbol: Symbol) {
    // The reading may have been given up with what was just told, and the end stays the end.
    guard !isAtEnd else { return }
    tokens[index] = Token(kind: .symbol(symbol), span: token.span, isAttached: token.isAttached)
  }

  /// `x between 1 and 5`.
  private mutating func between(_ start: Int, _ left: inout Expression) {
    let place = token.span
    let subject = excerpt(left.span)
    advance()
    let low = binary(4)
    guard word.flatMap({ Self.wordOperators[$0] }) == .and || symbol == .and else {
      tell(place, "`between` is not an operator", "write `\(subject) >= 1 && \(subject) <= 5`")
      left = faulty(start..<lastEnd)
      return
    }
    advance()
    let high = binary(4)
    tell(
      place.lowerBound..<lastEnd, "`between` is not an operator",
      "write `\(subject) >= \(excerpt(low.span)) && \(subject) <= \(excerpt(high.span))`")
    left = faulty(start..<lastEnd)
  }

  /// `22:00`, where a `:` has no place of its own.
  mutating func timeOfDay(_ before: Token) -> Bool {
    guard case .integer = before.kind, token.isAttached, ahead(1).isAttached, case .integer = ahead(1).kind,
      let hour = Int(excerpt(before.span)), (0...24).contains(hour)
    else { return false }
    tell(
      before.span.lowerBound..<ahead(1).span.upperBound, "a time of day isn't written so in an expression",
      "compare the hour: `now.getHours(\"Europe/Zurich\") >= \(hour)`")
    return true
  }

  /// `{{ states('sensor.door') }}`: a template of home automation. Nothing within it is of this language, so it is told as a whole.
  mutating func layTemplate() -> Expression? {
    guard tokens.count >= 5, tokens[0].kind == .symbol(.leftBrace), tokens[1].kind == .symbol(.leftBrace),
      tokens[1].isAttached, tokens[tokens.count - 2].kind == .symbol(.rightBrace),
      tokens[tokens.count - 3].kind == .symbol(.rightBrace)
    else { return nil }
    let span = tokens[0].span.lowerBound..<tokens[tokens.count - 2].span.upperBound
    problems.removeAll()
    tell(
      span, "templates in `{{ }}` are another product's",
      "write the expression alone, with signals as `device.metric`: `reefer.temperature > -15`")
    isAbandoned = true
    index = tokens.count - 1
    return faulty(span)
  }

  /// `not x`.
  mutating func layNegation() -> Expression? {
    guard let word, word == "not" || word == "nicht" || word == "non", beginsValue(ahead(1)), !isAbandoned else {
      return nil
    }
    let start = token.span
    // `not(x)` could be a function's call; there is none of that name. Another language's word may be a function's.
    if word != "not", ahead(1).kind == .symbol(.leftParenthesis) { return nil }
    nesting += 1
    defer { nesting -= 1 }
    keepLimits(start)
    advance()
    let operand = binary(3)
    tell(start, "`\(excerpt(start))` is not an operator", "write `!(\(excerpt(operand.span)))`")
    return make(
      .call(function: "!_", target: nil, arguments: [operand]), start.lowerBound..<max(start.upperBound, lastEnd))
  }

  /// `if a then b else c`.
  mutating func layConditional() -> Expression? {
    guard let word, word == "if" || word == "when", index == 0 || word == "if",
      beginsValue(ahead(1)) || ahead(1).kind == .symbol(.minus)
    else { return nil }
    if word == "when", ahead(1).kind == .symbol(.leftParenthesis) { return nil }
    let start = token.span
    advance()
    let condition = binary(1)
    let shown = excerpt(condition.span)
    var branches: [Expression] = []
    if self.word == "then" || symbol == .comma && !isInCommaList {
      advance()
      branches.append(expression())
    }
    if self.word == "else" || self.word == "otherwise" {
      advance()
      branches.append(expression())
    }
    let help =
      branches.count == 2
      ? "write `\(shown) ? \(excerpt(branches[0].span)) : \(excerpt(branches[1].span))`"
      : branches.isEmpty
        ? "write just the condition: `\(shown)`"
        : "write just the condition, `\(shown)`; what is to be done stands under `then:`"
    tell(start, "there is no `\(excerpt(start))` in an expression", help)
    guard branches.count == 2 else { return branches.isEmpty ? condition : faulty(start.lowerBound..<lastEnd) }
    return make(
      .call(function: "_?_:_", target: nil, arguments: [condition] + branches), start.lowerBound..<lastEnd)
  }

  /// `80 %` where nothing follows that a remainder could be taken by.
  mutating func percentSign(_ place: Token) -> Bool {
    guard place.kind == .symbol(.remainder), index >= 2, isNumber(tokens[index - 2]), !beginsValue(token) else {
      return false
    }
    let number = excerpt(tokens[index - 2].span)
    tell(
      place.span, "a number has no percent sign here", "write just `\(number)`, in the unit of what it is compared with"
    )
    return true
  }

  /// `-15,5`, `10 s`, `15 °C` behind a number that was taken; gives the number that was meant.
  mutating func layNumber(_ start: Int) -> Value? {
    let number = tokens[index - 1]
    var value: Value?
    if case .integer = number.kind, !isInCommaList, symbol == .comma, token.isAttached, ahead(1).isAttached,
      case .integer = ahead(1).kind
    {
      advance()
      advance()
      let written = excerpt(start..<lastEnd)
      let meant = written.split(separator: ",").joined(separator: ".")
      tell(start..<lastEnd, "a comma is no decimal point", "write `\(meant)`")
      value = Double(meant).map(Value.double)
    }
    unit(start)
    return value
  }

  private static let durations: [String: String] = [
    "ms": "ms", "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "min": "m", "mins": "m",
    "minute": "m",
    "minutes": "m", "h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "d": "d", "day": "d", "days": "d",
  ]
  private static let units: Set<String> = [
    "m", "km", "cm", "mm", "mi", "ft", "kmh", "kph", "mph", "kn", "kt", "kts", "knots", "c", "f", "k", "deg", "bar",
    "mbar", "hpa",
    "kpa", "pa", "psi", "rpm", "v", "mv", "volt", "volts", "a", "ma", "w", "kw", "kwh", "wh", "l", "kg", "g", "t", "hz",
    "khz",
    "kb", "mb", "gb", "b", "percent", "degrees", "celsius", "meter", "meters", "metre", "metres", "ppm", "lux", "nm",
  ]

  /// A unit behind a number.
  private mutating func unit(_ start: Int) {
    let number = excerpt(start..<lastEnd)
    let place = token.span
    switch token.kind {
    case .identifier(let text):
      let word = text.lowercased()
      if let letter = Self.durations[word] {
        advance()
        let isDays = letter == "d"
        // No duration holds more days than 106,751.
        let days = Int(number).flatMap { (0...106_751).contains($0) ? $0 : nil } ?? 1
        let written = isDays ? "duration(\"\(days * 24)h\")" : "duration(\"\(number)\(letter)\")"
        tell(
          start..<place.upperBound, "a number has no unit in an expression",
          "write `\(written)` for a time span, \"\(number) \(text)\" in quotes where a function asks for one, or just `\(number)` beside a number",
          .unit)
      } else if Self.units.contains(word) {
        advance()
        if symbol == .divide, isWord || { if case .identifier = ahead(1).kind { true } else { false } }() {
          advance()
          advance()
        }
        tellUnit(start, number)
      }
    case .foreign(let text) where text.hasPrefix("°") || text.hasPrefix("µ") || text.hasPrefix("Ω") || text == "‰":
      advance()
      if text == "°", token.isAttached, isWord { advance() }
      tellUnit(start, number)
    default: break
    }
  }

  private mutating func tellUnit(_ start: Int, _ number: String) {
    tell(
      start..<lastEnd, "a number has no unit in an expression",
      "write just `\(number)`, in the unit of what it is compared with", .unit)
  }
}
