import CEL

/// Gives the names of a tree their places without a look at types, so that the evaluator is tested by itself.
struct Resolver {
  private let environment: Environment
  private(set) var references: [Int: Reference] = [:]

  static let types: [String: ValueType] = [
    "bool": .bool, "int": .int, "uint": .uint, "double": .double, "string": .string, "bytes": .bytes,
    "list": .list(.dyn),
    "map": .map(key: .dyn, value: .dyn), "null_type": .null, "type": .type(.dyn), "optional_type": .optional(.dyn),
    "google.protobuf.Timestamp": .timestamp, "google.protobuf.Duration": .duration,
  ]

  init(_ environment: Environment) { self.environment = environment }

  private func reference(_ name: String) -> Reference? {
    if let variable = environment.variables[name] { return .variable(name: name, slot: variable.slot) }
    return Self.types[name].map(Reference.type)
  }

  mutating func resolve(_ expression: Expression, _ locals: Set<String> = []) -> Expression {
    var node = expression
    if let name = node.qualifiedName, !locals.contains(String(name.prefix { $0 != "." })) {
      if let reference = reference(name) {
        references[node.id] = reference
        node.kind = .identifier(name)
        return node
      }
    }
    switch node.kind {
    case .literal, .message: break
    case .identifier(let name):
      references[node.id] = locals.contains(name) ? .local(name: name) : .unknown(name: name)
    case .select(let operand, let field, let isOptional):
      node.kind = .select(operand: resolve(operand, locals), field: field, isOptional: isOptional)
    case .presence(let operand, let field): node.kind = .presence(operand: resolve(operand, locals), field: field)
    case .call(let function, let target, let arguments):
      let resolved = arguments.map { resolve($0, locals) }
      if let space = target?.qualifiedName, environment.functions.contains(where: { $0.name == "\(space).\(function)" })
      {
        node.kind = .call(function: "\(space).\(function)", target: nil, arguments: resolved)
      } else {
        node.kind = .call(function: function, target: target.map { resolve($0, locals) }, arguments: resolved)
      }
    case .list(let elements, let optional):
      node.kind = .list(elements.map { resolve($0, locals) }, optional: optional)
    case .map(let entries):
      node.kind = .map(
        entries.map {
          Expression.MapEntry(
            key: resolve($0.key, locals), value: resolve($0.value, locals), isOptional: $0.isOptional)
        })
    case .comprehension(var fold):
      let result = locals.union([fold.accumulator])
      let step = result.union([fold.variable, fold.secondVariable ?? fold.variable])
      fold.range = resolve(fold.range, locals)
      fold.initial = resolve(fold.initial, locals)
      fold.condition = resolve(fold.condition, step)
      fold.step = resolve(fold.step, step)
      fold.result = resolve(fold.result, result)
      node.kind = .comprehension(fold)
    }
    return node
  }
}

/// Compiles `text` with `variables` in the slots of their order; without types, or with those of `types`.
func program(
  _ text: String, _ variables: [String] = [], in environment: Environment = Environment()
) throws -> Program {
  var environment = environment
  for (slot, name) in variables.enumerated() { environment.variables[name] = Variable(.dyn, slot: slot) }
  var resolver = Resolver(environment)
  let root = resolver.resolve(try Parser.parse(text, environment).get())
  return Program(
    compiling: CheckedExpression(root: root, types: [:], references: resolver.references, resultType: .dyn),
    in: environment)
}

/// The value of `text`, unchecked.
func value(_ text: String, _ variables: KeyValuePairs<String, Value> = [:]) throws -> Value {
  try program(text, variables.map(\.key)).evaluate(variables.map(\.value))
}

/// Why `text` has no value; nil where it has one.
func failure(_ text: String, _ variables: KeyValuePairs<String, Value> = [:]) throws -> EvaluationError? {
  let program = try program(text, variables.map(\.key))
  do throws(EvaluationError) {
    _ = try program.evaluate(variables.map(\.value))
    return nil
  } catch {
    return error
  }
}

/// Whether `text` is true; a test's `#expect(try holds("1 < 2"))`.
func holds(_ text: String, _ variables: KeyValuePairs<String, Value> = [:]) throws -> Bool {
  try value(text, variables) == .bool(true)
}
