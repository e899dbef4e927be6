import Model
import Testing

@testable import Rules

/// A test for each sentence of the design on what a reload does to the engine's state: the sentence, then the test.
///
/// | sentence | test |
/// | --- | --- |
/// | State carries over for a rule of the same name and canonical trigger | `aRuleOfTheSameNameAndTriggerStaysUp`, `waitsCarryOver` |
/// | a zone of the same name and geometry | `aZoneOfTheSameNameAndGeometryKeepsItsSide` |
/// | any other rule that was up is cleared with `"reason":"reload"` and its `clear` actions run | `anyOtherRuleThatWasUpIsCleared`, and where the files changed while the gateway was off `aRuleChangedWhileOffIsCleared…` |
///
/// That `waypost reload` is synchronous with an exit code, that nothing watches files and that a set is taken whole or not at all stands with
/// the gateway, in its `ReloadTests` and `PipelineReloadTests`.
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
    #expect(story.told == ["0 hot #1", "5 hot cleared #1 (reload)", "5 log info over"])
  }

  private static let parting = """
    rules:
      - name: counts
        on: { command: x }
        then: [{ event: { type: n, data: { n: n } } }]
      - name: a
        when: reefer.door
        then:
          - event: { type: hot, severity: critical, data: { t: reefer.temperature, k: 1 } }
          - sample: { reefer: 2 s }
        clear:
          - event: { type: over, data: { t: reefer.temperature, m: reefer.mode } }
          - set: { n: 7 }
          - run: { hook: h, args: [reefer.temperature, "x"], timeout: 3 s, data: { k: true } }
          - log: { message: over, level: warning }
          - report: [reefer.temperature]
          - shutdown: true
    """

  private func parted() throws -> Story {
    var story = try Story(Self.parting)
    story.temperature(5, from: 0, to: 0)
    story.take(Scene.reading(1, "door", .boolean(true)))
    #expect(story.news() == ["1 hot #1 t=5 k=1", "sample reefer 2.0 s"])
    return story
  }

  @Test func aRuleChangedWhileOffIsClearedWithItsOldActions() throws {
    var story = try parted()
    try story.restart(
      """
      rules:
        - { name: counts, on: { command: x }, then: [{ event: { type: n, data: { n: n } } }] }
        - { name: sets, when: reefer.temperature > 100, then: [{ set: { n: 1 } }] }
        - { name: a, when: "!reefer.door", then: [{ event: cold }] }
      """)
    story.take(Scene.system(4, .start(downtime: .seconds(3))))
    #expect(
      story.news() == [
        "4 hot cleared #1 (reload) t=5 k=1", "4 over #2 t=5", #"4 run h ["5", "x"] cleared #3 k=true"#,
        "4 log warning over", "4 shutdown a",
      ], "what no rule of today reads is unknown")
    story.take(Scene.system(5, .command(name: "x", id: "1")))
    #expect(story.news() == ["5 n #6 n=7"])
    #expect(story.engine.samplings.isEmpty)
    #expect(!story.engine.snapshot().contains { $0.kind == "farewell" }, "once")
  }

  @Test func aRuleRemovedWhileOffIsClearedOnceWhateverIsLeftToRead() throws {
    var story = try parted()
    try story.restart("rules: []")
    story.take(Scene.system(4, .start(downtime: .seconds(3))))
    try story.restart("rules: []")
    story.take(Scene.system(5, .start(downtime: .seconds(1))))
    #expect(
      story.told == [
        "4 hot cleared #1 (reload) k=1", "4 over #2", #"4 run h ["", "x"] cleared #3 k=true"#, "4 log warning over",
        "4 shutdown a",
      ])
  }

  @Test func aRuleThatOnlyChangedItsActionsWhileOffStaysUpAndClearsByTheNewOnes() throws {
    var story = try parted()
    try story.restart("rules: [{ name: a, when: reefer.door, then: [{ event: hot }], clear: [{ log: new }] }]")
    story.take(Scene.system(4, .start(downtime: .seconds(3))), Scene.reading(5, "door", .boolean(false)))
    #expect(story.told == ["5 hot cleared #1", "5 log info new"])
  }

  @Test func aMutedRuleRemovedWhileOffHasNothingToClear() throws {
    var story = try Story(
      "rules: [{ name: a, when: reefer.door, limit: 1 per hour, then: [{ event: hot }], clear: [{ log: over }] }]")
    for (second, isOpen) in [true, false, true].enumerated() {
      story.take(Scene.reading(Double(second), "door", .boolean(isOpen)))
    }
    _ = story.news()
    try story.restart("rules: []")
    story.take(Scene.system(4, .start(downtime: .seconds(3))))
    #expect(story.told == [])
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
    #expect(story.engine.samplings.map(\.every) == [.seconds(2)])
    try story.restart()
    #expect(story.engine.samplings.map(\.every) == [.seconds(2)])
    try story.reload("rules: []", at: 1)
    #expect(story.told == ["sample reefer 2.0 s", "sample reefer -"])
    #expect(story.engine.samplings.isEmpty)
  }
}
