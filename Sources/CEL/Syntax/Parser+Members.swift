extension Parser {
  /// Words that name no variable. A field or a function behind a dot may have those of the second line.
  static let words: Set<String> = ["false", "in", "null", "true"]
  static let reserved: Set<String> = [
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
    "namespace",
    "return", "var", "void", "while",
  ]

  /// A primary with its fields, calls and indices.
  mutating func member() -> Expression {
    let start = token.span.lowerBound
    var node = primary()
    while !isAbandoned {
      switch symbol {
      case .dot: node = field(of: node, start)
      case .leftBracket:
        let open = token
        advance()
        let isOptional = take(.question)
        let key = within(open, commas: false) { $0.expression() }
        node = make(
          .call(function: isOptional ? "_[?_]" : "_[_]", target: nil, arguments: [node, key]), start..<lastEnd)
      case .leftBrace:
        guard let name = node.qualifiedName, node.kind != .faulty else { return node }
        node = message(name, start)
      default: return node
      }
    }
    return node
  }

  /// `.name`, `.?name`, `.name(…)`.
  private mutating func field(of operand: Expression, _ start: Int) -> Expression {
    let dot = token.span
    advance()
    let isOptional = take(.question)
    let nameSpan = token.span
    let name: String
    switch token.kind {
    case .identifier(let text) where !Self.words.contains(text): name = text
    case .quotedIdentifier(let text):
      advance()
      return make(.select(operand: operand, field: text, isOptional: isOptional), start..<lastEnd)
    default:
      if !isTold(dot.lowerBound..<nameSpan.upperBound) {
        tell(dot, "a name is missing behind this dot", "write the name, such as `gps.speed_kmh`, or delete the dot")
      }
      if isWord { advance() }
      return faulty(start..<lastEnd)
    }
    advance()
    guard symbol == .leftParenthesis, !isOptional else {
      return make(.select(operand: operand, field: name, isOptional: isOptional), start..<lastEnd)
    }
    let arguments = arguments()
    return call(name, operand, arguments, start..<lastEnd, nameSpan)
  }

  /// From an opening parenthesis to behind its closing one.
  private mutating func arguments() -> [Expression] {
    let open = token
    advance()
    return within(open, commas: true) { parser in
      parser.list(until: .rightParenthesis, trailing: false) { $0.expression() }
    }
  }

  private mutating func call(
    _ name: String, _ target: Expression?, _ arguments: [Expression], _ span: Range<Int>, _ nameSpan: Range<Int>
  ) -> Expression {
    let candidates = (macros[name] ?? []).filter {
      $0.isMember == (target != nil) && ($0.argumentCount ?? arguments.count) == arguments.count
    }
    let call = MacroCall(target: target, arguments: arguments, span: span, nameSpan: nameSpan)
    for candidate in candidates where !isAbandoned {
      nodes.span = span
      do {
        if let node = try candidate.expand(call, with: &nodes) {
          keepLimits(span)
          return node
        }
      } catch {
        let isConsequence = arguments.contains { $0.kind == .faulty } || target?.kind == .faulty
        if !isConsequence, !isAbandoned { problems.append(error) }
        return faulty(span)
      }
    }
    return make(.call(function: name, target: target, arguments: arguments), span)
  }

  private mutating func primary() -> Expression {
    let place = token
    switch place.kind {
    case .integer, .unsigned, .double: return number()
    case .string(let text):
      advance()
      return make(.literal(.string(text)), place.span)
    case .bytes(let bytes):
      advance()
      return make(.literal(.bytes(bytes)), place.span)
    case .identifier(let name): return identifier(name)
    case .quotedIdentifier(let name):
      advance()
      if !isTold(place.span) {
        tell(
          place.span, "backticks may stand only behind a dot", "write text in quotes: \"\(Excerpt.text(name.utf8))\"")
      }
      return faulty(place.span)
    case .symbol(.minus) where isNumber(ahead(1)): return number()
    case .symbol(.dot):
      guard case .identifier(let name) = ahead(1).kind, !Self.words.contains(name) else { return missing() }
      advance()
      return identifier(name, isRooted: true)
    case .symbol(.leftParenthesis):
      advance()
      return within(place, commas: false) { $0.expression() }
    case .symbol(.leftBracket):
      advance()
      var optional: Set<Int> = []
      var count = 0
      let elements = within(place, commas: true) { parser in
        parser.list(until: .rightBracket, trailing: true) { parser in
          if parser.take(.question) { optional.insert(count) }
          count += 1
          return parser.expression()
        }
      }
      return make(.list(elements, optional: optional), place.span.lowerBound..<lastEnd)
    case .symbol(.leftBrace):
      advance()
      let entries = within(place, commas: true) { parser in
        parser.list(until: .rightBrace, trailing: true) { parser in
          let isOptional = parser.take(.question)
          let key = parser.expression()
          let value = parser.afterColon(key)
          return Expression.MapEntry(key: key, value: value, isOptional: isOptional)
        }
      }
      return make(.map(entries), place.span.lowerBound..<lastEnd)
    case .symbol, .foreign, .end: return missing()
    }
  }

  private mutating func identifier(_ name: String, isRooted: Bool = false) -> Expression {
    let place = token
    let start = isRooted ? place.span.lowerBound - 1 : place.span.lowerBound
    switch name {
    case "true", "false":
      advance()
      return make(.literal(.bool(name == "true")), place.span)
    case "null":
      advance()
      return make(.literal(.null), place.span)
    case "in": return missing()
    default: break
    }
    advance()
    if Self.reserved.contains(name) {
      if !isTold(place.span) {
        tell(place.span, "`\(name)` is a word of the language and can't be a name", "choose another name")
      }
      return faulty(place.span)
    }
    let full = isRooted ? "." + name : name
    guard symbol == .leftParenthesis else { return make(.identifier(full), start..<place.span.upperBound) }
    let arguments = arguments()
    return call(full, nil, arguments, start..<lastEnd, place.span)
  }

  /// `Name{field: value}`.
  private mutating func message(_ name: String, _ start: Int) -> Expression {
    let open = token
    advance()
    let fields = within(open, commas: true) { parser in
      parser.list(until: .rightBrace, trailing: true) { parser in
        let isOptional = parser.take(.question)
        var field = ""
        switch parser.token.kind {
        case .identifier(let text), .quotedIdentifier(let text):
          field = text
          parser.advance()
        default:
          if !parser.isTold(parser.token.span) {
            parser.tell(parser.token.span, "a field's name is missing here", "write `\(name){field: value}`")
          }
          if !parser.isAtEnd, parser.symbol?.isClosing != true { parser.advance() }
        }
        let value = parser.afterColon(nil)
        return Expression.MessageField(name: field, value: value, isOptional: isOptional)
      }
    }
    return make(.message(name: name, fields: fields), start..<lastEnd)
  }

  private mutating func afterColon(_ key: Expression?) -> Expression {
    if take(.colon) { return expression() }
    if key?.kind != .faulty, !isTold(token.span) {
      tell(token.span, "a `:` and a value are missing here", "write `{\"key\": value}`")
    }
    return faulty(token.span.lowerBound..<token.span.lowerBound)
  }

  /// Parts separated by commas, up to the closing bracket, which is left to be taken.
  private mutating func list<Part>(
    until closing: Symbol, trailing: Bool, _ part: (inout Parser) -> Part
  ) -> [Part] {
    var parts: [Part] = []
    while symbol != closing, !isAtEnd {
      let before = index
      parts.append(part(&self))
      if symbol != closing, symbol != .comma, !isAtEnd { leftover(closes: closing) }
      guard symbol == .comma else { break }
      let comma = token.span
      advance()
      if symbol == closing, !trailing {
        tell(comma, "nothing stands behind this comma", "delete it")
      }
      if index == before { break }
    }
    return parts
  }

  /// Reads the content of a bracket that was just taken, and its counterpart.
  mutating func within<Content>(_ open: Token, commas: Bool, _ content: (inout Parser) -> Content) -> Content {
    let outer = isInCommaList
    isInCommaList = commas
    defer { isInCommaList = outer }
    let result = content(&self)
    guard case .symbol(let opening) = open.kind else { return result }
    let closing = opening.counterpart
    if symbol != closing { leftover(closes: closing) }
    if take(closing) { return result }
    if !endIsLost, !isAbandoned {
      tell(open.span, "this `\(opening.rawValue)` is never closed", "write the missing `\(closing.rawValue)`")
    }
    return result
  }

  private mutating func number() -> Expression {
    let start = token.span.lowerBound
    let isNegative = take(.minus)
    let place = token
    advance()
    var value: Value
    switch place.kind {
    case .integer(let magnitude):
      if magnitude > UInt64(Int64.max) + (isNegative ? 1 : 0) {
        tell(
          start..<lastEnd, "`\(excerpt(start..<lastEnd))` is too large for a whole number",
          "write it with a decimal point: `1e20`")
        value = .int(0)
      } else {
        value = .int(isNegative ? Int64(truncatingIfNeeded: 0 &- magnitude) : Int64(magnitude))
      }
    case .unsigned(let magnitude):
      value = .uint(magnitude)
      if isNegative {
        tell(start..<lastEnd, "a number that ends in `u` is never negative", "delete the `u`")
      }
    case .double(let magnitude): value = .double(isNegative ? -magnitude : magnitude)
    default: value = .null
    }
    if let mended = layNumber(start) { value = mended }
    return make(.literal(value), start..<lastEnd)
  }
}
