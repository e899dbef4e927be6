// cel-go, ext/math.go.
extension Functions {
  static let mathematics: [Function] = [
    extreme("math.@max", .greater), extreme("math.@min", .less),
    rounding("math.ceil") { $0.rounded(.up) },
    rounding("math.floor") { $0.rounded(.down) },
    rounding("math.round") { $0.rounded(.toNearestOrAwayFromZero) },
    rounding("math.trunc") { $0.rounded(.towardZero) },
    test("math.isInf") { $0.isInfinite },
    test("math.isNaN") { $0.isNaN },
    test("math.isFinite") { $0.isFinite },
    Function(
      "math.abs",
      [
        .global(
          [.int], .int,
          .one { value throws(EvaluationError) in
            let number = try value.int()
            return .int(number < 0 ? try (0 as Int64).subtracting(number) : number)
          }),
        .global([.uint], .uint, .one { $0 }),
        .global([.double], .double, .one { value throws(EvaluationError) in .double(try value.double().magnitude) }),
      ]),
    Function(
      "math.sign",
      [
        .global([.int], .int, .one { value throws(EvaluationError) in .int(try value.int().signum()) }),
        .global([.uint], .uint, .one { value throws(EvaluationError) in .uint(try value.uint().signum()) }),
        .global(
          [.double], .double,
          .one { value throws(EvaluationError) in
            let number = try value.double()
            return .double(number > 0 ? 1 : number < 0 ? -1 : number)
          }),
      ]),
    Function(
      "math.sqrt",
      [
        .global([.double], .double, .one { value throws(EvaluationError) in .double(try value.double().squareRoot()) }),
        .global(
          [.int], .double, .one { value throws(EvaluationError) in .double(Double(try value.int()).squareRoot()) }),
        .global(
          [.uint], .double, .one { value throws(EvaluationError) in .double(Double(try value.uint()).squareRoot()) }),
      ]),
    bits("math.bitAnd", { $0 & $1 }, { $0 & $1 }),
    bits("math.bitOr", { $0 | $1 }, { $0 | $1 }),
    bits("math.bitXor", { $0 ^ $1 }, { $0 ^ $1 }),
    Function(
      "math.bitNot",
      [
        .global([.int], .int, .one { value throws(EvaluationError) in .int(~(try value.int())) }),
        .global([.uint], .uint, .one { value throws(EvaluationError) in .uint(~(try value.uint())) }),
      ]),
    // To the right, the sign is no sign but a bit, so that zeros come in.
    shift("math.bitShiftLeft") { $0 << $1 },
    shift("math.bitShiftRight") { $0 >> $1 },
  ]

  private static let numbers: [ValueType] = [.int, .uint, .double]

  /// What the macros `math.greatest` and `math.least` come down to: of one number, of two, of a list.
  private static func extreme(_ name: String, _ wanted: Value.Order) -> Function {
    let ofTwo = Overload.Implementation.two { a, b throws(EvaluationError) in try extreme(of: a, b, wanted) }
    var overloads = numbers.map { Overload.global([$0], $0, .one { $0 }) }
    overloads += (numbers + [.dyn]).map { type in
      .global([.list(type)], type, .one { list throws(EvaluationError) in try extreme(of: list.list(), wanted) })
    }
    for one in numbers {
      for other in numbers { overloads.append(.global([one, other], one == other ? one : .dyn, ofTwo)) }
    }
    return Function(name, overloads)
  }

  private static func extreme(of values: [Value], _ wanted: Value.Order) throws(EvaluationError) -> Value {
    guard var best = values.first else {
      throw EvaluationError(.invalidArgument, "an empty list has neither a greatest nor a least element")
    }
    best = try extreme(of: best, best, wanted)
    for value in values.dropFirst() { best = try extreme(of: best, value, wanted) }
    return best
  }

  private static func extreme(of a: Value, _ b: Value, _ wanted: Value.Order) throws(EvaluationError) -> Value {
    guard a.isNumber, b.isNumber else { throw .noSuchOverload }
    return try b.order(to: a) == wanted ? b : a
  }

  private static func rounding(_ name: String, _ round: @escaping @Sendable (Double) -> Double) -> Function {
    Function(
      name, [.global([.double], .double, .one { value throws(EvaluationError) in .double(round(try value.double())) })])
  }

  private static func test(_ name: String, _ holds: @escaping @Sendable (Double) -> Bool) -> Function {
    Function(
      name, [.global([.double], .bool, .one { value throws(EvaluationError) in .bool(holds(try value.double())) })])
  }

  private static func bits(
    _ name: String, _ ofInts: @escaping @Sendable (Int64, Int64) -> Int64,
    _ ofUInts: @escaping @Sendable (UInt64, UInt64) -> UInt64
  ) -> Function {
    Function(
      name,
      [
        .global([.int, .int], .int, .two { a, b throws(EvaluationError) in .int(ofInts(try a.int(), try b.int())) }),
        .global(
          [.uint, .uint], .uint, .two { a, b throws(EvaluationError) in .uint(ofUInts(try a.uint(), try b.uint())) }),
      ])
  }

  private static func shift(_ name: String, _ shifted: @escaping @Sendable (UInt64, UInt64) -> UInt64) -> Function {
    @Sendable func by(_ amount: Value) throws(EvaluationError) -> UInt64 {
      guard let count = UInt64(exactly: try amount.int()) else {
        throw EvaluationError(.invalidArgument, "\(name) can't shift by a negative number")
      }
      return count
    }
    return Function(
      name,
      [
        .global(
          [.int, .int], .int,
          .two { a, b throws(EvaluationError) in
            .int(Int64(bitPattern: shifted(UInt64(bitPattern: try a.int()), try by(b))))
          }),
        .global(
          [.uint, .int], .uint, .two { a, b throws(EvaluationError) in .uint(shifted(try a.uint(), try by(b))) }),
      ])
  }
}

extension Value {
  fileprivate var isNumber: Bool {
    switch self {
    case .int, .uint, .double: true
    default: false
    }
  }
}
