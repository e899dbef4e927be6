import Model

extension RuleTestJudge.Occurrence {
  init(_ event: Event, at: [Interval]) {
    self.at = at
    id = event.id
    rule = event.rule
    switch event.content {
    case .general(let general):
      type = general.type
      severity = general.severity
      state = general.state
      data = general.data
    case .geofence(let crossing):
      type = "geofence_event"
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

  /// All but the time is as expected.
  func fits(_ expectation: RuleTest.Expectation) -> Bool {
    type == expectation.type && state == expectation.state ?? .raised && (expectation.rule.map { $0 == rule } ?? true)
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
    if let expected = expectation.rule, expected != rule { return "`rule: \(rule)`" }
    if let expected = expectation.severity, expected != severity {
      return severity.map { "`severity: \($0)`" } ?? "no severity"
    }
    for member in expectation.data {
      guard let mine = data.first(where: { $0.key == member.key }) else { return "no `\(member.key)`" }
      if !Self.agree(mine.value, member.value) { return "`\(member.key): \(Self.text(mine.value))`" }
    }
    return "something else"
  }

  private static func text(_ value: Value) -> String {
    switch value {
    case .number(let number): "\(number)"
    case .boolean(let flag): "\(flag)"
    case .text(let text): text
    }
  }

  /// For a message.
  var text: String { state == .cleared ? "the end of `\(type)`" : "`\(type)`" }
}
