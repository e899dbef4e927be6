import Glibc

/// A value of the Common Expression Language (cel-spec, doc/langdef.md, "Values").
///
/// `==` here is identity: the same type and the same content, text by its code points. What the language's own `==` says, with numbers
/// of different types compared by what they are worth, is `equals(_:)`.
public enum Value: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case uint(UInt64)
  case double(Double)
  case string(String)
  case bytes([UInt8])
  case list([Value])
  case map(Map)
  case timestamp(Timestamp)
  case duration(Duration)
  /// A type by its name: `int`, `list`, `google.protobuf.Timestamp`. A list's type doesn't say what it holds (langdef.md, "Type Values").
  case type(String)
  case optional(Maybe)

  /// The value of the type `optional_type`: nothing, or one value.
  public indirect enum Maybe: Sendable {
    case none
    case some(Value)

    public var value: Value? {
      if case .some(let value) = self { value } else { nil }
    }
  }

  /// `optional.of(value)`.
  public static func some(_ value: Value) -> Value { .optional(.some(value)) }
  /// `optional.none()`.
  public static let none = Value.optional(.none)
}

extension Value: Hashable {
  public static func == (one: Value, other: Value) -> Bool {
    switch (one, other) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.uint(let a), .uint(let b)): a == b
    case (.double(let a), .double(let b)): a == b
    case (.string(let a), .string(let b)): a.hasSameCodePoints(as: b)
    case (.bytes(let a), .bytes(let b)): a == b
    case (.list(let a), .list(let b)): a == b
    case (.map(let a), .map(let b)): a == b
    case (.timestamp(let a), .timestamp(let b)): a == b
    case (.duration(let a), .duration(let b)): a == b
    case (.type(let a), .type(let b)): a.hasSameCodePoints(as: b)
    case (.optional(let a), .optional(let b)): a.value == b.value
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let value): hasher.combine(value)
    case .int(let value): hasher.combine(value)
    case .uint(let value): hasher.combine(value)
    case .double(let value): hasher.combine(value)
    case .string(let value), .type(let value): value.hashCodePoints(into: &hasher)
    case .bytes(let value): hasher.combine(value)
    case .list(let value): hasher.combine(value)
    case .map(let value): hasher.combine(value.count)
    case .timestamp(let value): hasher.combine(value)
    case .duration(let value): hasher.combine(value)
    case .optional(let value): hasher.combine(value.value)
    }
  }
}

extension String {
  /// Strings are code points, never normalised (langdef.md, "String and Bytes Values"); Swift's own `==` normalises.
  func hasSameCodePoints(as other: String) -> Bool {
    let count = utf8.count
    guard count == other.utf8.count else { return false }
    let isSame = utf8.withContiguousStorageIfAvailable { one in
      other.utf8.withContiguousStorageIfAvailable { other in
        guard let a = one.baseAddress, let b = other.baseAddress else { return true }
        return memcmp(a, b, count) == 0
      }
    }
    // Only texts of a foreign runtime aren't in one piece.
    return isSame.flatMap(\.self) ?? utf8.elementsEqual(other.utf8)
  }

  func hashCodePoints(into hasher: inout Hasher) {
    for byte in utf8 { hasher.combine(byte) }
    hasher.combine(0xff as UInt8)
  }
}
