/// What an expression may name, and how it is read: variables, functions, macros, limits.
public struct Environment: Sendable {
  /// The namespace that names are looked up in first: in `a.b`, the name `x` is `a.b.x`, else `a.x`, else `x`.
  public var container = ""
  /// By qualified name, `reefer.temperature`. A name that can't be written, such as `@1`, is one that a macro of the host's
  /// puts into the tree.
  public var variables: [String: Variable] = [:]
  public var functions: [Function] = Functions.standard
  public var macros: [any Macro] = Macros.standard
  /// An integer literal beside a double is a double: `temperature > -15`. For rule files, whose numbers are all doubles; the
  /// language's specification wants `-15.0`.
  public var takesIntegerLiteralsAsDoubles = false
  /// What messages call the last part of a variable's name: “`reefer` has no metric `temprature`”.
  public var memberNoun = "metric"
  /// What to do about a name that nothing is like: how a name of one part comes to be known, and one such as `reefer.temperature`.
  public var declaring = (name: "else declare it", member: "declare it")
  public var limits = Limits.default

  public init() {}
}

/// What an expression may read.
public struct Variable: Hashable, Sendable {
  public var type: ValueType
  /// What the host's store is asked for when the expression is evaluated.
  public var slot: Int

  public init(_ type: ValueType, slot: Int) {
    self.type = type
    self.slot = slot
  }
}
