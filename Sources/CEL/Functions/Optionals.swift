// cel-go, ext/: optional types. `?.`, `[?]`, elements and entries behind `?` are the evaluator's; `optMap` and `optFlatMap` are macros.
extension Functions {
  private static let optionalOfA = ValueType.optional(.a)

  static let optionals: [Function] = [
    Function("optional.of", [.global([.a], optionalOfA, .one { .some($0) })]),
    Function("optional.none", [.global([], optionalOfA, .none { .none })]),
    Function(
      "optional.ofNonZeroValue", [.global([.a], optionalOfA, .one { $0.isZero ? .none : .some($0) })]),
    Function(
      "optional.unwrap",
      [.global([.list(optionalOfA)], .listOfA, .one { list throws(EvaluationError) in try list.unwrapped() })]),
    Function(
      "unwrapOpt",
      [.member([.list(optionalOfA)], .listOfA, .one { list throws(EvaluationError) in try list.unwrapped() })]),
    Function(
      "hasValue",
      [.member([optionalOfA], .bool, .one { value throws(EvaluationError) in .bool(try value.maybe().value != nil) })]),
    Function(
      "value",
      [
        .member(
          [optionalOfA], .a,
          .one { maybe throws(EvaluationError) in
            guard let value = try maybe.maybe().value else {
              throw EvaluationError(.invalidArgument, "optional.none() dereference: there is no value")
            }
            return value
          })
      ]),
    // The other one is only evaluated where it is needed.
    Function("or", [.member([optionalOfA, optionalOfA], optionalOfA, .evaluator)]),
    Function("orValue", [.member([optionalOfA, .a], .a, .evaluator)]),
    Function(
      "first",
      [
        .member(
          [.listOfA], optionalOfA,
          .one { list throws(EvaluationError) in try list.list().first.map(Value.some) ?? .none })
      ]),
    Function(
      "last",
      [
        .member(
          [.listOfA], optionalOfA,
          .one { list throws(EvaluationError) in try list.list().last.map(Value.some) ?? .none })
      ]),
  ]
}

extension Value {
  /// The value that its type starts with: `0`, `""`, `[]`, `null`.
  fileprivate var isZero: Bool {
    switch self {
    case .null: true
    case .bool(let value): !value
    case .int(let value): value == 0
    case .uint(let value): value == 0
    case .double(let value): value == 0
    case .string(let value): value.isEmpty
    case .bytes(let value): value.isEmpty
    case .list(let value): value.isEmpty
    case .map(let value): value.isEmpty
    case .timestamp(let value): value.seconds == 0 && value.nanoseconds == 0
    case .duration(let value): value.nanoseconds == 0
    case .type: false
    case .optional(let value): value.value == nil
    }
  }

  /// Of a list of optionals, what is there.
  fileprivate func unwrapped() throws(EvaluationError) -> Value {
    var values: [Value] = []
    for element in try list() {
      if let value = try element.maybe().value { values.append(value) }
    }
    return .list(values)
  }
}
