/// The folds that macros come down to (cel-go, parser/macro.go and ext/comprehensions.go, have the same).
extension NodeMaker {
  private mutating func fold(
    _ range: Expression, _ first: String, _ second: String?, initial: Expression, while condition: Expression,
    step: Expression, result: Expression
  ) -> Expression {
    make(
      .comprehension(
        .init(
          variable: first, secondVariable: second, range: range, accumulator: accumulator, initial: initial,
          condition: condition, step: step, result: result)))
  }

  mutating func all(_ range: Expression, _ first: String, _ second: String?, _ condition: Expression) -> Expression {
    fold(
      range, first, second, initial: literal(.bool(true)),
      while: call("@not_strictly_false", identifier(accumulator)),
      step: call("_&&_", identifier(accumulator), condition), result: identifier(accumulator))
  }

  mutating func exists(_ range: Expression, _ first: String, _ second: String?, _ condition: Expression) -> Expression {
    fold(
      range, first, second, initial: literal(.bool(false)),
      while: call("@not_strictly_false", call("!_", identifier(accumulator))),
      step: call("_||_", identifier(accumulator), condition), result: identifier(accumulator))
  }

  mutating func existsOne(_ range: Expression, _ first: String, _ second: String?, _ condition: Expression)
    -> Expression
  {
    fold(
      range, first, second, initial: literal(.int(0)), while: literal(.bool(true)),
      step: call("_?_:_", condition, call("_+_", identifier(accumulator), literal(.int(1))), identifier(accumulator)),
      result: call("_==_", identifier(accumulator), literal(.int(1))))
  }

  mutating func collect(
    _ range: Expression, _ first: String, _ second: String?, where condition: Expression?, _ element: Expression
  ) -> Expression {
    var step = call("_+_", identifier(accumulator), list(element))
    if let condition { step = call("_?_:_", condition, step, identifier(accumulator)) }
    return fold(
      range, first, second, initial: list(), while: literal(.bool(true)), step: step, result: identifier(accumulator))
  }

  /// `entry`: a key and a value, or a map of one of them.
  mutating func insert(
    _ range: Expression, _ first: String, _ second: String, where condition: Expression?, _ entry: [Expression]
  ) -> Expression {
    let map = identifier(accumulator)
    var step = make(.call(function: "cel.@mapInsert", target: nil, arguments: [map] + entry))
    if let condition { step = call("_?_:_", condition, step, identifier(accumulator)) }
    return fold(
      range, first, second, initial: make(.map([])), while: literal(.bool(true)), step: step,
      result: identifier(accumulator))
  }

  /// The optional is bound to a name first: written twice, a chain of these would double with each link.
  mutating func ifPresent(_ optional: Expression, _ name: String, _ value: Expression, wrapped: Bool) -> Expression {
    let subject = "@optional"
    let bound = bind(name, member("value", of: identifier(subject)), in: value)
    let present = wrapped ? member("of", of: identifier("optional"), bound) : bound
    return bind(
      subject, optional,
      in: call(
        "_?_:_", member("hasValue", of: identifier(subject)), present, member("none", of: identifier("optional"))))
  }
}
