extension Checker {
  mutating func call(
    _ function: String, _ target: Expression?, _ arguments: [Expression], _ expression: Expression
  ) -> Expression {
    var name = function
    var operands: [Expression] = []
    var isMember = false
    if let target {
      if let full = names.function(function, in: target) {
        name = full
      } else if let namespace = unknownNamespace(target) {
        let arguments = arguments.map { check($0) }
        unknownFunction(namespace + "." + function, target, arguments, expression)
        set(expression, .error)
        return expression.with(.call(function: function, target: target, arguments: arguments))
      } else {
        isMember = true
        operands.append(check(target))
      }
    } else if let full = names.function(function) {
      name = full
    }
    // The arguments of a macro that is used wrongly have names of its own.
    if names.functions[name] == nil,
      names.environment.macros.contains(where: { $0.name == function && $0.isMember == isMember })
    {
      unknownFunction(function, operands.first, arguments, expression)
      set(expression, .error)
      return expression.with(.call(function: function, target: operands.first, arguments: arguments))
    }
    operands += arguments.map { check($0) }
    func rebuilt() -> Expression {
      expression.with(
        .call(
          function: name, target: isMember ? operands[0] : nil,
          arguments: isMember ? Array(operands.dropFirst()) : operands))
    }
    guard let overloads = names.functions[name] else {
      unknownFunction(function, isMember ? operands[0] : nil, Array(operands.dropFirst(isMember ? 1 : 0)), expression)
      set(expression, .error)
      return rebuilt()
    }
    let matching = overloads.indices.filter {
      overloads[$0].isMember == isMember && overloads[$0].parameters.count == operands.count
    }
    if let result = resolve(name, overloads, matching, &operands) {
      references[expression.id] = .function(name: name, overloads: result.overloads)
      set(expression, result.type)
    } else {
      if !operands.contains(where: { type($0) == .error }) {
        mismatch(name, overloads, operands, isMember: isMember, expression)
      }
      references[expression.id] = .function(name: name, overloads: [])
      set(expression, Self.relations.contains(name) ? .bool : .error)
    }
    return rebuilt()
  }

  static let relations: Set<String> = ["_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "@in", "_&&_", "_||_", "!_"]

  /// Finds the overloads that the operands' types fit, making doubles of integer literals where that is wanted.
  private mutating func resolve(
    _ name: String, _ overloads: [Overload], _ matching: [Int], _ operands: inout [Expression]
  ) -> (type: ValueType, overloads: [Int])? {
    guard takesIntegersAsDoubles, operands.contains(where: Self.isConstant) else {
      return fit(overloads, matching, operands)
    }
    let isBesideDouble = operands.contains { !Self.isConstant($0) && type($0).holdsDoubles }
    let whole = operands
    // To check the operands anew instead would double the work with each level of nesting.
    let known = types
    let constants = operands.indices.filter { Self.isConstant(operands[$0]) && !(name == "_?_:_" && $0 == 0) }
    if isBesideDouble {
      for index in constants { operands[index] = lifted(whole[index]) }
      if let result = fit(overloads, matching, operands) { return result }
      // An index into a list and the like stays whole.
      operands = whole
      types = known
    }
    if let result = fit(overloads, matching, operands) { return result }
    for index in constants { operands[index] = lifted(whole[index]) }
    if let result = fit(overloads, matching, operands) { return result }
    operands = whole
    types = known
    return nil
  }

  private mutating func fit(
    _ overloads: [Overload], _ matching: [Int], _ operands: [Expression]
  ) -> (type: ValueType, overloads: [Int])? {
    let types = operands.map { self.type($0) }
    var result: ValueType?
    var found: [Int] = []
    for index in matching {
      let overload = overloads[index]
      let signature = unifier.instance(of: overload.parameters + [overload.result])
      guard unifier.accepts(types, as: Array(signature.dropLast())) else { continue }
      found.append(index)
      let type = unifier.resolved(signature[signature.count - 1])
      if let known = result { if known != .dyn, known != type { result = .dyn } } else { result = type }
    }
    return result.map { ($0, found) }
  }

  /// The namespace that `target` would be, where it is no variable: `maths` in `maths.abs(x)`.
  private func unknownNamespace(_ target: Expression) -> String? {
    guard let name = target.qualifiedName, target.kind != .faulty, names.local(Names.root(name)) == nil else {
      return nil
    }
    var node = target
    while true {
      if let name = node.qualifiedName, names.reference(name) != nil { return nil }
      guard case .select(let operand, _, _) = node.kind else { break }
      node = operand
    }
    let prefix = name + "."
    if names.environment.variables.keys.contains(where: { $0.hasPrefix(prefix) }) { return name }
    let isNamespace = names.functions.keys.contains { $0.hasPrefix(prefix) }
    return isNamespace ? name : nil
  }
}

extension ValueType {
  /// Doubles, or what holds them: for `5 in [a, b]`.
  var holdsDoubles: Bool {
    switch self {
    case .list(let element): element.isDouble
    case .map(let key, _): key.isDouble
    case .optional(let wrapped): wrapped.isDouble
    default: isDouble
    }
  }
}
