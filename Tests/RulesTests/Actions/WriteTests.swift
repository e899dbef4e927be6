import Config
import Model
import Testing

@testable import Rules

struct WriteTests {
  private static func command(_ second: Double, _ name: String = "x") -> Observation {
    Scene.system(second, .command(name: name, id: "1"))
  }

  @Test func levelWritesUpAndDown() throws {
    var story = try Story(
      """
      rules:
        - name: a
          when: reefer.temperature > 0
          then: [{ write: { cab.buzzer: true, cab.setpoint: reefer.temperature + 5 } }]
          clear: [{ write: { cab.buzzer: false } }]
      """, catalogue: Scene.withActuators)
    story.temperature(7, from: 1, to: 2)
    story.temperature(-1, from: 3, to: 3)
    #expect(
      story.told == [
        "1 write cab.buzzer=true #1", "1 write cab.setpoint=12 #2", "3 write cab.buzzer=false cleared #3",
      ])
  }

  @Test func writeCarriesRuleTimeAndPulse() throws {
    var story = try Story(
      "rules: [{ name: honk, on: { command: x }, then: [{ write: { cab.horn: true } }] }]",
      catalogue: Scene.withActuators)
    let effects =
      story.engine.ingest(Scene.system(1, .clock(utcAtZero: Scene.midnight))) + story.engine.ingest(Self.command(2))
    guard case .write(let write)? = effects.last else {
      Issue.record("no write: \(effects)")
      return
    }
    #expect(
      write
        == ActuatorWrite(
          id: "abc123-1", time: .seconds(2), timestamp: Scene.midnight + .seconds(2), rule: "honk", state: .raised,
          device: "cab", metric: "horn", value: .boolean(true), isPulse: true, maxAge: .seconds(10)))
  }

  @Test(arguments: [
    ("cab.setpoint: reefer.temperature", "unknown", nil), ("cab.setpoint: reefer.temperature", "above 30", 31.0),
    ("cab.setpoint: reefer.temperature", "below 5", 4), ("cab.setpoint: reefer.temperature / 0.0", "unknown", 1),
    ("cab.fan: reefer.mode", "it takes off, low or high", 1),
    ("cab.horn: reefer.temperature > 5", "a pulse takes true only", 1),
    ("cab.buzzer: dyn(1)", "it takes true or false", 1),
  ])
  func whatAnActuatorDoesNotTakeIsNotWrittenAndAnEventSaysSo(
    _ write: String, _ reason: String, _ temperature: Double?
  ) throws {
    var story = try Story(
      """
      rules:
        - name: a
          on: { command: x }
          then:
            - write: { \(write) }
            - write: { cab.buzzer: true }
      """, catalogue: Scene.withActuators)
    story.take(Scene.reading(0, "mode", .text("medium")))
    if let temperature { story.temperature(temperature, from: 0, to: 0) }
    story.take(Self.command(2))
    let news = story.news()
    #expect(news.count == 2)
    #expect(news.first?.hasPrefix("2 action_outcome #2 action=write target=cab.") == true, "\(news)")
    #expect(news.first?.contains(" id=abc123-1 result=failed") == true, "\(news)")
    #expect(news.first?.hasSuffix(" reason=\(reason)") == true, "\(news)")
    #expect(news.last == "2 write cab.buzzer=true #3", "the next one is done all the same")
  }

  @Test func outcomeOfAWriteTellsItsValue() throws {
    var story = try Story("rules: []")
    story.take(
      Scene.system(
        3,
        .outcome(
          ActionOutcome(
            id: "abc123-1", rule: "a", action: "write", target: "cab.fan", value: .text("low"), result: .unknown,
            reason: "timeout"))))
    #expect(
      story.told == [
        "3 action_outcome #1 action=write target=cab.fan id=abc123-1 result=unknown value=low reason=timeout"
      ])
  }

  @Test func whatARemovedRuleLeavesIsWrittenAtTheStart() throws {
    var story = try Story(
      """
      rules:
        - name: a
          when: reefer.temperature > 0
          then: [{ write: { cab.buzzer: true } }]
          clear: [{ write: { cab.buzzer: false, cab.setpoint: reefer.temperature, cab.fan: "off" } }]
      """, catalogue: Scene.withActuators)
    story.temperature(7, from: 0, to: 0)
    _ = story.news()
    try story.restart("rules: []")
    story.take(Scene.system(1, .start(downtime: .seconds(1))))
    #expect(
      story.told == [
        "1 write cab.buzzer=false cleared #2",
        "1 action_outcome #4 action=write target=cab.setpoint id=abc123-3 result=failed reason=unknown",
        "1 write cab.fan=off cleared #5",
      ])
  }

  @Test func reloadTellsAnotherValueFromTheSame() throws {
    func rules(_ value: String) throws -> RuleSet {
      try RuleFile.load(
        "rules: [{ name: a, on: start, then: [{ write: { cab.setpoint: \(value) } }] }]", catalogue: Scene.withActuators
      )
    }
    let first = try rules("20")
    #expect(try rules("20").changes(from: first).rules.isEmpty)
    #expect(try rules("21").changes(from: first).rules.changed == ["a"])
    #expect(try rules("reefer.temperature").changes(from: first).rules.changed == ["a"])
  }

  @Test func withoutDevicesEverySignalIsTaken() throws {
    let rules = try RuleFile.load(
      "rules: [{ name: a, on: start, then: [{ write: { any.thing: 5 } }] }]", catalogue: SignalCatalogue())
    var engine = RuleEngine(rules: rules, engine: "abc123", state: [], time: .zero)
    #expect(Told.lines(engine.ingest(Scene.system(0, .start(downtime: .zero)))) == ["0 write any.thing=5 #1"])
  }

  @Test func explanationSaysWhatWouldBeWritten() throws {
    var story = try Story(
      """
      rules:
        - name: a
          when: reefer.temperature > 0
          then: [{ write: { cab.setpoint: reefer.temperature + 5, cab.fan: "low" } }]
          clear: [{ write: { cab.buzzer: false } }]
      """, catalogue: Scene.withActuators)
    func writes() throws -> [RuleExplanation.Write] { try #require(story.engine.explanation(of: "a")).writes }
    let late = RuleExplanation.Write(key: "clear", signal: "cab.buzzer", text: "false", value: .boolean(false))
    let fan = RuleExplanation.Write(key: "then", signal: "cab.fan", text: "\"low\"", value: .text("low"))
    let text = "reefer.temperature + 5"
    #expect(
      try writes() == [.init(key: "then", signal: "cab.setpoint", text: text, refusal: "unknown"), fan, late])
    story.temperature(30, from: 0, to: 0)
    #expect(
      try writes() == [
        .init(key: "then", signal: "cab.setpoint", text: text, value: .number(35), refusal: "above 30"), fan, late,
      ])
  }
}
