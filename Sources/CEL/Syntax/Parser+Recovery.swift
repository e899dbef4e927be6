extension Parser {
  var isWord: Bool { if case .identifier = token.kind { true } else { false } }

  private static func beginsNothing(_ symbol: Symbol) -> Bool {
    precedences[symbol] != nil || symbol == .question || symbol == .dot || symbol == .not
  }

  /// Where a value should begin and doesn't.
  mutating func missing() -> Expression {
    let place = token
    switch place.kind {
    case .end:
      if !endIsLost, !isTold(max(0, lastEnd - 1)..<place.span.upperBound) {
        let last = index > 0 ? tokens[index - 1].span : 0..<text.count
        tell(
          last, "something is missing behind `\(excerpt(last))`", "write a value there, or delete `\(excerpt(last))`")
      }
      return faulty(place.span)
    case .foreign(let word):
      if !isTold(place.span) {
        tell(
          place.span, "`\(Excerpt.text(word.utf8))` is no name: names hold the letters a–z, digits and `_`",
          "write the name as it is declared, or \"text\" in quotes")
      }
      advance()
      return faulty(place.span)
    case .symbol(let symbol) where symbol.isClosing || symbol == .comma || symbol == .colon:
      if !isTold(max(0, lastEnd - 1)..<place.span.upperBound) {
        if index > 0, case .symbol(let before) = tokens[index - 1].kind, before.isOpening, before.counterpart == symbol
        {
          tell(
            tokens[index - 1].span.lowerBound..<place.span.upperBound, "nothing stands between these brackets",
            "write a value between them")
        } else {
          tell(
            place.span, "a value is missing before this `\(symbol.rawValue)`", "write it, or delete what asks for it")
        }
      }
      return faulty(place.span.lowerBound..<place.span.lowerBound)
    default:
      if !isTold(place.span) {
        tell(
          place.span, "a value is missing before `\(excerpt(place.span))`",
          comparedAgain(place) ?? "write it, or delete `\(excerpt(place.span))`")
      }
      // `> > 5`: what follows is read as the value. All that begins none is passed over here, not by one call within another.
      while !isAtEnd, symbol.map(Self.beginsNothing) ?? (token.kind == .identifier("in")) { advance() }
      if isAtEnd || symbol?.isClosing == true || symbol == .comma || symbol == .colon { return faulty(place.span) }
      _ = member()
      return faulty(place.span.lowerBound..<lastEnd)
    }
  }

  /// `x < 2 || > 8`: in words one says only once what is compared.
  private func comparedAgain(_ place: Token) -> String? {
    func comparison(_ token: Token) -> Symbol? {
      guard case .symbol(let symbol) = token.kind, Self.precedences[symbol] == 3 else { return nil }
      return symbol
    }
    func isLogical(_ token: Token) -> Bool { token.kind == .symbol(.and) || token.kind == .symbol(.or) }
    guard comparison(place) != nil, index >= 4, isLogical(tokens[index - 1]) else { return nil }
    var first = index - 1
    while first > 0, !isLogical(tokens[first - 1]), tokens[first - 1].kind != .symbol(.leftParenthesis) { first -= 1 }
    guard let operation = (first..<index - 1).first(where: { comparison(tokens[$0]) != nil }), operation > first else {
      return nil
    }
    let subject = excerpt(tokens[first].span.lowerBound..<tokens[operation - 1].span.upperBound)
    // What it is compared with ends where the text does, or with what joins or closes.
    var last = index + 1
    while last < tokens.count - 1, !isLogical(tokens[last]), tokens[last].kind != .symbol(.rightParenthesis) {
      last += 1
    }
    guard last > index + 1 else { return nil }
    return
      "write what is compared again: `\(subject) \(excerpt(place.span.lowerBound..<tokens[last - 1].span.upperBound))`"
  }

  /// Tells of what stands where an expression has ended, and skips it, up to a comma, or what closes the bracket around it.
  mutating func leftover(closes closing: Symbol?) {
    while !isAtEnd, closing == nil || symbol != closing, symbol != .comma || closing == nil || !isInCommaList {
      let place = token
      if let symbol, symbol.isClosing {
        if closing != nil {
          // Another bracket's: this one was forgotten, unless an inner one was closed twice.
          return
        }
        if !isTold(place.span) {
          tell(
            place.span, "this `\(symbol.rawValue)` closes nothing",
            "delete it, or open it with `\(symbol.counterpart.rawValue)`")
        }
        return
      }
      if !isTold(place.span) { unexpected(place) }
      switch place.kind {
      case .symbol(.comma), .symbol(.colon), .symbol(.question):
        advance()
        if isAtEnd { return }
        if closing == nil || place.kind != .symbol(.comma) || !isInCommaList { _ = expression() }
      case .symbol(let symbol) where Self.precedences[symbol] != nil:
        advance()
        _ = binary(1)
      default: _ = binary(1)
      }
      if index < tokens.count - 1, tokens[index].span == place.span { advance() }
    }
  }

  /// Two values stand side by side, or a comma stands where none may.
  private mutating func unexpected(_ place: Token) {
    let before = index > 0 ? tokens[index - 1] : place
    let shown = excerpt(place.span)
    switch (before.kind, place.kind) {
    case (_, .symbol(.comma)):
      tell(place.span, "a `,` has no place here", "write `&&` for “and”, `||` for “or”, and a decimal point as `.`")
    case (_, .symbol(.colon)) where timeOfDay(before): break
    case (_, .symbol(.colon)):
      tell(place.span, "a `:` has no place here", "write `condition ? value : other value`, or quotes around text")
    case (_, .identifier("for")):
      tell(
        place.span.lowerBound..<text.count, "how long it must hold doesn't stand in the expression",
        "write it as a key of its own: `for: \(excerpt(min(place.span.upperBound + 1, text.count)..<text.count))`")
      isAbandoned = true
      index = tokens.count - 1
    case (.identifier(let left), .identifier(let right)):
      tell(
        before.span.lowerBound..<place.span.upperBound, "an operator is missing between `\(left)` and `\(right)`",
        "write `\(left).\(right)` for a field, or an operator such as `==` or `&&` between them")
    case (_, .foreign(let word)):
      tell(
        place.span, "`\(Excerpt.text(word.utf8))` has no place here", "delete it, or write \"text\" in quotes")
    default:
      tell(
        place.span, "an operator is missing before `\(shown)`",
        "write one, such as `==`, `&&` or `||`, or delete `\(shown)`")
    }
  }
}
