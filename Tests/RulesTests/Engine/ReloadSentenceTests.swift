import Model
import Testing

@testable import Rules

/// A test for each sentence of the design on what a reload does to the engine's state: the sentence, then the test.
///
/// | sentence | test |
/// | --- | --- |
/// | State carries over for a rule of the same name and canonical trigger | `aRuleOfTheSameNameAndTriggerStaysUp`, `waitsCarryOver` |
/// | a zone of the same name and geometry | `aZoneOfTheSameNameAndGeometryKeepsItsSide` |
/// | any other rule that was up is cleared with `"reason":"reload"` and its `clear` actions run | `anyOtherRuleThatWasUpIsCleared` |
///
/// That a set is taken whole or not at all stands with `RuleSet.load`, which gives none where there is an error, and with the gateway.
struct ReloadSentenceTests {
  private static func rule(_ keys: String, name: String = "a") -> String {
    "rules: [{ name: \(name), \(keys), clear: [{ log: \"over\" }], then: [{ event: hot }] }]"
  }

  @Test func aRuleOfTheSameNameAndTriggerStaysUp() throws {
    var story = try Story(Self.rule("when: reefer.temperature > 0"))
    story.temperature(5, from: 0, to: 0)
    try story.reload(
      "rules: [{ name: a, when:   reefer.temperature  > 0, then: [{ event: { type: hot, data: { n: 1 } } }] }]", at: 1)
    #expect(story.news() == ["0 hot #1"])
    story.temperature(-5, from: 2, to: 2)
    #expect(story.news() == ["2 hot cleared #1 n=1"])
  }

  @Test func waitsCarryOver() throws {
    var story = try Story(Self.rule("when: reefer.temperature > 0, for: 8 s"))
    story.temperature(5, from: 0, to: 3)
    try story.reload(Self.rule("for: 8 s, when: reefer.temperature > 0"), at: 4)
    story.advance(to: 9)
    #expect(story.news() == ["8 hot #1"])
  }

  @Test func aZoneOfTheSameNameAndGeometryKeepsItsSide() throws {
    var story = try Story("rules: [{ name: a, on: { exit: depot }, then: [{ event: geofence_event }] }]")
    story.take(Scene.fix(0, east: 0))
    try story.reload("rules: [{ name: b, on: { exit: depot }, then: [{ event: geofence_event }] }]", at: 1)
    story.take(Scene.fix(20, east: 200), Scene.fix(21, east: 200))
    #expect(story.told == ["21 exit depot #1"])
  }

  @Test(arguments: [
    "rules: []", "rules: [{ name: a, when: reefer.temperature > 1, then: [{ event: hot }] }]",
    "rules: [{ name: b, when: reefer.temperature > 0, for: 1 h, then: [{ event: hot }] }]",
  ])
  func anyOtherRuleThatWasUpIsCleared(_ other: String) throws {
    var story = try Story(Self.rule("when: reefer.temperature > 0"))
    story.temperature(1, from: 0, to: 0)
    try story.reload(other, at: 1)
    #expect(story.told == ["0 hot #1", "1 hot cleared #1 (reload)", "1 log info over"])
    _ = story.engine.takeChangedState()
    try story.restart()
    story.advance(to: 5)
    #expect(story.told.count == 3, "once")
  }

  @Test func aRuleThatIsGoneAfterARestartIsClosedToo() throws {
    var story = try Story(Self.rule("when: reefer.temperature > 0"))
    story.temperature(5, from: 0, to: 0)
    try story.restart("rules: []")
    story.take(Scene.system(5, .start(downtime: .seconds(5))))
    try story.restart()
    story.take(Scene.system(6, .start(downtime: .seconds(1))))
    #expect(story.told == ["0 hot #1", "5 hot cleared #1 (reload)"])
  }

  @Test func aNewRuleIsAskedWithoutWaitingForNews() throws {
    var story = try Story("rules: [{ name: keep, when: reefer.temperature > 100, then: [{ event: never }] }]")
    story.temperature(5, from: 0, to: 0)
    try story.reload("rules: [{ name: new, when: reefer.temperature > 0, then: [{ event: hot }] }]", at: 0.5)
    story.advance(to: 3)
    #expect(story.told == ["1 hot #1"])
  }

  @Test func samplingFollowsTheRules() throws {
    var story = try Story(
      "rules: [{ name: a, when: reefer.temperature > 0, then: [{ sample: { reefer: 2 s } }] }]")
    story.temperature(5, from: 0, to: 0)
    #expect(story.engine.samplings == [Sampling(device: "reefer", every: .seconds(2))])
    try story.restart()
    #expect(story.engine.samplings == [Sampling(device: "reefer", every: .seconds(2))])
    try story.reload("rules: []", at: 1)
    #expect(story.told == ["sample reefer 2.0 s", "sample reefer -"])
    #expect(story.engine.samplings.isEmpty)
  }
}
