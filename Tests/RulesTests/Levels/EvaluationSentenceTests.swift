import Config
import Model
import Testing

@testable import Rules

/// A test for each sentence of the design on when rules are evaluated, in what order, and what is unknown: the sentence, then the test.
///
/// | sentence | test |
/// | --- | --- |
/// | A signal that is missing, stale or bad makes an expression unknown, as a CEL error does | `missingStaleBadAndErrorsAreUnknown` |
/// | `&&` and `||` absorb it where they can | `andAndOrAbsorbUnknown` |
/// | a rule whose condition is unknown keeps its state, and `status` says so | `unknownKeepsTheStateAndStatusSaysSo` |
/// | `stale_after` is max(3 × the device's `every`, 10 s), gps 5 s, or as given | `DeviceSetTests`, `SimulatedSensorTests`; here `aSignalIsStaleAfterItsDevicesStaleAfter` |
/// | A rule that mentions time (`now`, `age`, `time_in_zone`, windows) is evaluated also at each whole second of engine time and when a signal turns stale | `timeIsAskedAtEachWholeSecond`, `turningStaleAsks` |
/// | A window keeps at most 64 buckets | `aWindowKeepsAtMost64Buckets` |
/// | At one instant: computed signals, zones, rules in file order (files by name; a `set` is visible to later rules), report policies | `orderAtOneInstant`, `zonesComeBeforeRules`, `computedSignalsComeBeforeRulesAndSeeTheZones`, `filesGoByName` |
struct EvaluationSentenceTests {
  private func story(_ keys: String = "", when: String = "reefer.temperature > 0") throws -> Story {
    try Story("rules: [{ name: a, when: \(when), \(keys)then: [{ event: hot }] }]")
  }

  @Test func missingStaleBadAndErrorsAreUnknown() throws {
    var story = try story()
    #expect(story.engine.explanation(of: "a")?.outcome == nil)
    story.temperature(5, from: 0, to: 0)
    #expect(story.engine.explanation(of: "a")?.outcome == true)
    story.advance(to: 10)
    #expect(story.engine.explanation(of: "a")?.outcome == nil, "stale")
    story.temperature(nil, from: 11, to: 11, .bad)
    #expect(story.engine.explanation(of: "a")?.outcome == nil)
    var error = try self.story(when: "'[reefer.temperature][1] > 0'")
    error.temperature(5, from: 0, to: 0)
    #expect(error.engine.explanation(of: "a")?.outcome == nil)
  }

  @Test func andAndOrAbsorbUnknown() throws {
    var story = try Story(
      """
      rules:
        - { name: either, when: reefer.temperature > 0 || reefer.door, then: [{ event: either }] }
        - { name: both, when: "!(reefer.temperature > 0 && reefer.door)", then: [{ event: both }] }
      """)
    story.take(Scene.reading(0, "door", .boolean(true)))
    story.take(Scene.reading(1, "door", .boolean(false)))
    #expect(story.told == ["0 either #1", "1 both #2"])
  }

  @Test func unknownKeepsTheStateAndStatusSaysSo() throws {
    var story = try story()
    story.temperature(5, from: 0, to: 0)
    story.advance(to: 1000)
    #expect(story.news() == ["0 hot #1"])
    let status = story.engine.status.rules[0]
    #expect(status.isUp == true && status.isUnknown && status.since == .zero)
    story.temperature(-5, from: 1001, to: 1001)
    #expect(story.news() == ["1001 hot cleared #1"])
    #expect(story.engine.status.rules[0].isUnknown == false)
  }

  @Test(arguments: [
    ("age(reefer.temperature) > 4.5", 6.0), ("now.getSeconds() >= 9", 9),
    (#"'time_in_zone("depot") > 6.2'"#, 7), (#"'max(gps.speed, "10 s") < 5'"#, 11),
    (#"'count("seen", "10 s") >= 1.0'"#, 1), ("system.uptime >= 12.5", 13),
    (#"local_time("Europe/Zurich").getSeconds() == 17"#, 17),
  ])
  func timeIsAskedAtEachWholeSecond(_ when: String, _ second: Double) throws {
    var story = try Story(
      """
      rules:
        - { name: seen, on: { change: reefer.door }, then: [{ event: seen }] }
        - name: a
          when: \(when)
          then: [{ event: hot }]
      """)
    story.take(Scene.system(0, .start(downtime: .zero)), Scene.system(0.2, .clock(utcAtZero: Scene.midnight)))
    story.take(
      Scene.fix(0.3, east: 0, speed: 9), Scene.reading(0.4, "door", .boolean(false)),
      Scene.reading(0.5, "door", .boolean(true)))
    story.take(Scene.reading(0.7, "temperature", .number(9)))
    story.take(Scene.fix(5, east: 0, speed: 0))
    story.advance(to: 20)
    #expect(
      story.told.first { $0.contains("hot") && !$0.contains("cleared") }?.hasPrefix("\(Int(second)) hot") == true,
      "\(story.told)")
  }

  @Test func turningStaleAsks() throws {
    var story = try story(when: "'!has(reefer.temperature)'")
    story.take(Scene.reading(0.25, "temperature", .number(1)))
    story.advance(to: 30)
    #expect(story.told == ["10.25 hot #1"])
  }

  @Test func aSignalIsStaleAfterItsDevicesStaleAfter() throws {
    var story = try Story("rules: [{ name: a, when: '!has(gps.speed)', then: [{ event: hot }] }]")
    story.take(Scene.fix(0.5, east: 0, speed: 1))
    story.advance(to: 20)
    #expect(story.told == ["5.5 hot #1"])
  }

  @Test func aWindowKeepsAtMost64Buckets() throws {
    var story = try story(when: #"'mean(reefer.temperature, "1 min") > 100'"#)
    story.temperature(5, from: 0, to: 600)
    let kept = story.engine.snapshot().count { $0.kind == "window" }
    #expect(kept > 50 && kept <= 64)
  }

  @Test func computedSignalsComeBeforeRulesAndSeeTheZones() throws {
    var story = try Story(
      """
      signals: { c.here: 'in_zone("depot")' }
      rules: [{ name: a, when: c.here, then: [{ event: here }] }]
      """)
    story.take(Scene.fix(0, east: 200), Scene.fix(5, east: 0))
    #expect(story.told == ["5 here #1"])
  }

  @Test func filesGoByName() throws {
    func file(_ name: String) -> SourceFile {
      SourceFile(
        path: name, text: "rules: [{ name: \(name.prefix(1)), on: start, then: [{ log: \(name.prefix(1)) }] }]")
    }
    var diagnostics = Diagnostics()
    let rules = try #require(
      RuleSet.load(
        rules: [file("c.yaml"), file("a.yaml"), file("b.yaml")], zones: [], catalogue: Scene.catalogue,
        readFile: { path, _ throws(Diagnostic) in try SourceFile.read(path: path) }, diagnostics: &diagnostics))
    var engine = RuleEngine(rules: rules, engine: "abc123", state: [], time: .zero)
    #expect(
      Told.lines(engine.ingest(Scene.system(0, .start(downtime: .zero)))) == [
        "0 log info a", "0 log info b", "0 log info c",
      ])
  }

  @Test func orderAtOneInstant() throws {
    var story = try Story(
      """
      signals: { c.double: reefer.temperature * 2 }
      report: [{ signals: [reefer.temperature] }]
      rules:
        - { name: early, when: level == 20, then: [{ event: early }] }
        - { name: sets, when: c.double > 10, then: [{ set: { level: c.double } }, { event: sets }] }
        - { name: late, when: level == 20, then: [{ event: late }] }
      """)
    let effects = story.engine.ingest(Scene.reading(0.5, "temperature", .number(10)))
    #expect(Told.lines(effects) == ["0.5 sets #1", "0.5 late #2"])
    #expect(effects.records.last?.kind == .reading, "report policies come last")
    story.advance(to: 2)
    #expect(story.news() == ["1 early #3"], "an earlier rule sees it at the next instant")
  }

  @Test func zonesComeBeforeRules() throws {
    var story = try story(when: #"'in_zone("depot")'"#)
    story.take(Scene.fix(0, east: 200), Scene.fix(5, east: 0))
    #expect(story.told == ["5 hot #1"])
  }
}
