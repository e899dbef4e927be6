/// What is missing of what a receiver was given, and what the gateway itself said of it.
struct Holes {
  /// Numbers up to the last that never came.
  let missing: [Int]
  /// Of these, such as no `gap` record tells of.
  let unexplained: [Int]
  /// What gaps tell, by reason.
  let told: [String: Int]
  /// Gaps of positions that were thinned, by the error that they state, metres, and of readings, by the interval in seconds.
  let steps: Set<String>

  init(_ records: [ReceivedRecord]) {
    let seen = Set(records.map(\.identity.seq))
    let missing = (1...max(1, seen.max() ?? 1)).filter { !seen.contains($0) }
    var told: [String: Int] = [:]
    var ranges: [ClosedRange<Int>] = []
    var steps: Set<String> = []
    for record in records where record.type == "gap" {
      guard let first = record.object["first"]?.number, let last = record.object["last"]?.number, first <= last else {
        continue
      }
      ranges.append(Int(first)...Int(last))
      told[record.object["reason"]?.text ?? "", default: 0] += Int(record.object["count"]?.number ?? 0)
      if let error = record.object["error"]?.number { steps.insert("\(Int(error)) m") }
      if let interval = record.object["interval"]?.number { steps.insert("\(Int(interval)) s") }
    }
    self.missing = missing
    self.told = told
    self.steps = steps
    unexplained = missing.filter { seq in !ranges.contains { $0.contains(seq) } }
  }

  /// None is missing without a word. More may be told than are missing: what was on its way when it was given up came all the same.
  var isExplained: Bool { unexplained.isEmpty && told.values.reduce(0, +) >= missing.count }

  var description: String {
    "\(missing.count) missing, \(unexplained.count) of them without a word (\(unexplained.prefix(5))), told \(told) \(steps.sorted())"
  }
}
