/// One thing that is wrong with an expression, where, and what to do about it.
public struct Problem: Error, Hashable, Sendable {
  /// Short and stable, for programs.
  public enum Code: String, Hashable, Sendable {
    /// What stands there is no expression.
    case syntax = "expression-syntax"
    /// A variable, field, function or type that is not there.
    case unknownName = "expression-unknown-name"
    /// Values of types that don't go together.
    case type = "expression-type"
    /// A number with its unit behind it.
    case unit = "expression-unit"
    /// A macro, such as `exists`, that is not used as it must be.
    case macro = "expression-macro"
    /// Longer, deeper or larger than the limits allow.
    case limit = "expression-limit"
  }

  /// UTF-8 offsets in the expression's text.
  public var span: Range<Int>
  public var code: Code
  /// One line, for people; what was written stands in backticks.
  public var message: String
  /// The remedy.
  public var help: String?

  public init(span: Range<Int>, code: Code, message: String, help: String? = nil) {
    self.span = span
    self.code = code
    self.message = message
    self.help = help
  }
}

/// Everything that is wrong with one expression, in the text's order; never empty.
public struct Problems: Error, Hashable, Sendable {
  public var all: [Problem]

  public init(_ all: [Problem]) { self.all = all }
}

extension Problems: CustomStringConvertible {
  public var description: String { all.map(\.message).joined(separator: "; ") }
}
