extension CheckedExpression {
  /// Resolves the names of a tree and checks nothing: types are found when it is evaluated, and so are names that nothing is declared
  /// for. What the specification calls a parsed expression.
  public init(unchecked expression: Expression, in environment: Environment) {
    var resolver = Resolver(names: Names(environment))
    let root = RoomyStack.run(expression.isDeeper(than: RoomyStack.plainDepth)) { resolver.resolve(expression) }
    self.init(root: root, types: [:], references: resolver.references, resultType: .dyn)
  }
}

private struct Resolver {
  var names: Names
  var references: [Int: Reference] = [:]

  mutating func resolve(_ expression: Expression) -> Expression {
    var node = expression
    switch expression.kind {
    case .literal: break
    case .identifier(let name):
      if names.local(name) != nil {
        references[node.id] = .local(name: name)
      } else {
        references[node.id] = names.reference(name)?.0 ?? .unknown(name: name)
      }
    case .select(let operand, let field, let isOptional):
      if let name = expression.qualifiedName, names.local(Names.root(name)) == nil, let found = names.reference(name) {
        node.kind = .identifier(name)
        references[node.id] = found.0
      } else {
        node.kind = .select(operand: resolve(operand), field: field, isOptional: isOptional)
      }
    case .presence(let operand, let field): node.kind = .presence(operand: resolve(operand), field: field)
    case .call(let function, let target, let arguments):
      let arguments = arguments.map { resolve($0) }
      if let target, let name = names.function(function, in: target) {
        references[node.id] = .function(name: name, overloads: [])
        node.kind = .call(function: name, target: nil, arguments: arguments)
      } else {
        let name = target == nil ? names.function(function) ?? function : function
        references[node.id] = .function(name: name, overloads: [])
        node.kind = .call(function: name, target: target.map { resolve($0) }, arguments: arguments)
      }
    case .list(let elements, let optional): node.kind = .list(elements.map { resolve($0) }, optional: optional)
    case .map(let entries):
      node.kind = .map(
        entries.map { .init(key: resolve($0.key), value: resolve($0.value), isOptional: $0.isOptional) })
    case .message(let name, let fields):
      node.kind = .message(
        name: name, fields: fields.map { .init(name: $0.name, value: resolve($0.value), isOptional: $0.isOptional) })
    case .comprehension(var fold):
      fold.range = resolve(fold.range)
      fold.initial = resolve(fold.initial)
      let outer = names.locals.count
      names.locals.append((fold.accumulator, .dyn))
      let inner = names.locals.count
      names.locals.append((fold.variable, .dyn))
      if let second = fold.secondVariable { names.locals.append((second, .dyn)) }
      fold.condition = resolve(fold.condition)
      fold.step = resolve(fold.step)
      names.locals.removeSubrange(inner...)
      fold.result = resolve(fold.result)
      names.locals.removeSubrange(outer...)
      node.kind = .comprehension(fold)
    }
    return node
  }
}
