/// An expression whose names are resolved and whose types go together.
///
/// In its tree, a qualified name is one identifier (`reefer.temperature`, no selection), and the function of a namespace is a call
/// without target (`math.abs`).
public struct CheckedExpression: Hashable, Sendable {
  public var root: Expression
  /// By the node's id; empty where only the names were resolved.
  public var types: [Int: ValueType]
  /// By the id of each identifier and call.
  public var references: [Int: Reference]
  public var resultType: ValueType

  public init(root: Expression, types: [Int: ValueType], references: [Int: Reference], resultType: ValueType) {
    self.root = root
    self.types = types
    self.references = references
    self.resultType = resultType
  }

  /// The type of a node; `dyn` where nothing was checked.
  public func type(of expression: Expression) -> ValueType { types[expression.id] ?? .dyn }
}
