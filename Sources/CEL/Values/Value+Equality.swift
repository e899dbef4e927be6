extension Value {
  /// The language's `==`: numbers of any type by what they are worth, exactly; NaN is unequal to everything; values of different types
  /// are unequal (cel-spec, doc/langdef.md, "Equality").
  public func equals(_ other: Value) -> Bool {
    switch (self, other) {
    case (.double(let a), .double(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.string(let a), .string(let b)): a.hasSameCodePoints(as: b)
    case (.bool(let a), .bool(let b)): a == b
    case (.uint(let a), .uint(let b)): a == b
    case (.int(let a), .uint(let b)), (.uint(let b), .int(let a)): a >= 0 && UInt64(a) == b
    case (.int(let a), .double(let b)), (.double(let b), .int(let a)): Int64(exactly: b) == a
    case (.uint(let a), .double(let b)), (.double(let b), .uint(let a)): UInt64(exactly: b) == a
    case (.null, .null): true
    case (.bytes(let a), .bytes(let b)): a == b
    case (.list(let a), .list(let b)): a.count == b.count && zip(a, b).allSatisfy { $0.equals($1) }
    case (.map(let a), .map(let b)):
      a.count == b.count
        && a.entries.allSatisfy { entry in
          guard let value = b[entry.key] else { return false }
          return entry.value.equals(value)
        }
    case (.timestamp(let a), .timestamp(let b)): a == b
    case (.duration(let a), .duration(let b)): a == b
    case (.type(let a), .type(let b)): a.hasSameCodePoints(as: b)
    case (.optional(let a), .optional(let b)):
      switch (a.value, b.value) {
      case (nil, nil): true
      case (let a?, let b?): a.equals(b)
      default: false
      }
    default: false
    }
  }
}
