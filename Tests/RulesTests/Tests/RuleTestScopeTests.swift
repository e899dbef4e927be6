import Config
import Model
import Testing

@testable import Rules

/// What a test of rules looks at: records that go up, what earlier days have set, and the rules of its own file.
@Suite struct RuleTestScopeTests {
  private static let hours = """
    report:
      - { signals: [gps.position], every: 30 s }
      - { signals: ["reefer.*"], every: 1 h }
    rules:
      - name: minute
        on: { every: 1 min }
        then: [{ set: { minutes: "(has(minutes) ? minutes : 0.0) + 1.0" } }]
      - name: due
        when: minutes >= 100
        then: [{ event: { type: due, data: { minutes: minutes } } }]
    """
  private static let start = """

    tests:
      - name: two minutes
        drive: [{ at: 0 s, position: [6.1, 46.2] }, { at: 2 min, position: [6.1, 46.2] }]

    """

  private func load(_ texts: [(path: String, text: String)]) -> (rules: RuleSet?, mistakes: [String]) {
    var diagnostics = Diagnostics()
    let rules = RuleSet.load(
      rules: texts.map { SourceFile(path: $0.path, bytes: Array($0.text.utf8)) }, zones: [],
      catalogue: Scene.catalogue,
      readFile: { (name, _) throws(Diagnostic) in try SourceFile.read(path: name) }, diagnostics: &diagnostics)
    return (rules, diagnostics.all.map { "\($0.message); \($0.help ?? "")" })
  }

  /// What differs in the first test of these files.
  private func failures(_ texts: [(path: String, text: String)]) throws -> [String] {
    let (rules, mistakes) = load(texts)
    let set = try #require(rules, "\(mistakes)")
    let test = try #require(set.tests.first)
    var engine = RuleEngine(rules: set, engine: "test", state: test.state, time: .zero)
    var judge = RuleTestJudge(test)
    for observation in test.timeline(track: [], catalogue: Scene.catalogue) { judge.take(engine.ingest(observation)) }
    judge.take(engine.advance(to: .zero + test.end))
    return judge.verdict().map { "\($0.message); \($0.help ?? "")" }
  }

  private func failures(_ more: String) throws -> [String] {
    try failures([("hours.yaml", Self.hours + Self.start + more)])
  }

  @Test func whatIsSentAsOftenAsExpectedPasses() throws {
    #expect(try failures("    expect: []\n    sent: { gps.position: 5, reefer.temperature: 0 }\n") == [])
  }

  @Test func aWrongCountIsToldWithTheMoments() throws {
    #expect(
      try failures("    expect: []\n    sent: { gps.position: 1 }\n") == [
        "`gps.position` was sent 5 times, and not once; it went at 0 s, 30 s, 1 min, 1 min 30 s, 2 min"
      ])
    #expect(
      try failures("    expect: []\n    sent: { reefer.temperature: 2 }\n") == [
        "`reefer.temperature` was sent never, and not 2 times; which policy of `report` names it, and does its `when` hold?"
      ])
  }

  @Test func aTestBeginsWithWhatEarlierDaysHaveSet() throws {
    #expect(try failures("    expect: []\n") == [])
    let due = "    expect: [{ at: 2 min, event: due, data: { minutes: 100 } }]\n"
    #expect(try failures("    variables: { minutes: 98 }\n" + due) == [])
    #expect(try failures("    variables: { minutes: 97 }\n" + due).count == 1)
  }

  @Test func mistakesInThemAreToldWithARemedy() {
    func mistakes(_ more: String) -> [String] { load([("a.yaml", Self.hours + Self.start + more)]).mistakes }
    #expect(
      mistakes("    variables: { minute: 98 }\n    expect: []\n") == [
        "no rule sets the variable `minute`; did you mean `minutes`?"
      ])
    #expect(mistakes("    variables: { minutes: many }\n    expect: []\n").count == 1)
    #expect(
      mistakes("    sent: { gps.positon: 3 }\n    expect: []\n") == [
        "no device has a signal `gps.positon`; did you mean `gps.position`?"
      ])
    #expect(mistakes("    sent: { gps.position: -1 }\n    expect: []\n").count == 1)
  }

  @Test func eventsOfRulesInOtherFilesDontFailATest() throws {
    let other = """
      rules:
        - name: standing
          when: "!gps.moving"
          then: [{ event: standing }]

      """
    let own = Self.hours + Self.start + "    expect: []\n"
    #expect(try failures([("hours.yaml", own), ("other.yaml", other)]) == [])
    let joined = own.replacing("rules:\n", with: other)
    #expect(
      try failures([("hours.yaml", joined)]).first?.hasPrefix("`standing` of the rule `standing` came at ") == true)
    let expecting = own.replacing("expect: []", with: "expect: [{ event: standing, rule: standing }]")
    #expect(try failures([("hours.yaml", expecting), ("other.yaml", other)]) == [])
  }

  @Test func inAFileWithoutRulesEveryEventCounts() throws {
    let tests = String(Self.start.dropFirst()) + "    expect: []\n    variables: { minutes: 98 }\n"
    let failures = try failures([("a.yaml", Self.hours + "\n"), ("b.yaml", tests)])
    #expect(failures.count == 1)
    #expect(failures.first?.hasPrefix("`due` of the rule `due` came at 2 min, and nobody expected it") == true)
  }
}
