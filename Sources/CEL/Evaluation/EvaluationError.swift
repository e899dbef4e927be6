/// Why an expression has no value.
public struct EvaluationError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable, CaseIterable {
    /// No overload of the function takes values of these types.
    case noSuchOverload = "no_such_overload"
    case divideByZero = "divide_by_zero"
    /// A whole number or a duration grew beyond what it can hold.
    case overflow = "overflow"
    /// A value can't be converted, since it lies outside of what the other type holds; also timestamps outside of the years 1 to 9999.
    case outOfRange = "out_of_range"
    case noSuchKey = "no_such_key"
    /// An index outside of its list or string, a text that can't be read, a pattern that isn't one.
    case invalidArgument = "invalid_argument"
    case repeatedKey = "repeated_key"
    case unsupportedKeyType = "unsupported_key_type"
    /// A name that is neither a variable nor a type.
    case undeclaredReference = "undeclared_reference"
    case unboundFunction = "unbound_function"
    /// More steps than the program may take, or a text or list larger than one may become.
    case costExceeded = "cost_exceeded"
    /// The host doesn't know the variable's value now.
    case unknown = "unknown"
  }

  public var code: Code
  /// One sentence for who wrote the expression.
  public var message: String
  /// Where the part stands that failed, in UTF-8 offsets of the expression's text.
  public var span: Range<Int>?

  public init(_ code: Code, _ message: String, span: Range<Int>? = nil) {
    self.code = code
    self.message = message
    self.span = span
  }

  public var description: String { "\(code.rawValue): \(message)" }

  /// The same, standing at `span` unless its place is known already.
  func at(_ span: Range<Int>) -> EvaluationError {
    guard self.span == nil else { return self }
    var placed = self
    placed.span = span
    return placed
  }

  static let noSuchOverload = EvaluationError(.noSuchOverload, "no such overload")
  static let divideByZero = EvaluationError(.divideByZero, "divide by zero")
  static let overflow = EvaluationError(.overflow, "the result is too large for its type")
  static let costExceeded = EvaluationError(.costExceeded, "the expression takes more steps than it may")
  static let tooLarge = EvaluationError(.costExceeded, "the result is larger than a value may become")
}
