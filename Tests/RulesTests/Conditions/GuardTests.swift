import Model
import Testing

@testable import Rules

struct GuardTests {
  private let temperature = SignalName(device: "reefer", metric: "temperature")

  private func events(after readings: [Observation]) -> ([Event], RuleEngine) {
    var rule = Scene.visits
    rule.condition = SignalAbove(signal: temperature, bound: 0)
    var engine = Scene.engine([Scene.circle()], [rule])
    let events = engine.run([Scene.fix(0, east: 200)] + readings + [Scene.fix(3, east: 0)]).events
    return (events, engine)
  }

  @Test func triggerPassesOnlyWhereTheConditionHolds() {
    #expect(events(after: [Scene.reading(1, "temperature", .number(5))]).0.count == 1)
    #expect(events(after: [Scene.reading(1, "temperature", .number(-5))]).0.isEmpty)
  }

  @Test func unknownConditionStopsTheTriggerAndIsCounted() {
    let (none, engine) = events(after: [])
    #expect(none.isEmpty && engine.counters[.guardUnknown] == 1)
    let bad = events(after: [Scene.reading(1, "temperature", .number(5)), Scene.reading(2, "temperature", nil, .bad)])
    #expect(bad.0.isEmpty && bad.1.counters[.guardUnknown] == 1)
  }

  @Test func signalsAreUnknownAfterARestartOfUnknownLength() {
    let (none, _) = events(after: [
      Scene.reading(1, "temperature", .number(5)), Scene.system(2, .start(downtime: nil)),
    ])
    #expect(none.isEmpty)
  }
}
