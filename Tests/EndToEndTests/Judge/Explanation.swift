import Model

/// Why numbers never came: what the gateway itself has reported, and what the server has refused.
struct Explanation {
  /// From `gap` records: numbers, how many of them, and the reason.
  private var gaps: [(range: ClosedRange<Int>, count: Int, reason: String)] = []
  /// Refused as often as makes a dead letter.
  private let dead: Set<Int>

  fileprivate init(gaps records: [ReceivedRecord], dead: Set<Int>) {
    self.dead = dead
    for record in records {
      guard let first = record.object["first"]?.number, let last = record.object["last"]?.number, first <= last else {
        continue
      }
      gaps.append(
        (Int(first)...Int(last), Int(record.object["count"]?.number ?? 0), record.object["reason"]?.text ?? ""))
    }
  }

  func isGap(_ seq: Int) -> Bool { gaps.contains { $0.range.contains(seq) } }

  func explains(_ violation: Judge.Violation) -> Bool {
    guard case .lost(let seq) = violation else { return false }
    return dead.contains(seq) || isGap(seq)
  }

  func isDead(_ violation: Judge.Violation) -> Bool {
    guard case .lost(let seq) = violation else { return false }
    return dead.contains(seq) && !isGap(seq)
  }

  /// What gaps tell, by reason.
  var told: [String: Int] { gaps.reduce(into: [:]) { $0[$1.reason, default: 0] += $1.count } }

  /// What the replay predicts, told apart: the lines that were to come, and those that what was reported explains. It knows neither what was too
  /// large, nor what was thinned, nor what was refused.
  ///
  /// The records that the engine decides have numbers in the order of their decision, so a hole among the numbers is a line at its place.
  func split(_ lines: [String], in judge: Judge, from first: Int, to last: Int) -> (
    toCome: [String], explained: [String]
  ) {
    let types = Dictionary(judge.received.map { ($0.identity.seq, $0.type) }) { first, _ in first }
    var toCome: [String] = []
    var explained: [String] = []
    var index = 0
    for seq in first...max(first, last) where index < lines.count {
      if let type = types[seq], Judge.gatewayTypes.contains(type) { continue }
      if types[seq] != nil || !dead.contains(seq) && !isGap(seq) {
        toCome.append(lines[index])
      } else {
        explained.append(lines[index])
      }
      index += 1
    }
    return (toCome + lines[min(index, lines.count)...], explained)
  }
}

extension Judge {
  func explanation(refused: Set<Int>) -> Explanation {
    Explanation(gaps: firstArrivals.filter { $0.type == "gap" }, dead: refused)
  }

  /// What was dropped is counted as it is told, and what was refused for good is kept.
  /// - Parameters:
  ///   - status: `waypost status`.
  ///   - dead: Records that never came because the server refused them.
  func countViolations(_ explanation: Explanation, status: WireValue, dead: Int) -> [Violation] {
    var violations: [Violation] = []
    let told = explanation.told
    for member in status["journal"]?["given_up"]?.members ?? [] {
      let counted = Int(member.value.number ?? -1)
      if counted != told[member.key, default: 0] {
        violations.append(.miscounted(member.key, counted: counted, told: told[member.key, default: 0]))
      }
    }
    let letters = status["journal"]?["dead_letters"]
    let kept = Int((letters?["kept"]?.number ?? 0) + (letters?["dropped"]?.number ?? 0))
    if kept < dead { violations.append(.miscounted("dead letters", counted: kept, told: dead)) }
    return violations
  }
}
