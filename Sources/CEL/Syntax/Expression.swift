/// A node of an expression's syntax tree. Macros are expanded: what is left is what the evaluator knows.
///
/// The tree follows `cel.expr.Expr` of the language's specification (github.com/google/cel-spec, proto/cel/expr/syntax.proto).
public struct Expression: Hashable, Sendable {
  /// Told apart within one tree; types and references are found by it.
  public var id: Int
  /// Where it stands, in UTF-8 offsets of the expression's text. What a macro made has the span of the macro's call.
  public var span: Range<Int>
  public var kind: Kind

  public init(id: Int, span: Range<Int>, kind: Kind) {
    self.id = id
    self.span = span
    self.kind = kind
  }

  public indirect enum Kind: Hashable, Sendable {
    case literal(Value)
    /// A name, with its leading dot if it has one.
    case identifier(String)
    /// `operand.field`; `operand.?field` where `isOptional`.
    case select(operand: Expression, field: String, isOptional: Bool)
    /// `has(operand.field)`.
    case presence(operand: Expression, field: String)
    /// Operators too, by their names in the specification: `_+_`, `_&&_`, `!_`, `_[_]`, `_[?_]`, `_?_:_`, `@in`.
    case call(function: String, target: Expression?, arguments: [Expression])
    /// `optional`: indices of the elements that are written `?element`.
    case list([Expression], optional: Set<Int>)
    case map([MapEntry])
    /// `Name{field: value}`; there are no messages, so that it is an error to evaluate one other than by a host's wish.
    case message(name: String, fields: [MessageField])
    case comprehension(Comprehension)
  }

  public struct MapEntry: Hashable, Sendable {
    public var key: Expression
    public var value: Expression
    /// `?key: value`: left out where the value is `optional.none()`.
    public var isOptional: Bool

    public init(key: Expression, value: Expression, isOptional: Bool) {
      self.key = key
      self.value = value
      self.isOptional = isOptional
    }
  }

  public struct MessageField: Hashable, Sendable {
    public var name: String
    public var value: Expression
    public var isOptional: Bool

    public init(name: String, value: Expression, isOptional: Bool) {
      self.name = name
      self.value = value
      self.isOptional = isOptional
    }
  }

  /// A fold, which all of the macros over lists and maps come down to: for each element of `range` while `condition` holds,
  /// `accumulator` becomes `step`; then the whole is `result`. `cel.bind` is one with an empty range.
  public struct Comprehension: Hashable, Sendable {
    /// The element of a list, the key of a map; with `secondVariable`, the index of a list.
    public var variable: String
    /// With two variables: the element of a list, the value of a map.
    public var secondVariable: String?
    public var range: Expression
    public var accumulator: String
    public var initial: Expression
    public var condition: Expression
    public var step: Expression
    public var result: Expression

    public init(
      variable: String, secondVariable: String? = nil, range: Expression, accumulator: String, initial: Expression,
      condition: Expression, step: Expression, result: Expression
    ) {
      self.variable = variable
      self.secondVariable = secondVariable
      self.range = range
      self.accumulator = accumulator
      self.initial = initial
      self.condition = condition
      self.step = step
      self.result = result
    }
  }
}
