import Model
import Testing

@testable import Rules

struct EngineRestoreTests {
  private func inside(_ zone: Zone = Scene.circle()) -> RuleEngine {
    var engine = Scene.engine([zone])
    _ = engine.run([Scene.fix(0, east: 120), Scene.fix(1, east: 40)])
    return engine
  }

  private func restored(_ rows: [StateRow], _ rules: RuleSet) -> RuleEngine {
    RuleEngine(rules: rules, engine: "abc123", state: rows, time: .seconds(2))
  }

  @Test func zoneKeepsItsStateWhereGeometryAgrees() {
    let rows = inside().snapshot()
    let same = restored(
      rows, Scene.rules([Scene.circle("other", east: 900), Scene.circle(band: ZoneBand(exitMargin: 9))]))
    #expect(same.status.zones.map(\.side) == [.unknown, .inside])
    let moved = restored(rows, Scene.rules([Scene.circle(radius: 101)]))
    #expect(moved.status.zones.map(\.side) == [.unknown])
  }

  @Test func rowsOfWhatIsGoneAreRemoved() {
    var engine = restored(inside().snapshot(), Scene.rules([Scene.circle("other")], []))
    let removed = engine.takeChangedState().filter { $0.value == nil }.map { "\($0.kind)/\($0.name)" }
    #expect(removed == ["cohort/0", "members/0 0 0", "rule/visits", "zone/depot"])
  }

  @Test func ruleKeepsItsStateWhereTheTriggerAgrees() {
    let rows = inside().snapshot()
    let swapped = Rule(
      name: "visits", triggers: [.exit(.zone("depot")), .enter(.zone("depot"))],
      actions: [.event(EventTemplate(type: "x", severity: .info, data: []))])
    #expect(restored(rows, Scene.rules([Scene.circle()], [swapped])).status.rules.map(\.firings) == [1])
    let other = Rule(name: "visits", triggers: [.enter(.zone("depot"))], actions: [.geofenceEvent])
    #expect(restored(rows, Scene.rules([Scene.circle()], [other])).status.rules.map(\.firings) == [0])
  }

  @Test func eventNumbersGoOn() {
    var engine = restored(inside().snapshot(), Scene.rules([Scene.circle()]))
    let events = engine.run([Scene.fix(3, east: 200), Scene.fix(4, east: 200)]).events
    #expect(events.map(\.id) == ["abc123-2"])
  }

  @Test func reloadTakesOtherRulesAndSendsWhatFellDueByTheOldOnes() throws {
    let all = try #require(SignalPattern("*"))
    var engine = Scene.engine(reports: [ReportPolicy(signals: [all], every: .seconds(10))])
    _ = engine.run([Scene.reading(0, "temperature", .number(1)), Scene.reading(1, "temperature", .number(2))])
    _ = engine.takeChangedState()
    let effects = engine.replace(rules: .empty(catalogue: Scene.catalogue), at: .seconds(20))
    #expect(effects.readings.count == 1)
    #expect(
      engine.takeChangedState().filter { $0.value == nil }.map { "\($0.kind)/\($0.name)" } == [
        "report/reefer.temperature", "signal/reefer.temperature",
      ])
    #expect(engine.run([Scene.reading(21, "temperature", .number(2))]).readings.count == 1)
  }

  @Test func sidesFromAnotherReceiverTurnUnknownWithoutItsFixes() {
    var engine = inside()
    var catalogue = Scene.catalogue
    catalogue.devices[1].givesPosition = true
    catalogue.positionDevice = "reefer"
    _ = engine.replace(
      rules: RuleSet(zones: [Scene.circle()], rules: [], reports: [], catalogue: catalogue), at: .seconds(2))
    #expect(engine.status.zones[0].side == .inside)
    _ = engine.run([Scene.fix(20, east: 40), Scene.fix(32, east: 40)])
    #expect(engine.status.zones[0].side == .unknown)
  }

  @Test func heldReportGoesByTheNewPolicyAfterAReload() throws {
    let all = try #require(SignalPattern("*"))
    var engine = Scene.engine(reports: [ReportPolicy(signals: [all], every: .minutes(10))])
    _ = engine.run([Scene.reading(0, "temperature", .number(1)), Scene.reading(1, "temperature", .number(2))])
    let shorter = Scene.rules([], reports: [ReportPolicy(signals: [all], every: .seconds(30))])
    #expect(engine.replace(rules: shorter, at: .seconds(20)).isEmpty)
    #expect(engine.nextDeadline == .seconds(30))
    let immediate = Scene.rules([], reports: [ReportPolicy(signals: [all])])
    #expect(engine.replace(rules: immediate, at: .seconds(21)).isEmpty)
    #expect(engine.advance(to: .seconds(21)).readings.count == 1)
  }

  /// Every row in turn loses its tail, gains one, or has a bit turned: nothing traps, and what cannot be read is counted.
  @Test(arguments: 0..<40)
  func damagedRowsAreDroppedAndCounted(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let drive = RandomDrive(&random)
    let rows = drive.straight().1
    for index in rows.indices {
      var damaged = rows
      var value = damaged[index].value ?? []
      let isCut = Bool.random(using: &random)
      if isCut {
        value.removeLast(Int.random(in: 1...value.count, using: &random))
      } else {
        value[Int.random(in: 0..<value.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      }
      damaged[index].value = value
      var engine = drive.engine(from: damaged, at: drive.end)
      let before = drive.engine(from: rows, at: drive.end).counters[.unreadableState]
      if isCut, rows[index].name != "counters" { #expect(engine.counters[.unreadableState] == before + 1) }
      _ = engine.run(drive.observations.prefix(50).map { Observation(time: drive.end, content: $0.content) })
      _ = engine.advance(to: drive.end + .hours(1))
    }
  }
}
