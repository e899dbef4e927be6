import Config
import Model
import Testing

@testable import Rules

/// What tests of rules say of writes, hooks, lines of the log, sampling and shutdown.
struct RuleTestDeedTests {
  private static let rules = """
    rules:
      - name: cold
        when: reefer.temperature > 0
        then:
          - write: { cab.buzzer: true, cab.setpoint: reefer.temperature + 4 }
          - run: { hook: notify, args: ["--door", reefer.door], data: { t: reefer.temperature } }
          - log: { message: "too warm", level: warning, data: { t: reefer.temperature } }
          - sample: { reefer: 2 s }
        clear:
          - write: { cab.buzzer: false }
      - name: off
        on: { command: off }
        then: [shutdown]

    """
  private static let happening = """
    signals:
      reefer.temperature: [{ at: 0 s, value: -5 }, { at: 10 s, value: 6 }, { at: 20 s, value: -5 }]
      reefer.door: [{ at: 0 s, value: true }]
    commands: [{ at: 25 s, command: "off" }]
    """

  /// What is wrong with the file, or what differs in its first test.
  private func findings(_ tests: [String], rules: String = Self.rules) throws -> [String] {
    var text = rules + "tests:\n"
    for (index, test) in tests.enumerated() {
      text += "  - name: test \(index)\n"
      for line in (Self.happening + "\n" + test).split(separator: "\n") { text += "    \(line)\n" }
    }
    var diagnostics = Diagnostics()
    let set = RuleSet.load(
      rules: [SourceFile(path: "test.yaml", text: text)], zones: [], catalogue: Scene.withActuators,
      readFile: { path, _ throws(Diagnostic) in try SourceFile.read(path: path) }, diagnostics: &diagnostics)
    guard let set else { return diagnostics.sorted().map { "\($0.message); \($0.help ?? "")" } }
    let test = try #require(set.tests.first)
    var engine = RuleEngine(rules: set, engine: "test", state: [], time: .zero)
    var judge = RuleTestJudge(test)
    for observation in test.timeline(track: [], catalogue: Scene.withActuators) {
      judge.note(observation)
      judge.take(engine.ingest(observation))
    }
    judge.take(engine.advance(to: .zero + test.end))
    return judge.verdict().map { "\($0.message); \($0.help ?? "")" }
  }

  private static let writes = """
      - { at: 10 s, write: { cab.buzzer: true, cab.setpoint: 10 }, rule: cold }
      - { at: 20 s, write: { cab.buzzer: false }, state: cleared }
    """
  private static let others = """
      - { at: 10 s, run: notify, args: ["--door", true], data: { t: 6 } }
      - { at: 10 s, log: too warm, level: warning }
      - { at: 10 s, sample: { reefer: 2 s } }
      - { at: 25 s, shutdown: true }
    """

  @Test func allThatIsExpectedComes() throws {
    #expect(try findings(["expect:\n" + Self.writes + "\n" + Self.others]) == [])
  }

  @Test func writesAreAlwaysAskedForAndTheOthersWhereTheFileSpeaksOfThem() throws {
    #expect(try findings(["expect:\n" + Self.writes]) == [])
    #expect(
      try findings(["expect:\n" + Self.writes + "\n  - { log: too warm }\n"]) == [],
      "hooks are none of this file's business")
    let strange = try findings(["expect: []", "expect:\n" + Self.others])
    #expect(
      strange.map { String($0.prefix { $0 != ";" }) } == [
        "`write: { cab.buzzer: true }` of the rule `cold` came at 10 s, and nobody expected it",
        "`write: { cab.setpoint: 10 }` of the rule `cold` came at 10 s, and nobody expected it",
        "`run: notify` of the rule `cold` came at 10 s, and nobody expected it",
        "`log: \"too warm t=6\"` of the rule `cold` came at 10 s, and nobody expected it",
        "`sample: { reefer: 2 s }` of the rule `cold` came at 10 s, and nobody expected it",
        "`write: { cab.buzzer: false }` of the rule `cold` came at 20 s, and nobody expected it",
        "`shutdown` of the rule `off` came at 25 s, and nobody expected it",
      ])
    #expect(strange.first?.contains("add `- { at: 10 s, write: { cab.buzzer: true } }`") == true)
    #expect(try findings(["partial: true\nexpect: []"]) == [])
  }

  @Test(arguments: [
    (
      "write: { cab.setpoint: 11 }",
      "`cab.setpoint` was not written as it was expected; it came at 10 s, but with `value: 10`"
    ),
    ("write: { cab.fan: \"low\" }", "`cab.fan` was not written; "),
    (
      "run: notify, args: [x]",
      "the hook `notify` was not run as it was expected; it came at 10 s, but with `argument 1: --door`"
    ),
    (
      "log: too warm, level: error",
      "`too warm` was not logged as it was expected; it came at 10 s, but with `level: warning`"
    ),
    ("sample: { reefer: 1 s }", "`reefer` was not sampled as it was expected; it came at 10 s, but with `every: 2`"),
    ("at: 3 s, shutdown: true", "`shutdown` did not come at 3 s; it came at 25 s"),
  ])
  func whatDiffersIsTold(_ expectation: String, _ finding: String) throws {
    let found = try findings(["partial: true\nexpect: [{ \(expectation) }]"])
    #expect(found.count == 1 && found.first?.hasPrefix(finding) == true, "\(found)")
  }

  @Test(arguments: [
    (
      "write: { cab.buzer: true }", "no device has a signal `cab.buzer` that can be written; did you mean `cab.buzzer`?"
    ),
    ("write: { reefer.temperature: 1 }", "no device has a signal `reefer.temperature` that can be written; "),
    ("write: { cab.setpoint: 50 }", "`cab.setpoint` can't be written so: above 30; "),
    ("write: {}", "`write` is empty; "), ("sample: { freezer: 2 s }", "there is no device `freezer`; "),
    ("shutdown: false", "that no `shutdown` comes is not expected in this way; "),
    ("event: a, write: { cab.buzzer: true }", "an expectation is of one thing, and this has several; "),
    ("log: a, severity: warning", "`severity` goes with `event`; take it out"),
    ("at: 3 s", "an expectation says what must come, and this doesn't; write one of `event`, `write`, "),
    ("write:", "`write` has no value; "),
  ])
  func mistakesInThemAreTold(_ expectation: String, _ finding: String) throws {
    let found = try findings(["expect: [{ \(expectation) }]"])
    #expect(found.count == 1 && found.first?.hasPrefix(finding) == true, "\(found)")
  }

  @Test func longerPaceOfAnotherRuleGoesWithoutSaying() throws {
    let rules = """
      rules:
        - { name: a, when: reefer.temperature > -10, then: [{ sample: { reefer: 10 s } }] }
        - { name: b, when: reefer.temperature > 0, then: [{ sample: { reefer: 2 s } }] }

      """
    #expect(
      try findings(
        ["expect:\n  - { at: 0 s, sample: { reefer: 10 s } }\n  - { at: 10 s, sample: { reefer: 2 s } }"],
        rules: rules + "  - { name: c, on: { command: \"off\" }, then: [shutdown] }\n") == [])
  }
}
