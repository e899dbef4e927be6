import Model
import Testing

@testable import Rules

struct ActionTests {
  @Test func hooksGetArgumentsTriggerAndDataAndTheirOutcomeBecomesAnEvent() throws {
    var story = try Story(
      """
      rules:
        - name: a
          on: { change: reefer.mode }
          then:
            - run: { hook: notify, args: ["--mode", reefer.mode, 3], timeout: 5 s, data: { t: reefer.temperature, u: reefer.mode } }
      """)
    story.take(Scene.reading(0, "mode", .text("a")), Scene.reading(1, "mode", .text("b")))
    #expect(
      story.news() == [
        #"1 run notify ["--mode", "b", "3"] raised #1 device=reefer name=reefer.mode u=b"#
      ])
    story.take(
      Scene.system(
        3,
        .outcome(
          ActionOutcome(
            id: "abc123-1", rule: "a", action: "run", target: "notify", result: .failed, reason: "exit code 3"))))
    #expect(
      story.news() == [
        "3 action_outcome #2 action=run target=notify id=abc123-1 result=failed reason=exit code 3"
      ])
  }

  @Test func logAndShutdownCarryTheirTime() throws {
    var story = try Story(
      """
      rules:
        - name: a
          when: reefer.temperature > 0
          for: 5 s
          then:
            - log: { message: "too warm", level: warning, data: { t: reefer.temperature } }
            - shutdown: true
      """)
    story.temperature(5, from: 0, to: 0)
    story.advance(to: 9)
    #expect(story.told == ["5 log warning too warm t=5", "5 shutdown a"])
  }

  @Test func variablesSurviveARestart() throws {
    var story = try Story(
      """
      rules:
        - { name: sets, on: { command: x }, then: [{ set: { n: "has(n) ? n + 1 : 1" } }] }
        - { name: tells, on: { command: y }, then: [{ event: { type: n, data: { n: n } } }] }
      """)
    story.take(Scene.system(0, .command(name: "x", id: "1")), Scene.system(1, .command(name: "x", id: "2")))
    try story.restart()
    story.take(Scene.system(2, .start(downtime: nil)), Scene.system(3, .command(name: "y", id: "3")))
    #expect(story.told == ["3 n #1 n=2"])
  }

  @Test func whatIsUnknownIsLeftOutOfData() throws {
    var story = try Story(
      "rules: [{ name: a, on: start, then: [{ event: { type: e, data: { t: reefer.temperature, n: 1 } } }] }]")
    story.take(Scene.system(0, .start(downtime: .zero)))
    #expect(story.told == ["0 e #1 n=1"])
  }

  @Test func reportSendsTheNewestPastTheThrottleOnce() throws {
    var story = try Story(
      """
      report: [{ signals: ["reefer.*"], every: 1 h }]
      rules: [{ name: a, on: { command: x }, then: [{ report: [reefer.temperature] }] }]
      """)
    _ = story.engine.run([
      Scene.reading(0, "temperature", .number(1)), Scene.reading(1, "temperature", .number(2)),
      Scene.reading(2, "temperature", .number(3)),
    ])
    let first = story.engine.ingest(Scene.system(3, .command(name: "x", id: "1")))
    #expect(first.readings.count == 1 && first.readings.first?.time == .seconds(2))
    #expect(story.engine.ingest(Scene.system(4, .command(name: "x", id: "2"))).readings.isEmpty)
  }

  @Test func theShortestSamplingOfTheRulesThatAreUpHolds() throws {
    var story = try Story(
      """
      rules:
        - { name: a, when: reefer.temperature > 0, then: [{ sample: { reefer: 10 s } }] }
        - { name: b, when: reefer.temperature > 5, then: [{ sample: { reefer: 2 s } }] }
      """)
    for (second, value) in [1.0, 6, 6, 1, -1].enumerated() { story.temperature(value, from: second, to: second) }
    #expect(story.told == ["sample reefer 10.0 s", "sample reefer 2.0 s", "sample reefer 10.0 s", "sample reefer -"])
  }

  @Test func countOfEventsSeesEarlierInstantsOnly() throws {
    var story = try Story(
      """
      rules:
        - { name: a, on: { command: x }, then: [{ event: knock }] }
        - { name: b, when: 'count("knock", "1 min") >= 2', then: [{ event: thrice }] }
      """)
    story.take(Scene.system(0.5, .command(name: "x", id: "1")), Scene.system(0.6, .command(name: "x", id: "2")))
    #expect(story.news() == ["0.5 knock #1", "0.6 knock #2"])
    story.advance(to: 5)
    #expect(story.news() == ["1 thrice #3"])
  }
}
