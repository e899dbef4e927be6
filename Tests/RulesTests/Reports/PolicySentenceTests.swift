import Config
import Model
import Testing

@testable import Rules

/// A test for each sentence of the design on report policies: the sentence, then the test. Those on pace are in `PaceSentenceTests`.
///
/// | sentence | test |
/// | --- | --- |
/// | the first policy that matches a signal and whose `when` holds | `theFirstPolicyThatMatchesAndWhoseWhenHoldsCounts` |
/// | Without any `report:` everything is sent | `ReportPolicyTests.withoutAnyPolicyEverythingIsSentWithItsUnit` |
/// | with one, an unmatched signal is not | `ReportPolicyTests.withAPolicyAnUnmatchedSignalIsNotSent` |
/// | and `check` names it | `checkNamesASignalThatNoPolicyMatches` |
/// | An unknown `when` doesn't hold | `anUnknownWhenDoesNotHold` |
/// | `budget: { uplink: 20 MB per day }` stretches intervals, by the engine's own estimate of bytes, as the day's allowance goes down | `aBudgetStretchesIntervalsAsTheAllowanceGoesDown`, `aBudgetThatIsKeptStretchesNothing`, `aBudgetWithoutSignalsIsForAllPolicies` |
/// | events are never held back | `eventsAreNeverHeldBackByABudget` |
struct PolicySentenceTests {
  private func times(_ effects: [Effect], _ metric: String = "temperature") -> [Double] {
    effects.records.compactMap { record in
      guard case .reading(_, metric, _, _, _) = record.body else { return nil }
      return record.time.seconds
    }
  }

  private func steps(_ seconds: ClosedRange<Int>) -> [Observation] {
    seconds.map { Scene.reading(Double($0), "temperature", .number(Double($0))) }
  }

  @Test func theFirstPolicyThatMatchesAndWhoseWhenHoldsCounts() throws {
    var engine = try RuleFile.engine(
      """
      report:
        - { signals: [reefer.temperature], when: reefer.door, every: 2 s }
        - { signals: [reefer.temperature], every: 5 s }
      """)
    _ = engine.run([Scene.reading(0, "door", .boolean(true))])
    #expect(times(engine.run(steps(0...6))) == [0, 1, 3, 5])
    _ = engine.run([Scene.reading(6, "door", .boolean(false))])
    #expect(times(engine.run(steps(7...16))).count == 2)
  }

  @Test func checkNamesASignalThatNoPolicyMatches() throws {
    var diagnostics = Diagnostics()
    let file = SourceFile(path: "rules.yaml", text: "report: [{ signals: [gps.*, reefer.temperature] }]")
    let rules = RuleSet.load(
      rules: [file], zones: [], catalogue: Scene.catalogue,
      readFile: { path, _ throws(Diagnostic) in try SourceFile.read(path: path) }, diagnostics: &diagnostics)
    #expect(rules != nil, "it is a warning")
    #expect(diagnostics.all.map(\.code) == ["unreported-signal"])
    #expect(diagnostics.all.first?.message.contains("`reefer.door`, `reefer.mode`") == true)
  }

  @Test func whatIsNeverToBeSentIsNoWarningAndIsNotSent() throws {
    var diagnostics = Diagnostics()
    let text = """
      report:
        - { signals: [reefer.temperature], when: reefer.door, every: 2 s }
        - { signals: [reefer.temperature, reefer.mode], send: never }
        - { signals: ["*"] }
      """
    _ = RuleSet.load(
      rules: [SourceFile(path: "rules.yaml", text: text)], zones: [], catalogue: Scene.catalogue,
      readFile: { path, _ throws(Diagnostic) in try SourceFile.read(path: path) }, diagnostics: &diagnostics)
    #expect(diagnostics.isEmpty, "\(diagnostics.all)")
    var engine = try RuleFile.engine(text)
    #expect(times(engine.run(steps(0...6))).isEmpty, "the door isn't known")
    _ = engine.run([Scene.reading(7, "door", .boolean(true))])
    // A held one keeps its own time.
    #expect(times(engine.run(steps(7...11))) == [7, 8, 10])
    _ = engine.run([Scene.reading(12, "door", .boolean(false))])
    #expect(times(engine.run(steps(13...30))) == [11], "what the other policy held back, and nothing since")
    #expect(engine.run([Scene.reading(31, "mode", .text("defrost"))]).readings.isEmpty)
    #expect(engine.run([Scene.fix(32, east: 0)]).positions.count == 1, "the rest is as it was")
  }

  /// Past the policies means past this one as well.
  @Test func ruleSendsWhatIsNeverSentOtherwise() throws {
    var engine = try RuleFile.engine(
      """
      report: [{ signals: [reefer.temperature], send: never }, { signals: ["*"] }]
      rules:
        - name: opened
          on: { change: reefer.door }
          then: [{ report: [reefer.temperature] }]
      """)
    _ = engine.run([Scene.reading(0, "temperature", .number(5)), Scene.reading(1, "door", .boolean(false))])
    let sent = engine.run([Scene.reading(2, "door", .boolean(true))]).readings
    #expect(sent.count == 2, "\(sent)")
  }

  @Test func anUnknownWhenDoesNotHold() throws {
    var engine = try RuleFile.engine(
      "report: [{ signals: [reefer.temperature], when: reefer.door }]")
    #expect(times(engine.run(steps(0...3))).isEmpty)
    _ = engine.run([Scene.reading(4, "door", .boolean(true))])
    #expect(times(engine.run(steps(5...6))) == [5, 6])
    // Stale after ten seconds.
    #expect(times(engine.run(steps(14...16))) == [])
  }

  @Test func aWhenSeesTheZonesThatTheSameFixMoved() throws {
    var engine = try RuleFile.engine(
      """
      zones: { depot: { circle: [6.1432, 46.2044], radius: 100 m } }
      report: [{ signals: [gps.position], when: in_zone("depot") }]
      """)
    let sent = engine.run([Scene.fix(1, east: 500), Scene.fix(21, east: 0), Scene.fix(22, east: 0)]).positions
    #expect(sent.map(\.time.seconds) == [21, 22])
  }

  @Test func aChangeOfQualityGoesAtOnce() throws {
    var engine = try RuleFile.engine("report: [{ signals: [reefer.temperature], every: 1 h }]")
    let effects =
      engine.run([Scene.reading(1, "temperature", .number(5)), Scene.reading(3, "temperature", nil, .bad)])
      + engine.run([Scene.reading(4, "temperature", .number(6))])
    #expect(times(effects) == [1, 3, 4])
  }

  @Test func turningStaleIsAChangeOfQualityAndCarriesNoOldValue() throws {
    var engine = try RuleFile.engine("report: [{ signals: [reefer.temperature], every: 1 h }]")
    let effects = engine.run([Scene.reading(1, "temperature", .number(5))]) + engine.advance(to: .seconds(60))
    #expect(times(effects) == [1, 11])
    guard case .reading(_, _, let value, _, let quality)? = effects.records.last?.body else { return }
    #expect(value == nil && quality == .stale)
  }

  @Test func whatTheGatewayTellsOfItselfIsSentOnlyWhereAskedFor() throws {
    let disk = Observation(
      time: .seconds(1), content: .reading(device: "system", metric: "disk_free", value: .number(5), quality: .good))
    var all = try RuleFile.engine("report: [{ signals: [\"*\"] }]")
    #expect(all.run([disk]).isEmpty)
    var none = try RuleFile.engine("rules: []")
    #expect(none.run([disk]).isEmpty)
    var asked = try RuleFile.engine("report: [{ signals: [system.disk_free] }]")
    #expect(asked.run([disk]).count == 1)
  }

  // MARK: Budgets

  private func bytes(_ effects: [Effect], from: Double = 0, to: Double = .infinity) -> Int64 {
    effects.records.reduce(0) { sum, record in
      guard record.time.seconds >= from, record.time.seconds < to else { return sum }
      switch record.body {
      case .reading(let device, let metric, let value, _, let quality):
        return sum + ReportSize.of(SignalName(device: device, metric: metric), .reading(value, quality))
      case .position(let device, let position): return sum + ReportSize.of(.position(of: device), .position(position))
      default: return sum
      }
    }
  }

  @Test func aBudgetStretchesIntervalsAsTheAllowanceGoesDown() throws {
    var engine = try RuleFile.engine(
      "report: [{ signals: [reefer.temperature], every: 1 s, budget: { uplink: 100 KB per hour } }]")
    let effects = engine.run(steps(0...7199))
    // Unstretched it would be 3600 × 190 bytes, nearly seven times as much.
    for hour in [0.0, 3600] {
      let used = bytes(effects, from: hour, to: hour + 3600)
      #expect(used <= 101_000)
      #expect(used > 60_000)
    }
    let sent = times(effects)
    func count(_ from: Double, _ to: Double) -> Int { sent.count { $0 >= from && $0 < to } }
    #expect(times(effects)[1] == 1, "nothing is stretched at first")
    #expect(count(3000, 3600) > 50, "it lasts to the end")
    #expect(count(3000, 3600) < 120)
  }

  @Test func aBudgetThatIsKeptStretchesNothing() throws {
    let text = "report: [{ signals: [reefer.temperature], every: 10 s }]"
    var free = try RuleFile.engine(text)
    var kept = try RuleFile.engine(text.replacing(" }]", with: ", budget: { uplink: 1 MB per hour } }]"))
    #expect(times(free.run(steps(0...600))) == times(kept.run(steps(0...600))))
  }

  @Test func aBudgetWithoutSignalsIsForAllPolicies() throws {
    var engine = try RuleFile.engine(
      """
      report:
        - budget: { uplink: 50 KB per hour }
        - { signals: [reefer.temperature], every: 1 s }
        - { signals: [gps.position], every: 1 s }
      """)
    var effects: [Effect] = []
    for second in 0..<3600 {
      effects += engine.run([
        Scene.reading(Double(second), "temperature", .number(Double(second))),
        Scene.fix(Double(second), east: Double(second)),
      ])
    }
    #expect(bytes(effects) <= 51_000)
  }

  @Test func eventsAreNeverHeldBackByABudget() throws {
    var engine = try RuleFile.engine(
      """
      zones: { depot: { circle: [6.1432, 46.2044], radius: 100 m } }
      report: [{ signals: [gps.position], every: 1 s, budget: { uplink: 1 B per day } }]
      rules: [{ name: visits, on: { enter: depot }, then: [{ event: geofence_event }] }]
      """)
    let effects = engine.run([Scene.fix(0, east: 500), Scene.fix(2, east: 500), Scene.fix(30, east: 0)])
    #expect(effects.events.count == 1)
    #expect(effects.positions.count == 1)
  }

  @Test func whatABudgetUsedSurvivesAKill() throws {
    let text = "report: [{ signals: [reefer.temperature], every: 1 s, budget: { uplink: 20 KB per day } }]"
    var engine = try RuleFile.engine(text)
    _ = engine.run(steps(0...600))
    let restored = RuleEngine(
      rules: try RuleFile.load(text), engine: "abc123", state: engine.snapshot(), time: engine.now)
    #expect(restored.reports.meters == engine.reports.meters)
    #expect(restored.reports.meters[0].used > 500)
  }
}
