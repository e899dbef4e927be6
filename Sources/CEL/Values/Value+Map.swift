extension Value {
  /// An associative array: keys are `bool`, `int`, `uint` or `string`, in the order in which they were put in.
  ///
  /// A key is found by any number of the same worth: `1`, `1u` and `1.0` find the same entry (langdef.md, "Equality").
  public struct Map: Sendable {
    public struct Entry: Sendable {
      public var key: Value
      public var value: Value
    }

    public private(set) var entries: [Entry]
    /// Where each key stands; absent while so few that a walk is quicker.
    private var index: [Key: Int]?

    private static let walked = 8

    public init() {
      entries = []
    }

    public var count: Int { entries.count }
    public var isEmpty: Bool { entries.isEmpty }

    /// Nil where there is none, also for keys that no map has.
    public subscript(key: Value) -> Value? {
      guard let place = place(of: key) else { return nil }
      return entries[place].value
    }

    public subscript(key: String) -> Value? {
      guard let place = place(of: .string(key)) else { return nil }
      return entries[place].value
    }

    /// Puts an entry at the end. Throws `unsupportedKeyType` for a key that is no `bool`, `int`, `uint` or `string`, and `repeatedKey` for
    /// one that is there already.
    public mutating func insert(_ value: Value, for key: Value) throws(EvaluationError) {
      switch key {
      case .bool, .int, .uint, .string: break
      default: throw EvaluationError(.unsupportedKeyType, "a map's key can't be of type \(key.typeName)")
      }
      guard place(of: key) == nil else {
        throw EvaluationError(.repeatedKey, "a map can't have the key \(key.formatted) twice")
      }
      entries.append(Entry(key: key, value: value))
      if index != nil {
        if let known = Key(key) { index?[known] = entries.count - 1 }
      } else if entries.count > Self.walked {
        var index: [Key: Int] = [:]
        for (place, entry) in entries.enumerated() {
          if let known = Key(entry.key) { index[known] = place }
        }
        self.index = index
      }
    }

    private func place(of key: Value) -> Int? {
      guard let wanted = Key(key) else { return nil }
      if let index { return index[wanted] }
      return entries.firstIndex { Key($0.key) == wanted }
    }
  }

  /// A key by its worth.
  private enum Key: Hashable {
    case bool(Bool)
    case int(Int64)
    /// Only what is too large for an `int`.
    case uint(UInt64)
    case string(String)

    init?(_ value: Value) {
      switch value {
      case .bool(let value): self = .bool(value)
      case .int(let value): self = .int(value)
      case .uint(let value):
        if let int = Int64(exactly: value) { self = .int(int) } else { self = .uint(value) }
      case .double(let value):
        if let int = Int64(exactly: value) {
          self = .int(int)
        } else if let uint = UInt64(exactly: value) {
          self = .uint(uint)
        } else {
          return nil
        }
      case .string(let value): self = .string(value)
      default: return nil
      }
    }

    static func == (one: Key, other: Key) -> Bool {
      switch (one, other) {
      case (.bool(let a), .bool(let b)): a == b
      case (.int(let a), .int(let b)): a == b
      case (.uint(let a), .uint(let b)): a == b
      case (.string(let a), .string(let b)): a.hasSameCodePoints(as: b)
      default: false
      }
    }

    func hash(into hasher: inout Hasher) {
      switch self {
      case .bool(let value): hasher.combine(value)
      case .int(let value): hasher.combine(value)
      case .uint(let value): hasher.combine(value)
      case .string(let value): value.hashCodePoints(into: &hasher)
      }
    }
  }
}

extension Value.Map: Equatable {
  /// The same entries with identical values, in any order.
  public static func == (one: Value.Map, other: Value.Map) -> Bool {
    one.count == other.count && one.entries.allSatisfy { other[$0.key] == $0.value }
  }
}
