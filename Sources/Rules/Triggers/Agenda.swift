import Model

/// The rules that are to be asked at an instant, taken in file order; more may come while it is gone through.
struct Agenda: Sendable {
  private var words: [UInt64]
  /// No word before this has a bit.
  private var first: Int

  init(count: Int) {
    words = Array(repeating: 0, count: (count + 63) / 64)
    first = words.count
  }

  mutating func add(_ rule: Int) {
    words[rule >> 6] |= 1 << UInt64(rule & 63)
    first = min(first, rule >> 6)
  }

  mutating func takeFirst() -> Int? {
    while first < words.count {
      let word = words[first]
      if word != 0 {
        words[first] = word & (word &- 1)
        return first << 6 + word.trailingZeroBitCount
      }
      first += 1
    }
    return nil
  }
}

/// When each rule is to be asked at the latest though nothing changes. Derived from the rules' states.
struct RuleTimers: Sendable {
  private var due: [EngineTime?]
  /// Nothing is due before; may be earlier than the truth, never later.
  private var wakeAt: EngineTime?

  init(count: Int) { due = Array(repeating: nil, count: count) }

  mutating func set(_ time: EngineTime?, of rule: Int) {
    due[rule] = time
    if let time { wakeAt = wakeAt.map { min($0, time) } ?? time }
  }

  var nextDeadline: EngineTime? { wakeAt == nil ? nil : due.lazy.compactMap(\.self).min() }

  /// The earliest, if it is due by then; costs nothing while none is.
  mutating func deadline(by time: EngineTime) -> EngineTime? {
    guard let wakeAt, wakeAt <= time else { return nil }
    self.wakeAt = nextDeadline
    return self.wakeAt.flatMap { $0 <= time ? $0 : nil }
  }

  /// Those that are due, in file order.
  func rules(dueBy time: EngineTime) -> [Int] {
    guard let wakeAt, wakeAt <= time else { return [] }
    return due.indices.filter { due[$0].map { $0 <= time } ?? false }
  }
}
