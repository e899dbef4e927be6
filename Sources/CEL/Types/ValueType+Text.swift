extension ValueType: CustomStringConvertible {
  /// As cel-go writes it: `list(int)`, `map(string, dyn)`, `optional_type(int)`.
  public var description: String {
    switch self {
    case .dyn: "dyn"
    case .null: "null_type"
    case .bool: "bool"
    case .int: "int"
    case .uint: "uint"
    case .double: "double"
    case .string: "string"
    case .bytes: "bytes"
    case .timestamp: "timestamp"
    case .duration: "duration"
    case .list(let element): "list(\(element))"
    case .map(let key, let value): "map(\(key), \(value))"
    case .optional(let wrapped): "optional_type(\(wrapped))"
    case .type(let type): "type(\(type))"
    case .wrapper(let wrapped): "wrapper(\(wrapped))"
    case .opaque(let name, let parts):
      parts.isEmpty ? name : "\(name)(\(parts.map(\.description).joined(separator: ", ")))"
    case .parameter(let name): name
    case .error: "!error!"
    }
  }

  /// In words, for a message: "a number", "text".
  var words: String {
    switch self {
    case .int, .uint, .double: "a number"
    case .string: "text"
    case .bool: "true or false"
    case .bytes: "bytes"
    case .timestamp: "a point in time"
    case .duration: "a time span"
    case .list: "a list"
    case .map: "a map"
    case .null: "null"
    case .type: "a type"
    case .optional: "an optional value"
    case .wrapper(let wrapped): wrapped.words
    case .dyn, .parameter, .error: "anything"
    case .opaque(let name, _): "of type `\(name)`"
    }
  }

  var isNumber: Bool {
    switch self {
    case .int, .uint, .double: true
    case .wrapper(let wrapped): wrapped.isNumber
    default: false
    }
  }
}

extension ValueType {
  /// The types that an expression may name, by their full names.
  static let named: [String: ValueType] = [
    "bool": .bool, "int": .int, "uint": .uint, "double": .double, "string": .string, "bytes": .bytes,
    "list": .list(.dyn), "map": .map(key: .dyn, value: .dyn), "null_type": .null, "type": .type(.dyn), "dyn": .dyn,
    "optional_type": .optional(.dyn), "timestamp": .timestamp, "duration": .duration,
    "google.protobuf.Timestamp": .timestamp, "google.protobuf.Duration": .duration, "google.protobuf.Any": .dyn,
    "google.protobuf.Value": .dyn, "google.protobuf.NullValue": .null, "google.protobuf.ListValue": .list(.dyn),
    "google.protobuf.Struct": .map(key: .string, value: .dyn), "google.protobuf.BoolValue": .wrapper(.bool),
    "google.protobuf.Int32Value": .wrapper(.int), "google.protobuf.Int64Value": .wrapper(.int),
    "google.protobuf.UInt32Value": .wrapper(.uint), "google.protobuf.UInt64Value": .wrapper(.uint),
    "google.protobuf.FloatValue": .wrapper(.double), "google.protobuf.DoubleValue": .wrapper(.double),
    "google.protobuf.StringValue": .wrapper(.string), "google.protobuf.BytesValue": .wrapper(.bytes),
  ]

  /// Whether an expression may use the name as a value; `timestamp` and `duration` are functions there.
  static func value(named name: String) -> ValueType? {
    name == "timestamp" || name == "duration" || name == "dyn" ? nil : named[name]
  }

  /// Reads what `description` writes: `map(string, list(int))`. A capital letter is a type parameter, a name that the language doesn't
  /// know a type of the host's. `nil` where it is no type, or nested more than 32 deep.
  public init?(_ text: String) {
    var reader = TypeReader(rest: text.utf8[...])
    guard let type = reader.type(32), reader.isAtEnd else { return nil }
    self = type
  }
}

private struct TypeReader {
  var rest: Substring.UTF8View

  var isAtEnd: Bool {
    mutating get {
      skipBlanks()
      return rest.isEmpty
    }
  }

  mutating func skipBlanks() { while rest.first == 32 { rest.removeFirst() } }

  mutating func take(_ byte: UInt8) -> Bool {
    skipBlanks()
    guard rest.first == byte else { return false }
    rest.removeFirst()
    return true
  }

  mutating func type(_ depth: Int) -> ValueType? {
    skipBlanks()
    let name = String(decoding: rest.prefix { $0.isNamePart || $0 == UInt8(ascii: ".") }, as: UTF8.self)
    rest = rest.dropFirst(name.utf8.count)
    guard !name.isEmpty, depth > 0 else { return nil }
    var parts: [ValueType] = []
    let isApplied = take(UInt8(ascii: "("))
    if isApplied {
      repeat {
        guard let part = type(depth - 1) else { return nil }
        parts.append(part)
      } while take(UInt8(ascii: ","))
      guard take(UInt8(ascii: ")")) else { return nil }
    }
    switch (name, parts.count) {
    case ("list", 1): return .list(parts[0])
    case ("map", 2): return .map(key: parts[0], value: parts[1])
    case ("optional_type", 1), ("optional", 1): return .optional(parts[0])
    case ("type", 1): return .type(parts[0])
    case ("wrapper", 1): return .wrapper(parts[0])
    case (_, 0) where !isApplied:
      if let known = ValueType.named[name] { return known }
      if name == "null" { return .null }
      return name.utf8.count == 1 && name.uppercased() == name ? .parameter(name) : .opaque(name, [])
    case ("list", _), ("map", _), ("type", _), ("wrapper", _): return nil
    default: return .opaque(name, parts)
    }
  }
}
