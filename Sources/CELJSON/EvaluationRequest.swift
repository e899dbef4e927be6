public import CEL
public import Config

/// An expression to evaluate with values, as `waypost eval --jsonl` reads it from a line: `expr`, `bindings`, and where given
/// `type_env`, `container`, `disable_check`, `disable_macros`, `check_only`.
public struct EvaluationRequest: Sendable {
  public var expression: String
  public var environment = Environment()
  /// By slot; `nil` for what is declared and has no value.
  public var values: [Value?] = []
  /// Names are looked up when it is evaluated, and types are the values'.
  public var isUnchecked = false
  public var isCheckedOnly = false

  public init(expression: String) { self.expression = expression }

  /// What became of it.
  public struct Outcome: Sendable {
    /// `nil` where it was only checked.
    public var value: Value?
    /// `nil` where nothing was checked.
    public var type: ValueType?
  }

  public enum Failure: Error, Sendable {
    /// It doesn't parse or check.
    case problems(Problems)
    case evaluation(EvaluationError)
  }

  /// Declares a variable; a value for one that is declared already is given to it.
  public mutating func bind(_ name: String, _ value: Value?, type: ValueType? = nil) {
    if var variable = environment.variables[name] {
      if let value { values[variable.slot] = value }
      if let type {
        variable.type = type
        environment.variables[name] = variable
      }
      return
    }
    environment.variables[name] = Variable(type ?? .dyn, slot: values.count)
    values.append(value)
  }

  public func evaluate() throws(Failure) -> Outcome {
    let checked: CheckedExpression
    if isUnchecked {
      do {
        checked = CheckedExpression(unchecked: try Parser.parse(expression, environment).get(), in: environment)
      } catch { throw .problems(error) }
    } else {
      switch Checker.compile(expression, environment) {
      case .success(let expression): checked = expression
      case .failure(let problems): throw .problems(problems)
      }
    }
    let type = isUnchecked ? nil : checked.resultType
    if isCheckedOnly { return Outcome(value: nil, type: type) }
    do {
      let program = Program(compiling: checked, in: environment)
      return Outcome(value: try program.evaluate(Bindings(values: values)), type: type)
    } catch { throw .evaluation(error) }
  }

  private struct Bindings: Slots {
    let values: [Value?]

    func value(_ slot: Int) throws(EvaluationError) -> Value {
      guard values.indices.contains(slot), let value = values[slot] else {
        throw EvaluationError(.unknown, "the variable has no value")
      }
      return value
    }
  }

  // MARK: JSON

  /// - Throws: what is wrong with the line.
  public init(_ node: JSONNode) throws(TypedValue.Fault) {
    guard let expression = node["expr"]?.string else {
      throw TypedValue.Fault("`expr` is missing, the expression's text")
    }
    self.init(expression: expression)
    environment.container = node["container"]?.string ?? ""
    isUnchecked = Self.flag(node, "disable_check")
    isCheckedOnly = Self.flag(node, "check_only")
    if Self.flag(node, "disable_macros") { environment.macros = [] }
    for declaration in node["type_env"]?.array ?? [] { try declare(declaration) }
    for binding in node["bindings"]?.object ?? [] { bind(binding.name, try TypedValue.read(binding.value)) }
  }

  private static func flag(_ node: JSONNode, _ name: String) -> Bool { node[name]?.content == .boolean(true) }

  private mutating func declare(_ node: JSONNode) throws(TypedValue.Fault) {
    if let name = node["ident"]?.string {
      bind(name, nil, type: try Self.type(node["type"]))
    } else if let name = node["function"]?.string {
      var overloads: [Overload] = []
      for overload in node["overloads"]?.array ?? [] {
        var parameters: [ValueType] = []
        for parameter in overload["params"]?.array ?? [] { parameters.append(try Self.type(parameter)) }
        overloads.append(
          Overload(
            isMember: Self.flag(overload, "instance"), parameters: parameters,
            result: try Self.type(overload["result"]),
            implementation: .unbound))
      }
      environment.functions.append(Function(name, overloads))
    } else {
      throw TypedValue.Fault("`type_env` holds objects with `ident` and `type`, or `function` and `overloads`")
    }
  }

  private static func type(_ node: JSONNode?) throws(TypedValue.Fault) -> ValueType {
    let text = node?.string ?? ""
    guard let type = ValueType(text) else { throw TypedValue.Fault("`\(text.prefix(60))` is no type") }
    return type
  }
}
