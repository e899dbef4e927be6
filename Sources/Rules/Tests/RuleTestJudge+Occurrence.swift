import Model

extension RuleTestJudge.Occurrence {
  init(_ event: Event, at: [Interval]) {
    self.at = at
    id = event.id
    rule = event.rule
    switch event.content {
    case .general(let general):
      name = general.type
      severity = general.severity
      state = general.state
      data = general.data
    case .geofence(let crossing):
      name = "geofence_event"
      severity = nil
      state = .raised
      // By the names that they have on the wire.
      data = [
        .init(key: "event_type", value: .text(crossing.kind == .entry ? "entry" : "exit")),
        .init(key: "geofence_id", value: .text(crossing.zone)),
        .init(key: "geofence_name", value: .text(crossing.zoneName ?? crossing.zone)),
        .init(key: "device", value: .text(crossing.device)), .init(key: "gap", value: .boolean(crossing.gap)),
      ]
    }
  }

  /// The same thing, whatever is said of it.
  func isOfTheSame(as expectation: RuleTest.Expectation) -> Bool {
    guard kind == expectation.kind else { return false }
    switch kind {
    // The data of a line stands behind its text.
    case .log: return name.hasPrefix(expectation.name)
    case .event: return name == expectation.name && state == expectation.state ?? .raised
    default: return name == expectation.name && expectation.state.map { $0 == state } ?? true
    }
  }

  /// All but the time is as expected.
  func fits(_ expectation: RuleTest.Expectation) -> Bool {
    isOfTheSame(as: expectation) && (expectation.rule.map { $0 == rule } ?? true)
      && (expectation.severity.map { $0 == severity } ?? true)
      && expectation.data.allSatisfy { member in
        data.contains { $0.key == member.key && Self.agree($0.value, member.value) }
      }
  }

  func isInTime(_ expectation: RuleTest.Expectation) -> Bool {
    guard let expected = expectation.at else { return true }
    return at.contains { abs($0.nanoseconds - expected.nanoseconds) <= RuleTestJudge.tolerance.nanoseconds }
  }

  /// Numbers as they are written: six digits are enough for whoever writes a test.
  private static func agree(_ value: Value, _ expected: Value) -> Bool {
    guard case .number(let a) = value, case .number(let b) = expected else { return value == expected }
    return abs(a - b) <= 1e-6 * max(1, abs(a), abs(b))
  }

  /// The first thing in which it isn't as expected.
  func difference(from expectation: RuleTest.Expectation) -> String {
    if let expected = expectation.rule, expected != rule { return rule.map { "`rule: \($0)`" } ?? "no rule" }
    if let expected = expectation.severity, expected != severity {
      return severity.map { "`severity: \($0)`" } ?? "no severity"
    }
    for member in expectation.data {
      guard let mine = data.first(where: { $0.key == member.key }) else { return "no `\(member.key)`" }
      if !Self.agree(mine.value, member.value) { return "`\(member.key): \(mine.value.plainText)`" }
    }
    return "something else"
  }
}
