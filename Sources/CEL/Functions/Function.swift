/// A function or operator of the language: what the checker knows of it and what the evaluator does, side by side.
public struct Function: Sendable {
  /// Operators by their names in the specification: `_+_`, `_[_]`, `@in`; functions with a namespace with it: `math.abs`.
  public var name: String
  public var overloads: [Overload]

  public init(_ name: String, _ overloads: [Overload]) {
    self.name = name
    self.overloads = overloads
  }
}

/// One signature of a function.
public struct Overload: Sendable {
  /// Called as `a.f(b)`; `parameters[0]` is then the type of `a`.
  public var isMember: Bool
  /// Type parameters are `.parameter("A")`.
  public var parameters: [ValueType]
  public var result: ValueType
  public var implementation: Implementation

  public init(isMember: Bool, parameters: [ValueType], result: ValueType, implementation: Implementation) {
    self.isMember = isMember
    self.parameters = parameters
    self.result = result
    self.implementation = implementation
  }

  /// What is called with arguments of the parameters' types. By count, so that no array is made for the usual ones.
  public enum Implementation: Sendable {
    case none(@Sendable () throws(EvaluationError) -> Value)
    case one(@Sendable (Value) throws(EvaluationError) -> Value)
    case two(@Sendable (Value, Value) throws(EvaluationError) -> Value)
    case many(@Sendable ([Value]) throws(EvaluationError) -> Value)
    /// The evaluator does it itself: what doesn't evaluate each of its arguments, or is compiled for the types at hand.
    case evaluator
    /// Declared only: calling it is `unboundFunction`.
    case unbound
  }
}

extension Overload {
  /// `f(a, b)`.
  static func global(_ parameters: [ValueType], _ result: ValueType, _ implementation: Implementation) -> Overload {
    Overload(isMember: false, parameters: parameters, result: result, implementation: implementation)
  }

  /// `a.f(b)`; the receiver is the first parameter.
  static func member(_ parameters: [ValueType], _ result: ValueType, _ implementation: Implementation) -> Overload {
    Overload(isMember: true, parameters: parameters, result: result, implementation: implementation)
  }
}

extension ValueType {
  static let a = ValueType.parameter("A")
  static let b = ValueType.parameter("B")
  static let listOfA = ValueType.list(.a)
  static let mapOfAB = ValueType.map(key: .a, value: .b)
}
