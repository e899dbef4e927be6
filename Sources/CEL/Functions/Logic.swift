// What decides by its arguments' values which of them are evaluated, and macros' own helpers.
extension Functions {
  static let logic: [Function] = [
    Function("_&&_", [.global([.bool, .bool], .bool, .evaluator)]),
    Function("_||_", [.global([.bool, .bool], .bool, .evaluator)]),
    Function("_?_:_", [.global([.bool, .a, .a], .a, .evaluator)]),
    Function("!_", [.global([.bool], .bool, .one { value throws(EvaluationError) in .bool(!(try value.bool())) })]),
    // True for what isn't false, errors too: a fold goes on until something is known to decide it.
    Function("@not_strictly_false", [.global([.bool], .bool, .evaluator)]),
    Function(
      "cel.@mapInsert",
      [
        .global([.mapOfAB, .a, .b], .mapOfAB, .evaluator),
        .global([.mapOfAB, .mapOfAB], .mapOfAB, .evaluator),
      ]),
  ]
}
