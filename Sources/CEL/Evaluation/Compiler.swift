/// Makes nodes of a checked tree: names become places, functions their overloads, known types their quick ways.
struct Compiler {
  private let checked: CheckedExpression
  private let environment: Environment
  /// Variables of the macros around, innermost last.
  private var scope: [(name: String, place: Int)] = []
  /// How many locals an evaluation needs at once.
  private(set) var localCount = 0
  private(set) var slots: Set<Int> = []
  private(set) var problems: [Problem] = []
  /// Nodes made so far: what a round of a fold costs.
  private var count = 0

  init(_ checked: CheckedExpression, _ environment: Environment) {
    self.checked = checked
    self.environment = environment
  }

  mutating func compile(_ expression: Expression) -> any Node {
    count += 1
    switch expression.kind {
    case .literal(.double(let number)): return DoubleNode(number)
    case .literal(let value): return ConstantNode(value)
    case .identifier(let name): return compileName(name, expression)
    case .select(let operand, let field, let isOptional):
      return SelectNode(compile(operand), field, isOptional: isOptional, expression.span)
    case .presence(let operand, let field): return PresenceNode(compile(operand), field, expression.span)
    case .call(let function, let target, let arguments): return compileCall(function, target, arguments, expression)
    case .list(let elements, let optional):
      return compileList(elements, optional, expression)
    case .map(let entries):
      var nodes: [MapNode.Entry] = []
      for entry in entries {
        nodes.append(MapNode.Entry(key: compile(entry.key), value: compile(entry.value), isOptional: entry.isOptional))
      }
      return MapNode(nodes, expression.span)
    case .message(let name, _):
      return FailureNode(
        EvaluationError(.undeclaredReference, "there is no message type '\(name)'", span: expression.span))
    case .comprehension(let fold): return compileFold(fold, expression)
    }
  }

  private mutating func compileName(_ name: String, _ expression: Expression) -> any Node {
    let reference = checked.references[expression.id]
    switch reference {
    case .variable(_, let slot):
      slots.insert(slot)
      return SlotNode(slot, expression.span)
    case .type(let type): return ConstantNode(.type(type.name))
    case .local(let local):
      if let place = place(of: local) { return LocalNode(place) }
    case .function, .unknown, nil:
      // What macros make isn't always referenced.
      if let place = place(of: name) { return LocalNode(place) }
    }
    return FailureNode(EvaluationError(.undeclaredReference, "unknown variable '\(name)'", span: expression.span))
  }

  private func place(of name: String) -> Int? { scope.last { $0.name == name }?.place }

  /// A list that is written out is made once, with the program.
  private mutating func compileList(
    _ elements: [Expression], _ optional: Set<Int>, _ expression: Expression
  ) -> any Node {
    var constants: [Value] = []
    for element in elements {
      if case .literal(let value) = element.kind { constants.append(value) }
    }
    if optional.isEmpty, constants.count == elements.count { return ConstantNode(.list(constants)) }
    var nodes: [any Node] = []
    for element in elements { nodes.append(compile(element)) }
    return ListNode(nodes, optional: optional, expression.span)
  }

  private mutating func compileCall(
    _ function: String, _ target: Expression?, _ arguments: [Expression], _ expression: Expression
  ) -> any Node {
    let all = (target.map { [$0] } ?? []) + arguments
    var name = function
    if case .function(let resolved, _) = checked.references[expression.id] { name = resolved }
    let operands = all.map { checked.type(of: $0) }
    var nodes: [any Node] = []
    for argument in all { nodes.append(compile(argument)) }
    if let node = special(name, nodes, operands, all, isMember: target != nil, expression) { return node }
    let named = environment.functions.filter { $0.name == name }
    guard !named.isEmpty else {
      return FailureNode(
        EvaluationError(.unboundFunction, "there is no function '\(name)'", span: expression.span))
    }
    let overloads = named.flatMap(\.overloads).filter {
      $0.isMember == (target != nil) && $0.parameters.count == nodes.count
    }
    return CallNode(name, overloads, nodes, expression.span)
  }

  /// What isn't called by its function: where not every operand is evaluated, and where known types have a quicker way.
  private mutating func special(
    _ name: String, _ nodes: [any Node], _ types: [ValueType], _ arguments: [Expression], isMember: Bool,
    _ expression: Expression
  ) -> (any Node)? {
    let span = expression.span
    switch (name, nodes.count, isMember) {
    case ("_&&_", 2, false): return JunctionNode(nodes[0], nodes[1], decisive: false, span)
    case ("_||_", 2, false): return JunctionNode(nodes[0], nodes[1], decisive: true, span)
    case ("_?_:_", 3, false): return ConditionalNode(nodes[0], nodes[1], nodes[2], span)
    case ("!_", 1, false): return NotNode(nodes[0], span)
    case ("@not_strictly_false", 1, false), ("__not_strictly_false__", 1, false): return NotStrictlyFalseNode(nodes[0])
    case ("_==_", 2, false): return EqualityNode(nodes[0], nodes[1], wanted: true, span)
    case ("_!=_", 2, false): return EqualityNode(nodes[0], nodes[1], wanted: false, span)
    case ("@in", 2, false): return MembershipNode(nodes[0], nodes[1], span)
    case ("_[_]", 2, false): return IndexNode(nodes[0], nodes[1], isOptional: false, span)
    case ("_[?_]", 2, false): return IndexNode(nodes[0], nodes[1], isOptional: true, span)
    case ("or", 2, true): return OrElseNode(nodes[0], nodes[1], isUnwrapped: false, span)
    case ("orValue", 2, true): return OrElseNode(nodes[0], nodes[1], isUnwrapped: true, span)
    case ("cel.@mapInsert", 2...3, _): return InsertNode(nodes[0], accumulator: nil, Array(nodes.dropFirst()), span)
    case ("matches", 2, _):
      return MatchesNode(nodes[0], nodes[1], compiled: pattern(arguments[1]), span)
    case (_, 2, false): return arithmetic(name, nodes, types, span)
    default: return nil
    }
  }

  private func arithmetic(
    _ name: String, _ nodes: [any Node], _ types: [ValueType], _ span: Range<Int>
  ) -> (any Node)? {
    if let relation = Relation(name) {
      switch (types[0], types[1]) {
      case (.double, .double): return DoubleRelationNode(relation, nodes[0], nodes[1], span)
      case (.int, .int): return IntRelationNode(relation, nodes[0], nodes[1], span)
      default: return RelationNode(relation, nodes[0], nodes[1], span)
      }
    }
    guard let operation = Arithmetic(name) else { return nil }
    switch (types[0], types[1]) {
    case (.double, .double): return DoubleArithmeticNode(operation, nodes[0], nodes[1], span)
    case (.int, .int): return IntArithmeticNode(operation, nodes[0], nodes[1], span)
    default: return nil
    }
  }

  /// The automaton of a pattern that is written out.
  private mutating func pattern(_ expression: Expression) -> Pattern? {
    guard case .literal(.string(let text)) = expression.kind else { return nil }
    do throws(EvaluationError) {
      return try Pattern.reading(text)
    } catch {
      problems.append(Problem(span: expression.span, code: .type, message: error.message, help: nil))
      return nil
    }
  }

  private mutating func compileFold(_ fold: Expression.Comprehension, _ expression: Expression) -> any Node {
    let outer = scope
    defer { scope = outer }
    let range = compile(fold.range)
    let initial = compile(fold.initial)
    let before = count
    let first = scope.count
    scope.append((fold.accumulator, first))
    scope.append((fold.variable, first + 1))
    if let second = fold.secondVariable { scope.append((second, first + 2)) }
    localCount = max(localCount, scope.count)
    let condition = compile(fold.condition)
    let step = compileStep(fold.step, accumulator: fold.accumulator, at: first)
    let cost = 1 + count - before
    scope.removeLast(scope.count - first - 1)
    let result = compile(fold.result)
    return ComprehensionNode(
      ComprehensionNode.Parts(
        variable: first + 1, secondVariable: fold.secondVariable == nil ? nil : first + 2, accumulator: first,
        range: range,
        initial: initial, condition: condition, step: step, result: result, cost: cost),
      expression.span)
  }

  /// What grows the accumulator last of all does so in place: `accumulator + [x]`, `condition ? accumulator + [x] : accumulator`.
  private mutating func compileStep(_ step: Expression, accumulator: String, at place: Int) -> any Node {
    guard case .call(let function, nil, let arguments) = step.kind else { return compile(step) }
    switch (function, arguments.count) {
    case ("_?_:_", 3):
      count += 1
      return ConditionalNode(
        compile(arguments[0]), compileStep(arguments[1], accumulator: accumulator, at: place),
        compileStep(arguments[2], accumulator: accumulator, at: place), step.span)
    case ("_+_", 2)
    where isName(arguments[0], accumulator) && isList(arguments[1]) && self.place(of: accumulator) == place:
      count += 1
      return AppendNode(accumulator: place, compile(arguments[1]), step.span)
    case ("cel.@mapInsert", 2...3) where isName(arguments[0], accumulator) && self.place(of: accumulator) == place:
      count += 1
      let map = compile(arguments[0])
      var additions: [any Node] = []
      for argument in arguments.dropFirst() { additions.append(compile(argument)) }
      return InsertNode(map, accumulator: place, additions, step.span)
    default: return compile(step)
    }
  }

  private func isName(_ expression: Expression, _ name: String) -> Bool {
    if case .identifier(name) = expression.kind { true } else { false }
  }

  private func isList(_ expression: Expression) -> Bool {
    if case .list = expression.kind { true } else { false }
  }
}

extension ValueType {
  /// As a value of the type `type` is called: without what it holds.
  var name: String {
    switch self {
    case .dyn, .error: "dyn"
    case .null: "null_type"
    case .bool: "bool"
    case .int: "int"
    case .uint: "uint"
    case .double: "double"
    case .string: "string"
    case .bytes: "bytes"
    case .timestamp: "google.protobuf.Timestamp"
    case .duration: "google.protobuf.Duration"
    case .list: "list"
    case .map: "map"
    case .optional: "optional_type"
    case .type: "type"
    case .wrapper(let wrapped): wrapped.name
    case .opaque(let name, _), .parameter(let name): name
    }
  }
}
