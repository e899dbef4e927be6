/// The type of an expression, as the checker knows it.
public indirect enum ValueType: Hashable, Sendable {
  /// Anything; what is known only when it is evaluated.
  case dyn
  case null
  case bool
  case int
  case uint
  case double
  case string
  case bytes
  case timestamp
  case duration
  case list(ValueType)
  case map(key: ValueType, value: ValueType)
  case optional(ValueType)
  /// The type of a type: `type(1)`.
  case type(ValueType)
  /// A wrapper of protobuf, which may also be null: `wrapper(int64)`.
  case wrapper(ValueType)
  /// A named type that the language doesn't define.
  case opaque(String, [ValueType])
  /// Stands for any one type in a function's signature: `A`, `B`.
  case parameter(String)
  /// The checker has reported a mistake here already.
  case error
}
