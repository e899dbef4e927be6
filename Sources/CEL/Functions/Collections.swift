extension Functions {
  static let collections: [Function] = [
    Function(
      "size",
      [false, true].flatMap { isMember in
        [
          sized([.string], isMember) { value throws(EvaluationError) in try value.text().unicodeScalars.count },
          sized([.bytes], isMember) { value throws(EvaluationError) in try value.bytes().count },
          sized([.listOfA], isMember) { value throws(EvaluationError) in try value.list().count },
          sized([.mapOfAB], isMember) { value throws(EvaluationError) in try value.map().count },
        ]
      }),
    Function(
      "@in",
      [
        .global(
          [.a, .listOfA], .bool,
          .two { item, list throws(EvaluationError) in .bool(try list.list().contains { $0.equals(item) }) }),
        .global(
          [.a, .mapOfAB], .bool, .two { key, map throws(EvaluationError) in .bool(try map.map()[key] != nil) }),
      ]),
    Function(
      "_[_]",
      [
        .global([.listOfA, .int], .a, .two { list, index throws(EvaluationError) in try list.element(at: index) }),
        .global([.mapOfAB, .a], .b, .two { map, key throws(EvaluationError) in try map.element(at: key) }),
        .global(
          [.optional(.listOfA), .int], .optional(.a), .two { a, b throws(EvaluationError) in try a.found(at: b) }),
        .global([.optional(.mapOfAB), .a], .optional(.b), .two { a, b throws(EvaluationError) in try a.found(at: b) }),
      ]),
    Function(
      "_[?_]",
      [
        .global([.listOfA, .int], .optional(.a), .two { a, b throws(EvaluationError) in try a.found(at: b) }),
        .global([.mapOfAB, .a], .optional(.b), .two { a, b throws(EvaluationError) in try a.found(at: b) }),
        .global(
          [.optional(.listOfA), .int], .optional(.a), .two { a, b throws(EvaluationError) in try a.found(at: b) }),
        .global([.optional(.mapOfAB), .a], .optional(.b), .two { a, b throws(EvaluationError) in try a.found(at: b) }),
      ]),
  ]

  private static func sized(
    _ parameters: [ValueType], _ isMember: Bool,
    _ size: @escaping @Sendable (Value) throws(EvaluationError) -> Int
  ) -> Overload {
    Overload(
      isMember: isMember, parameters: parameters, result: .int,
      implementation: .one { value throws(EvaluationError) in .int(Int64(try size(value))) })
  }
}

extension Value {
  /// `self[index]` of a list or map. A list takes a whole number of any type that is known only when it is evaluated.
  func element(at index: Value) throws(EvaluationError) -> Value {
    switch self {
    case .list(let list):
      guard let place = index.wholeNumber else {
        throw EvaluationError(.invalidArgument, "a list's index must be a whole number, not \(index.typeName)")
      }
      guard place >= 0, place < list.count else {
        throw EvaluationError(.invalidArgument, "index \(place) is outside of the list of \(list.count)")
      }
      return list[Int(place)]
    case .map(let map):
      guard let value = map[index] else { throw .noSuchKey(index) }
      return value
    case .optional: return try found(at: index)
    default: throw .noSuchOverload
    }
  }

  /// `self[?index]` of a list, a map or an optional one of those: `none` where nothing stands there.
  func found(at index: Value) throws(EvaluationError) -> Value {
    switch self {
    case .list(let list):
      guard let place = index.wholeNumber else {
        throw EvaluationError(.invalidArgument, "a list's index must be a whole number, not \(index.typeName)")
      }
      guard place >= 0, place < list.count else { return .none }
      return .some(list[Int(place)])
    case .map(let map): return map[index].map(Value.some) ?? .none
    case .optional(.none): return self
    case .optional(.some(let inner)): return try inner.found(at: index)
    default: throw .noSuchOverload
    }
  }

  /// This number as an `int`, if it is whole.
  private var wholeNumber: Int64? {
    switch self {
    case .int(let value): value
    case .uint(let value): Int64(exactly: value)
    case .double(let value): Int64(exactly: value)
    default: nil
    }
  }
}

extension EvaluationError {
  static func noSuchKey(_ key: Value) -> EvaluationError {
    EvaluationError(.noSuchKey, "no such key: '\(key.formatted.shortened)'")
  }
}
