extension Checker {
  mutating func list(_ elements: [Expression], _ optional: Set<Int>, _ expression: Expression) -> Expression {
    var elements = elements.map { check($0) }
    liftIntegers(&elements)
    var joined: ValueType?
    for (index, element) in elements.enumerated() {
      let type = optional.contains(index) ? unwrapped(element) : self.type(element)
      joined = join(joined, type)
    }
    set(expression, .list(joined ?? unifier.fresh()))
    return expression.with(.list(elements, optional: optional))
  }

  mutating func map(_ entries: [Expression.MapEntry], _ expression: Expression) -> Expression {
    var entries = entries.map {
      Expression.MapEntry(key: check($0.key), value: check($0.value), isOptional: $0.isOptional)
    }
    var values = entries.map(\.value)
    liftIntegers(&values)
    var key: ValueType?
    var value: ValueType?
    for index in entries.indices {
      entries[index].value = values[index]
      let keyType = type(entries[index].key)
      key = join(key, keyType.canBeKey ? keyType : .dyn)
      value = join(value, entries[index].isOptional ? unwrapped(values[index]) : type(values[index]))
    }
    set(expression, .map(key: key ?? unifier.fresh(), value: value ?? unifier.fresh()))
    return expression.with(.map(entries))
  }

  /// What an element written `?element` puts in.
  private mutating func unwrapped(_ element: Expression) -> ValueType {
    switch type(element) {
    case .optional(let wrapped): return wrapped
    case .dyn, .parameter, .error: return .dyn
    case let other:
      tell(
        element.span, .type, "`\(excerpt(element))` is \(other.words), and behind `?` an optional value must stand",
        "delete the `?`")
      return .error
    }
  }

  /// The type of what holds both; `dyn` where they have nothing in common.
  private mutating func join(_ one: ValueType?, _ other: ValueType) -> ValueType {
    guard let one else { return other }
    return unifier.accepts(one, as: other) ? Unifier.general(one, other) : .dyn
  }

  // MARK: Integer literals beside doubles

  /// Where one of `elements` is a double, those that are nothing but integer literals become doubles.
  mutating func liftIntegers(_ elements: inout [Expression]) {
    guard takesIntegersAsDoubles, elements.contains(where: { type($0).isDouble }) else { return }
    for index in elements.indices where type(elements[index]) == .int && Self.isConstant(elements[index]) {
      elements[index] = lifted(elements[index])
    }
  }

  /// Whether all of its leaves that make its value are integer literals: `-15`, `3 * 60`, `[1, 2]`.
  static func isConstant(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .literal(.int): true
    case .call("-_", nil, let arguments), .call("_+_", nil, let arguments), .call("_-_", nil, let arguments),
      .call("_*_", nil, let arguments), .call("_/_", nil, let arguments):
      arguments.allSatisfy(isConstant)
    case .call("_?_:_", nil, let arguments) where arguments.count == 3:
      isConstant(arguments[1]) && isConstant(arguments[2])
    case .list(let elements, _): !elements.isEmpty && elements.allSatisfy(isConstant)
    default: false
    }
  }

  /// The same with doubles for its integers.
  mutating func lifted(_ expression: Expression) -> Expression {
    switch expression.kind {
    case .literal(.int(let value)):
      set(expression, .double)
      return expression.with(.literal(.double(Double(value))))
    case .literal(.double):
      set(expression, .double)
      return expression
    case .call(let function, let target, var arguments):
      for index in arguments.indices where function != "_?_:_" || index > 0 {
        arguments[index] = lifted(arguments[index])
      }
      set(expression, .double)
      return expression.with(.call(function: function, target: target, arguments: arguments))
    case .list(let elements, let optional):
      let elements = elements.map { lifted($0) }
      set(expression, .list(elements.first.map { types[$0.id] ?? .double } ?? .double))
      return expression.with(.list(elements, optional: optional))
    default: return expression
    }
  }
}

extension ValueType {
  var isDouble: Bool { self == .double || self == .wrapper(.double) }

  /// Map literals of other keys fail when they are evaluated, and their types could double with each use.
  fileprivate var canBeKey: Bool {
    switch self {
    case .list, .map, .opaque, .optional, .type: false
    default: true
    }
  }
}
