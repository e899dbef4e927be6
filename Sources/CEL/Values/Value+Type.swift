extension Value {
  /// The name of this value's type, as `type(value)` gives it.
  public var typeName: String {
    switch self {
    case .null: "null_type"
    case .bool: "bool"
    case .int: "int"
    case .uint: "uint"
    case .double: "double"
    case .string: "string"
    case .bytes: "bytes"
    case .list: "list"
    case .map: "map"
    case .timestamp: "google.protobuf.Timestamp"
    case .duration: "google.protobuf.Duration"
    case .type: "type"
    case .optional: "optional_type"
    }
  }

  /// Whether this is a value of `type`, as far as a value tells: what lists, maps and optionals hold isn't looked at.
  @inline(__always)
  func isOf(_ type: ValueType) -> Bool {
    switch (type, self) {
    case (.dyn, _), (.parameter, _), (.error, _): true
    case (.null, .null), (.bool, .bool), (.int, .int), (.uint, .uint), (.double, .double), (.string, .string): true
    case (.bytes, .bytes), (.timestamp, .timestamp), (.duration, .duration), (.list, .list), (.map, .map): true
    case (.optional, .optional), (.type, .type): true
    case (.wrapper, .null): true
    case (.wrapper(let wrapped), _): isOf(wrapped)
    default: false
    }
  }
}

// What a function takes out of its arguments. The evaluator has chosen the overload by the values' types before it calls.
extension Value {
  private var mismatch: EvaluationError { .noSuchOverload }

  func bool() throws(EvaluationError) -> Bool {
    guard case .bool(let value) = self else { throw mismatch }
    return value
  }

  func int() throws(EvaluationError) -> Int64 {
    guard case .int(let value) = self else { throw mismatch }
    return value
  }

  func uint() throws(EvaluationError) -> UInt64 {
    guard case .uint(let value) = self else { throw mismatch }
    return value
  }

  func double() throws(EvaluationError) -> Double {
    guard case .double(let value) = self else { throw mismatch }
    return value
  }

  func text() throws(EvaluationError) -> String {
    guard case .string(let value) = self else { throw mismatch }
    return value
  }

  func bytes() throws(EvaluationError) -> [UInt8] {
    guard case .bytes(let value) = self else { throw mismatch }
    return value
  }

  func list() throws(EvaluationError) -> [Value] {
    guard case .list(let value) = self else { throw mismatch }
    return value
  }

  func map() throws(EvaluationError) -> Map {
    guard case .map(let value) = self else { throw mismatch }
    return value
  }

  func timestamp() throws(EvaluationError) -> Timestamp {
    guard case .timestamp(let value) = self else { throw mismatch }
    return value
  }

  func duration() throws(EvaluationError) -> Duration {
    guard case .duration(let value) = self else { throw mismatch }
    return value
  }

  func maybe() throws(EvaluationError) -> Maybe {
    guard case .optional(let value) = self else { throw mismatch }
    return value
  }
}
