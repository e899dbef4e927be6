/// What one evaluation has of its own: the variables of macros, and how much it may still do.
struct Frame {
  /// The value of a macro's variable, or why there is none: a fold goes on past an error that a later element may absorb.
  enum Local {
    case value(Value)
    case error(EvaluationError)
  }

  var locals: [Local]
  /// Steps left; below zero once they were exceeded, so that whatever comes next fails, too.
  private(set) var left: Int

  init(locals count: Int, cost: Int) {
    // An array of none needs no memory.
    locals = count == 0 ? [] : Array(repeating: .value(.null), count: count)
    left = cost
  }

  /// Pays for work about to be done.
  mutating func charge(_ steps: Int) throws(EvaluationError) {
    left -= steps
    guard left >= 0 else { throw .costExceeded }
  }

  /// Pays for everything that `value` holds, as for walking over it.
  mutating func chargeContents(of value: Value) throws(EvaluationError) {
    switch value {
    case .list(let elements):
      try charge(elements.count)
      for element in elements { try chargeContents(of: element) }
    case .map(let map):
      try charge(map.count)
      for entry in map.entries {
        try chargeContents(of: entry.key)
        try chargeContents(of: entry.value)
      }
    case .optional(.some(let value)): try chargeContents(of: value)
    default: try charge(value.weight)
    }
  }
}

extension Value {
  /// Steps that it takes to go over this value once, not into what it holds.
  var weight: Int {
    switch self {
    case .string(let text), .type(let text): text.utf8.count / 64
    case .bytes(let bytes): bytes.count / 64
    case .list(let list): list.count / 8
    case .map(let map): map.count / 8
    default: 0
    }
  }
}
