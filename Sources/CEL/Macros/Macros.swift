/// The macros of the language (cel-spec, doc/langdef.md, "Macros") and of its extensions.
public enum Macros {
  /// All of them. One line for each family.
  public static let standard: [any Macro] =
    presence + comprehensions + twoVariableComprehensions + bindings + optionals + extremes
}

/// A macro of the language itself.
struct StandardMacro: Macro {
  let name: String
  let isMember: Bool
  let argumentCount: Int?
  let form: String
  let body: @Sendable (MacroCall, inout NodeMaker) throws(Problem) -> Expression?

  init(
    _ form: String, _ name: String, isMember: Bool = true, arguments: Int?,
    _ body: @escaping @Sendable (MacroCall, inout NodeMaker) throws(Problem) -> Expression?
  ) {
    self.form = form
    self.name = name
    self.isMember = isMember
    argumentCount = arguments
    self.body = body
  }

  func expand(_ call: MacroCall, with nodes: inout NodeMaker) throws(Problem) -> Expression? {
    try body(call, &nodes)
  }
}

/// What results are gathered in. No name that somebody can write is like it, so that it hides nobody's variable; a macro within
/// another has its own, which the outer one's arguments never see.
let accumulator = "@result"

extension MacroCall {
  /// The name that argument `index` declares for the arguments behind it.
  func variable(_ index: Int, _ form: String) throws(Problem) -> String {
    let argument = arguments[index]
    guard case .identifier(let name) = argument.kind, !name.hasPrefix("."), !name.hasPrefix("@") else {
      throw Problem(
        span: argument.span, code: .macro, message: "here a simple name must stand, for each element in turn",
        help: "write `\(form)`")
    }
    return name
  }

  /// Two names, which differ.
  func variables(_ form: String) throws(Problem) -> (String, String) {
    let first = try variable(0, form)
    let second = try variable(1, form)
    guard first != second else {
      throw Problem(
        span: arguments[1].span, code: .macro, message: "the two names must differ", help: "write `\(form)`")
    }
    return (first, second)
  }

  /// Whether this is a call of namespace `name`: `cel.bind(…)`.
  func isIn(_ namespace: String) -> Bool { target?.kind == .identifier(namespace) }

  /// What stands before the dot; a member macro always has it.
  func subject(_ nodes: inout NodeMaker) -> Expression { target ?? nodes.literal(.null) }
}

extension Macros {
  static let presence: [any Macro] = [
    StandardMacro("has(a.b)", "has", isMember: false, arguments: 1) { call, nodes throws(Problem) in
      guard case .select(let operand, let field, let isOptional) = call.arguments[0].kind, !isOptional else {
        throw Problem(
          span: call.arguments[0].span, code: .macro, message: "`has` asks for a field behind a dot",
          help: "write `has(device.field)`")
      }
      return nodes.make(.presence(operand: operand, field: field))
    }
  ]

  static let bindings: [any Macro] = [
    StandardMacro("cel.bind(name, value, expression)", "bind", arguments: 3) { call, nodes throws(Problem) in
      guard call.isIn("cel") else { return nil }
      let name = try call.variable(0, "cel.bind(name, value, expression)")
      return nodes.bind(name, call.arguments[1], in: call.arguments[2])
    }
  ]

  /// `math.greatest` and `math.least` take any number of arguments, or one list.
  static let extremes: [any Macro] = [("greatest", "math.@max"), ("least", "math.@min")].map { name, function in
    StandardMacro("math.\(name)(a, b, …)", name, arguments: nil) { call, nodes throws(Problem) in
      guard call.isIn("math") else { return nil }
      guard !call.arguments.isEmpty else {
        throw Problem(
          span: call.span, code: .macro, message: "`math.\(name)` needs at least one number",
          help: "write `math.\(name)(a, b)`")
      }
      for argument in call.arguments {
        let isWrong =
          switch argument.kind {
          case .literal(.int), .literal(.uint), .literal(.double): false
          case .literal, .map, .message: true
          case .list: call.arguments.count > 1
          default: false
          }
        if isWrong {
          throw Problem(
            span: argument.span, code: .macro, message: "`math.\(name)` compares numbers, and this is none",
            help: "write `math.\(name)(a, b)`")
        }
      }
      let arguments =
        call.arguments.count <= 2 ? call.arguments : [nodes.make(.list(call.arguments, optional: []))]
      return nodes.make(.call(function: function, target: nil, arguments: arguments))
    }
  }
}

extension NodeMaker {
  /// A fold over nothing, whose accumulator is the name.
  mutating func bind(_ name: String, _ value: Expression, in expression: Expression) -> Expression {
    make(
      .comprehension(
        .init(
          variable: "@unused", range: list(), accumulator: name, initial: value, condition: literal(.bool(false)),
          step: identifier(name), result: expression)))
  }
}
