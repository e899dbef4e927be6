/// How much an expression may ask of its reader and its evaluator.
public struct Limits: Hashable, Sendable {
  /// UTF-8 bytes of the text.
  public var bytes = 65_536
  /// Nodes within one another, after the macros; keeps every walk over the tree within a small thread's stack.
  public var depth = 160
  /// Nodes of the tree, after the macros.
  public var nodes = 20_000
  /// What one evaluation may cost, in the evaluator's steps.
  public var cost = 1_000_000

  public init() {}

  public static let `default` = Limits()
}
