extension Functions {
  static let comparison: [Function] = [
    Function("_==_", [.global([.a, .a], .bool, .two { a, b in .bool(a.equals(b)) })]),
    Function("_!=_", [.global([.a, .a], .bool, .two { a, b in .bool(!a.equals(b)) })]),
    order("_<_") { $0 == .less },
    order("_<=_") { $0 == .less || $0 == .equal },
    order("_>_") { $0 == .greater },
    order("_>=_") { $0 == .greater || $0 == .equal },
  ]

  private static func order(_ name: String, _ holds: @escaping @Sendable (Value.Order) -> Bool) -> Function {
    let implementation = Overload.Implementation.two { a, b throws(EvaluationError) in .bool(holds(try a.order(to: b)))
    }
    let numbers: [ValueType] = [.int, .uint, .double]
    let alike = ([.bool, .string, .bytes, .timestamp, .duration] + numbers).map { type in
      Overload.global([type, type], .bool, implementation)
    }
    let mixed = numbers.flatMap { one in
      numbers.filter { $0 != one }.map { Overload.global([one, $0], .bool, implementation) }
    }
    return Function(name, alike + mixed)
  }
}
