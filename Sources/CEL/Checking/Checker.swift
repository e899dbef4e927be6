/// Resolves an expression's names and holds its types together (cel-spec, doc/langdef.md, "Gradual Type Checking"). It goes on after a
/// mistake; what follows from one that is told isn't told.
public struct Checker {
  var names: Names
  var unifier = Unifier()
  var types: [Int: ValueType] = [:]
  var references: [Int: Reference] = [:]
  var problems: [Problem] = []
  /// The expression's text, to quote from.
  let text: [UInt8]
  let takesIntegersAsDoubles: Bool

  private init(_ environment: Environment, _ text: String) {
    names = Names(environment)
    self.text = Array(text.utf8)
    takesIntegersAsDoubles = environment.takesIntegerLiteralsAsDoubles
  }

  /// Parses and checks, and tells what is wrong in both ways.
  public static func compile(_ text: String, _ environment: Environment) -> Result<CheckedExpression, Problems> {
    let parsed = Parser.parse(text, environment)
    let checked = check(parsed.root, environment, text: text)
    switch checked {
    case .success(let expression):
      return parsed.problems.isEmpty ? .success(expression) : .failure(Problems(parsed.problems))
    case .failure(let found):
      // What the checker finds where the parser told something already would follow from it.
      let more = found.all.filter { problem in
        !parsed.problems.contains { $0.code == .limit || $0.span.overlaps(problem.span) || $0.span == problem.span }
      }
      let all = (parsed.problems + more).sorted { $0.span.lowerBound < $1.span.lowerBound }
      return .failure(all.isEmpty ? found : Problems(all))
    }
  }

  /// - Parameter text: what the tree was parsed from, so that messages can quote it.
  public static func check(
    _ expression: Expression, _ environment: Environment, text: String = ""
  ) -> Result<CheckedExpression, Problems> {
    var checker = Checker(environment, text)
    let root = RoomyStack.run(expression.isDeeper(than: RoomyStack.plainDepth)) { checker.check(expression) }
    guard checker.problems.isEmpty else {
      return .failure(Problems(checker.problems.sorted { $0.span.lowerBound < $1.span.lowerBound }))
    }
    let types = checker.types.mapValues { checker.unifier.resolved($0, freeAsDyn: true) }
    return .success(
      CheckedExpression(
        root: root, types: types, references: checker.references, resultType: types[root.id] ?? .dyn))
  }

  // MARK: Types

  func type(_ expression: Expression) -> ValueType { unifier.resolved(types[expression.id] ?? .dyn) }

  /// A type may double with each use of a name; beyond this it isn't followed.
  private static let largestType = 1000

  mutating func set(_ expression: Expression, _ type: ValueType) {
    let resolved = unifier.resolved(type)
    if resolved.size(upTo: Self.largestType) > Self.largestType {
      tell(expression.span, .limit, "the type of this is too large", "divide it into several")
      types[expression.id] = .error
      return
    }
    types[expression.id] = resolved
  }

  mutating func tell(_ span: Range<Int>, _ code: Problem.Code, _ message: String, _ help: String?) {
    let problem = Problem(span: span, code: code, message: message, help: help)
    // Literals are looked at again where they may be doubles.
    guard problems.count < 100, !problems.contains(problem) else { return }
    problems.append(problem)
  }

  /// The text of a node, cut short; empty where the text isn't known.
  func excerpt(_ expression: Expression) -> String { excerpt(expression.span) }
  func excerpt(_ span: Range<Int>) -> String {
    span.upperBound <= text.count ? Excerpt.text(text[span]) : ""
  }

  // MARK: Nodes

  /// Gives the tree with its names resolved.
  mutating func check(_ expression: Expression) -> Expression {
    switch expression.kind {
    case .literal(let value):
      set(expression, Self.type(of: value))
      return expression
    case .identifier(let name):
      identifier(name, expression)
      return expression
    case .select(let operand, let field, let isOptional):
      return select(operand, field, isOptional: isOptional, expression)
    case .presence(let operand, let field):
      let operand = check(operand)
      _ = self.field(field, of: operand, expression)
      set(expression, .bool)
      return expression.with(.presence(operand: operand, field: field))
    case .call(let function, let target, let arguments): return call(function, target, arguments, expression)
    case .list(let elements, let optional): return list(elements, optional, expression)
    case .map(let entries): return map(entries, expression)
    case .message(let name, let fields):
      let fields = fields.map {
        Expression.MessageField(name: $0.name, value: check($0.value), isOptional: $0.isOptional)
      }
      tell(
        expression.span, .unknownName, "there is no type `\(name)` to make a value of",
        "write a map: `{\"key\": value}`")
      set(expression, .error)
      return expression.with(.message(name: name, fields: fields))
    case .comprehension(let fold): return comprehension(fold, expression)
    }
  }

  static func type(of value: Value) -> ValueType {
    switch value {
    case .null: .null
    case .bool: .bool
    case .int: .int
    case .uint: .uint
    case .double: .double
    case .string: .string
    case .bytes: .bytes
    case .timestamp: .timestamp
    case .duration: .duration
    default: .dyn
    }
  }

  private mutating func identifier(_ name: String, _ expression: Expression) {
    if expression.kind == .faulty { return set(expression, .error) }
    if let type = names.local(name) {
      references[expression.id] = .local(name: name)
      return set(expression, type)
    }
    if let (reference, type) = names.reference(name) {
      references[expression.id] = reference
      return set(expression, type)
    }
    unknown(name, expression)
    set(expression, .error)
  }

  private mutating func select(
    _ operand: Expression, _ field: String, isOptional: Bool, _ expression: Expression
  ) -> Expression {
    if let name = expression.qualifiedName, !name.hasPrefix("@"), names.local(Names.root(name)) == nil {
      if let (reference, type) = names.reference(name) {
        references[expression.id] = reference
        set(expression, type)
        return expression.with(.identifier(name))
      }
      if !isRooted(operand) {
        unknown(name, expression)
        set(expression, .error)
        return expression
      }
    }
    let operand = check(operand)
    var type = self.field(field, of: operand, expression)
    if isOptional, case .optional = type {} else if isOptional { type = .optional(type) }
    set(expression, type)
    return expression.with(.select(operand: operand, field: field, isOptional: isOptional))
  }

  /// Whether a beginning of this qualified name is declared.
  private func isRooted(_ expression: Expression) -> Bool {
    var node = expression
    while true {
      if let name = node.qualifiedName, names.reference(name) != nil { return true }
      guard case .select(let operand, _, _) = node.kind else { return false }
      node = operand
    }
  }

  private mutating func field(_ field: String, of operand: Expression, _ expression: Expression) -> ValueType {
    let type = self.type(operand)
    var target = type
    var isOptional = false
    if case .optional(let wrapped) = type {
      target = unifier.resolved(wrapped)
      isOptional = true
    }
    let result: ValueType
    switch target {
    case .map(_, let value): result = value
    case .dyn: result = .dyn
    case .error: result = .error
    case .parameter:
      _ = unifier.accepts(.dyn, as: target)
      result = .dyn
    default:
      let name = excerpt(operand)
      tell(
        fieldSpan(field, expression), .unknownName, "`\(name)` is \(target.words) and has no `\(field)`",
        target.isNumber ? "write just `\(name)`" : "delete `.\(field)`")
      return .error
    }
    return isOptional ? .optional(result) : result
  }

  /// Where the field's name stands in a selection.
  func fieldSpan(_ field: String, _ expression: Expression) -> Range<Int> {
    let start = expression.span.upperBound - field.utf8.count
    return start > expression.span.lowerBound ? start..<expression.span.upperBound : expression.span
  }

  private mutating func comprehension(_ fold: Expression.Comprehension, _ expression: Expression) -> Expression {
    var fold = fold
    fold.range = check(fold.range)
    fold.initial = check(fold.initial)
    let range = type(fold.range)
    let accumulated = type(fold.initial)
    var first = ValueType.error
    var second = ValueType.error
    switch range {
    case .list(let element): (first, second) = fold.secondVariable == nil ? (element, .error) : (.int, element)
    case .map(let key, let value): (first, second) = (key, value)
    case .dyn, .parameter:
      _ = unifier.accepts(.dyn, as: range)
      (first, second) = (.dyn, .dyn)
    case .error: break
    default:
      tell(
        fold.range.span, .type, "`\(excerpt(fold.range))` is \(range.words), not a list or a map",
        "a list is written in brackets: `[1, 2, 3]`")
    }
    let outer = names.locals.count
    names.locals.append((fold.accumulator, accumulated))
    let inner = names.locals.count
    names.locals.append((fold.variable, first))
    if let name = fold.secondVariable { names.locals.append((name, second)) }
    fold.condition = check(fold.condition)
    fold.step = check(fold.step)
    let step = type(fold.step)
    if !unifier.accepts(step, as: accumulated) {
      tell(
        expression.span, .type, "the elements of this are of different types: \(accumulated), \(step)",
        "write `dyn(…)` around what may be anything")
    }
    names.locals.removeSubrange(inner...)
    fold.result = check(fold.result)
    names.locals.removeSubrange(outer...)
    set(expression, types[fold.result.id] ?? .dyn)
    return expression.with(.comprehension(fold))
  }
}

extension Expression {
  /// The same node with other content.
  func with(_ kind: Kind) -> Expression { Expression(id: id, span: span, kind: kind) }
}
