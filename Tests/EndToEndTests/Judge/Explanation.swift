import Model

/// Why numbers never came: what the gateway itself has reported, and what the server has refused.
struct Explanation {
  /// What a `gap` record tells.
  struct Gap {
    /// Its own number.
    var seq: Int
    var range: ClosedRange<Int>
    /// How many numbers of the range it tells of.
    var count: Int
    var reason: String
    /// Metres, where positions were thinned.
    var error: Double?
  }

  private(set) var gaps: [Gap] = []
  /// Refused as often as makes a dead letter.
  private let dead: Set<Int>

  fileprivate init(gaps records: [ReceivedRecord], dead: Set<Int>) {
    self.dead = dead
    for record in records {
      guard let first = record.object["first"]?.number, let last = record.object["last"]?.number, first <= last else {
        continue
      }
      gaps.append(
        Gap(
          seq: record.identity.seq, range: Int(first)...Int(last), count: Int(record.object["count"]?.number ?? 0),
          reason: record.object["reason"]?.text ?? "", error: record.object["error"]?.number))
    }
  }

  func isGap(_ seq: Int) -> Bool { gaps.contains { $0.range.contains(seq) } }

  /// Refused as often as makes a dead letter, among these numbers.
  func isAnyDead(in range: Range<Int>) -> Bool { dead.contains { range.contains($0) } }

  func explains(_ violation: Judge.Violation) -> Bool {
    guard case .lost(let seq) = violation else { return false }
    return explains(seq)
  }

  func explains(_ seq: Int) -> Bool { dead.contains(seq) || isGap(seq) }

  func isDead(_ violation: Judge.Violation) -> Bool {
    guard case .lost(let seq) = violation else { return false }
    return dead.contains(seq) && !isGap(seq)
  }

  /// What gaps tell that came although they were given up themselves, being on their way: the one that told of them told it again.
  private var retold: Int {
    gaps.filter { gap in gaps.contains { $0.seq > gap.seq && $0.range.contains(gap.seq) } }.reduce(0) { $0 + $1.count }
  }

  /// How many may be told where so many were given up, and `gap` records among them.
  func sums(for counted: Int) -> ClosedRange<Int> { counted...counted + retold }

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
  ///   - byReason: False where `gap` records may have been given up, too: what they told of is then told by another with its own reason, and
  ///     only the sums agree.
  func countViolations(
    _ explanation: Explanation, status: WireValue, dead: Int, byReason: Bool = true
  ) -> [Violation] {
    var violations: [Violation] = []
    let told = explanation.told
    let counts = (status["journal"]?["given_up"]?.members ?? []).map { ($0.key, Int($0.value.number ?? -1)) }
    if byReason {
      for (reason, counted) in counts where counted != told[reason, default: 0] {
        violations.append(.miscounted(reason, counted: counted, told: told[reason, default: 0]))
      }
    } else {
      let (counted, told) = (counts.map(\.1).reduce(0, +), told.values.reduce(0, +))
      if !explanation.sums(for: counted).contains(told) {
        violations.append(.miscounted("given up", counted: counted, told: told))
      }
    }
    return violations + deadLetterViolations(status: status, dead: dead)
  }

  /// What was refused for good is kept.
  func deadLetterViolations(status: WireValue, dead: Int) -> [Violation] {
    let letters = status["journal"]?["dead_letters"]
    let kept = Int((letters?["kept"]?.number ?? 0) + (letters?["dropped"]?.number ?? 0))
    return kept < dead ? [.miscounted("dead letters", counted: kept, told: dead)] : []
  }
}
