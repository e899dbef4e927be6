/// What was read of an expression's text.
public struct ParsedExpression: Sendable {
  /// The tree, macros expanded. Where there are problems, it stands for what was probably meant, so that a check of it finds more
  /// that is wrong and nothing that is right.
  public var root: Expression
  /// In the text's order.
  public var problems: [Problem]

  /// - Throws: the problems, if there are any.
  public func get() throws(Problems) -> Expression {
    guard problems.isEmpty else { throw Problems(problems) }
    return root
  }
}
