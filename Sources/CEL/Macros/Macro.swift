/// A call that is rewritten when it is read, before names and types are looked at: `list.exists(x, x > 5)`.
///
/// A host's own macros make names with slots of their own of calls with literal arguments: `mean(reefer.temperature, "5 min")`
/// becomes the identifier `@3`, for which the host declares a variable in the environment before it lets the tree be checked.
public protocol Macro: Sendable {
  var name: String { get }
  /// Written behind a dot: `x.exists(…)`. Also macros of a namespace, `cel.bind(…)`, whose target is that name.
  var isMember: Bool { get }
  /// How many arguments it takes; `nil` for any number.
  var argumentCount: Int? { get }
  /// How it is written, for messages: `list.exists(x, condition)`.
  var form: String { get }

  /// Makes the tree that stands for the call. Arguments have their spans; macros within them are expanded already.
  /// - Returns: `nil` where the call is not meant for this macro and stays a plain call.
  /// - Throws: what is wrong with the arguments.
  func expand(_ call: MacroCall, with nodes: inout NodeMaker) throws(Problem) -> Expression?
}

/// The call that a macro is to expand.
public struct MacroCall: Sendable {
  /// What stands before the dot.
  public var target: Expression?
  public var arguments: [Expression]
  /// From the target to the closing parenthesis.
  public var span: Range<Int>
  /// The macro's name in it.
  public var nameSpan: Range<Int>

  public init(target: Expression?, arguments: [Expression], span: Range<Int>, nameSpan: Range<Int>) {
    self.target = target
    self.arguments = arguments
    self.span = span
    self.nameSpan = nameSpan
  }
}

/// Makes nodes with ids of their own, and counts them against the limits.
public struct NodeMaker: Sendable {
  /// By id; ids count up from zero.
  private(set) var depths: [Int] = []
  /// What new nodes of a macro have as their span.
  public internal(set) var span: Range<Int> = 0..<0
  private(set) var deepest = 0

  var count: Int { depths.count }

  public mutating func make(_ kind: Expression.Kind) -> Expression { make(kind, at: span) }

  public mutating func make(_ kind: Expression.Kind, at span: Range<Int>) -> Expression {
    var depth = 0
    kind.forEachChild { depth = max(depth, depths[$0.id]) }
    depths.append(depth + 1)
    deepest = max(deepest, depth + 1)
    return Expression(id: depths.count - 1, span: span, kind: kind)
  }

  public mutating func call(_ function: String, _ arguments: Expression...) -> Expression {
    make(.call(function: function, target: nil, arguments: arguments))
  }

  public mutating func member(_ function: String, of target: Expression, _ arguments: Expression...) -> Expression {
    make(.call(function: function, target: target, arguments: arguments))
  }

  public mutating func identifier(_ name: String) -> Expression { make(.identifier(name)) }
  public mutating func literal(_ value: Value) -> Expression { make(.literal(value)) }
  public mutating func list(_ elements: Expression...) -> Expression { make(.list(elements, optional: [])) }
}
