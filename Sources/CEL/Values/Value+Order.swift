extension Value {
  enum Order {
    case less, equal, greater
    /// One is NaN: no comparison holds.
    case unordered
  }

  /// How the two stand to each other by the language's `<`: numbers of any type by what they are worth, text by code points, bytes by
  /// octets. Throws `noSuchOverload` for what has no order.
  func order(to other: Value) throws(EvaluationError) -> Order {
    switch (self, other) {
    case (.double(let a), .double(let b)): Self.order(a, b)
    case (.int(let a), .int(let b)): Self.order(a, b)
    case (.uint(let a), .uint(let b)): Self.order(a, b)
    case (.int(let a), .uint(let b)): a < 0 ? .less : Self.order(UInt64(a), b)
    case (.uint(let a), .int(let b)): b < 0 ? .greater : Self.order(a, UInt64(b))
    case (.int(let a), .double(let b)): Self.order(a, b)
    case (.double(let a), .int(let b)): Self.order(b, a).reversed
    case (.uint(let a), .double(let b)): Self.order(a, b)
    case (.double(let a), .uint(let b)): Self.order(b, a).reversed
    case (.string(let a), .string(let b)): Self.order(a.utf8, b.utf8)
    case (.bytes(let a), .bytes(let b)): Self.order(a, b)
    case (.bool(let a), .bool(let b)): a == b ? .equal : a ? .greater : .less
    case (.timestamp(let a), .timestamp(let b)): a == b ? .equal : a < b ? .less : .greater
    case (.duration(let a), .duration(let b)): Self.order(a.nanoseconds, b.nanoseconds)
    default: throw .noSuchOverload
    }
  }

  private static func order(_ a: Double, _ b: Double) -> Order {
    a < b ? .less : a > b ? .greater : a == b ? .equal : .unordered
  }

  private static func order<Number: FixedWidthInteger>(_ a: Number, _ b: Number) -> Order {
    a < b ? .less : a > b ? .greater : .equal
  }

  /// The double's whole part is compared as a whole number, so that nothing is rounded.
  private static func order<Number: FixedWidthInteger>(_ a: Number, _ b: Double) -> Order {
    if b.isNaN { return .unordered }
    let whole = b.rounded(.down)
    guard let bound = Number(exactly: whole) else { return b < 0 ? .greater : .less }
    return a == bound ? (b == whole ? .equal : .less) : order(a, bound)
  }

  /// UTF-8 sorts as the code points do.
  private static func order<Bytes: Sequence>(_ a: Bytes, _ b: Bytes) -> Order where Bytes.Element == UInt8 {
    var rest = b.makeIterator()
    for byte in a {
      guard let other = rest.next() else { return .greater }
      if byte != other { return byte < other ? .less : .greater }
    }
    return rest.next() == nil ? .equal : .less
  }
}

extension Value.Order {
  var reversed: Value.Order {
    switch self {
    case .less: .greater
    case .greater: .less
    case .equal, .unordered: self
    }
  }
}
