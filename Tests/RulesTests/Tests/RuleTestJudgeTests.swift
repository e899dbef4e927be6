import Config
import Model
import Testing

@testable import Rules

@Suite struct RuleTestJudgeTests {
  private static let text = """
    zones:
      depot: { circle: [6.1432, 46.2044], radius: 250 m }
    rules:
      - name: visit
        on: { enter: depot, exit: depot }
        then: [{ event: geofence_event }]
      - name: seen
        on: { enter: depot }
        then: [{ event: { type: seen, severity: warning, data: { place: "depot", number: 7 } } }]
    tests:
      - name: a visit
        drive:
          - { at: 0 s, position: [6.1300, 46.2044] }
          - { at: 2 min, position: [6.1432, 46.2044] }
          - { at: 4 min, position: [6.1600, 46.2044] }
        expect:
    """

  /// What differs where the test expects this.
  private func failures(expect: String, more: String = "") throws -> [String] {
    let text =
      Self.text + (expect.isEmpty ? " []\n" : "\n" + expect.split(separator: "\n").map { "      - \($0)\n" }.joined())
      + more
    let file = SourceFile(path: "test.yaml", bytes: Array(text.utf8))
    var diagnostics = Diagnostics()
    let rules = RuleSet.load(
      rules: [file], zones: [], catalogue: Scene.catalogue,
      readFile: { (name, _) throws(Diagnostic) in
        throw Diagnostic(severity: .error, code: "file-missing", message: name, help: nil, span: nil)
      }, diagnostics: &diagnostics)
    let set = try #require(rules, "\(diagnostics.all)")
    let test = try #require(set.tests.first)
    var engine = RuleEngine(rules: set, engine: "test", state: [], time: .zero)
    var judge = RuleTestJudge(test)
    for observation in test.timeline(track: [], catalogue: Scene.catalogue) {
      judge.note(observation)
      judge.take(engine.ingest(observation))
    }
    judge.take(engine.advance(to: .zero + test.end))
    return judge.verdict().map { "\($0.span?.start.line ?? 0): \($0.message); \($0.help ?? "")" }
  }

  private static let right = """
    { at: 1 min 31 s, event: geofence_event, data: { event_type: entry, geofence_id: depot } }
    { at: 1 min 31 s, event: seen, severity: warning, rule: seen, data: { place: depot, number: 7 } }
    { at: 2 min 25 s, event: geofence_event, data: { event_type: exit, gap: false } }
    """

  @Test func whatComesAsExpectedPasses() throws {
    #expect(try failures(expect: Self.right) == [])
  }

  @Test func anEventThatNobodyExpectedFails() throws {
    let failures = try failures(expect: Self.right.split(separator: "\n").dropLast().joined(separator: "\n"))
    #expect(failures.count == 1)
    #expect(failures.first?.contains("nobody expected it") == true)
    #expect(failures.first?.hasPrefix("11:") == true)
  }

  @Test func partialTestsPassOverWhatNobodyExpected() throws {
    #expect(try failures(expect: "{ event: seen }", more: "    partial: true\n") == [])
  }

  @Test func anEventThatComesTooLateIsToldOnceWithItsTime() throws {
    let wrong = Self.right.replacing("2 min 25 s", with: "2 min 27 s")
    let failures = try failures(expect: wrong)
    #expect(failures.count == 1)
    #expect(failures.first?.contains("did not come at 2 min 27 s; it came at 2 min 25 s") == true)
  }

  @Test(arguments: [
    ("number: 7", "number: 8", "`number: 7`"), ("severity: warning", "severity: info", "`severity: warning`"),
    ("rule: seen", "rule: visit", "`rule: seen`"), ("place: depot", "town: Bern", "no `town`"),
  ]) func whatDiffersInAnEventIsNamed(_ right: String, _ wrong: String, _ difference: String) throws {
    let failures = try failures(expect: Self.right.replacing(right, with: wrong, maxReplacements: 1))
    #expect(failures.count == 1)
    #expect(failures.first?.contains("but with \(difference)") == true, "\(failures)")
  }

  @Test func oneEventDoesNotMeetTwoExpectations() throws {
    let failures = try failures(expect: Self.right + "\n{ event: seen }")
    #expect(
      failures == [
        "20: `seen` did not come; nothing else came until the test ended at 4 min 1 s; `for: 1 h` would give it more time"
      ])
  }

  @Test(arguments: [
    (Interval.seconds(0.4), "0.4 s"), (.seconds(72), "1 min 12 s"), (.minutes(9), "9 min"),
    (.seconds(61.5), "1 min 1.5 s"),
  ])
  func momentsAreWrittenAsInATest(_ interval: Interval, _ text: String) {
    #expect(RuleTestJudge.text(interval) == text)
  }
}
