import Model
import Testing

@testable import Rules

struct ReportPolicyTests {
  private func engine(_ policy: (inout ReportPolicy) -> Void) throws -> RuleEngine {
    var made = ReportPolicy(signals: [try #require(SignalPattern("*"))])
    policy(&made)
    return Scene.engine([], [], reports: [made])
  }

  private func temperature(_ second: Double, _ value: Double) -> Observation {
    Scene.reading(second, "temperature", .number(value))
  }

  private func sent(_ effects: [Effect]) -> [Double] {
    effects.readings.compactMap { if case .reading(_, _, .number(let n)?, _, _) = $0.body { n } else { nil } }
  }

  @Test func withoutAnyPolicyEverythingIsSentWithItsUnit() {
    var engine = Scene.engine([], [])
    let effects = engine.run([temperature(1, -18), temperature(1, -18), Scene.fix(2, east: 0)])
    #expect(sent(effects) == [-18, -18])
    #expect(effects.positions.count == 1)
    if case .reading(_, _, _, let unit, _) = effects.records[0].body { #expect(unit == "Cel") }
  }

  @Test func withAPolicyAnUnmatchedSignalIsNotSent() throws {
    var engine = Scene.engine([], [], reports: [ReportPolicy(signals: [try #require(SignalPattern("gps.*"))])])
    let effects = engine.run([temperature(1, -18), Scene.fix(2, east: 0)])
    #expect(effects.readings.isEmpty && effects.positions.count == 1)
  }

  @Test func aChangeHeldBackByEveryGoesWhenEveryEnds() throws {
    var engine = try engine { $0.every = .seconds(10) }
    var effects = engine.run([temperature(0, 1), temperature(4, 2), temperature(7, 3)])
    #expect(sent(effects) == [1])
    #expect(engine.nextDeadline == .seconds(10))
    effects = engine.advance(to: .seconds(500))
    #expect(sent(effects) == [3])
    #expect(effects.records[0].time == .seconds(7), "without a clock it is dated by when it was read")
    #expect(engine.reports.nextDeadline == nil)
  }

  @Test func heldBackReadingKeepsTheTimeThatItWasReadAt() throws {
    var engine = try engine { $0.every = .seconds(10) }
    _ = engine.run([Scene.system(0, .clock(utcAtZero: Scene.midnight)), temperature(0, 1), temperature(7, 3)])
    let record = try #require(engine.advance(to: .seconds(20)).records.first)
    #expect(record.time == .seconds(10))
    #expect(record.second == 7)
  }

  @Test func aChangeHeldBackByEveryIsNotSentWhereItNoLongerDiffers() throws {
    var engine = try engine { $0.every = .seconds(10) }
    let effects =
      engine.run([temperature(0, 1), temperature(4, 2), temperature(7, 1)]) + engine.advance(to: .seconds(15))
    #expect(sent(effects) == [1])
    #expect(sent(engine.run([temperature(16, 1)])) == [1], "every has passed, so that the next goes at once")
  }

  @Test func aChangeNoGreaterThanTheDeadbandIsHeldAndAtLeastSendsTheNewest() throws {
    var engine = try engine {
      $0.every = .seconds(10)
      $0.deadband = 0.5
      $0.atLeast = .seconds(60)
    }
    var effects = engine.run([temperature(0, 1), temperature(20, 1.2), temperature(40, 1.5)])
    #expect(sent(effects) == [1])
    effects = engine.advance(to: .seconds(100))
    #expect(sent(effects) == [1.5])
    #expect(sent(engine.run([temperature(101, 2.1)])) == [2.1])
  }

  @Test func atLeastNeverSendsAnOldObservationAgain() throws {
    var engine = try engine {
      $0.every = .seconds(10)
      $0.atLeast = .seconds(60)
    }
    _ = engine.run([temperature(0, 1)])
    #expect(engine.advance(to: .seconds(1000)).isEmpty)
    #expect(sent(engine.run([temperature(1001, 1)])) == [1])
  }

  @Test func booleansTextAndAChangeOfQualityGoAtOnce() throws {
    var engine = try engine { $0.every = .minutes(10) }
    let effects = engine.run([
      Scene.reading(0, "door", .boolean(false)), Scene.reading(1, "door", .boolean(false)),
      Scene.reading(2, "door", .boolean(true)), Scene.reading(3, "mode", .text("cool")),
      Scene.reading(4, "mode", .text("defrost")), Scene.reading(4, "mode", .text("defrost")),
      temperature(5, 1), Scene.reading(6, "temperature", nil, .bad), Scene.reading(7, "temperature", nil, .bad),
      temperature(8, 1),
    ])
    #expect(effects.records.map(\.time.seconds) == [0, 2, 3, 4, 5, 6, 8])
  }

  @Test func aPositionGoesAfterEveryOrWhenMovedOrTurned() throws {
    var engine = try engine {
      $0.every = .seconds(60)
      $0.orMoved = 100
      $0.orTurned = 30
    }
    let effects = engine.run([
      Scene.fix(0, east: 0, speed: 10, course: 350), Scene.fix(1, east: 50, speed: 10, course: 5),
      Scene.fix(2, east: 105, speed: 10, course: 5), Scene.fix(3, east: 110, speed: 10, course: 40),
      Scene.fix(4, east: 111, speed: 0.2, course: 200), Scene.fix(5, east: 112, speed: 3, course: 45),
    ])
    #expect(effects.positions.map(\.time.seconds) == [0, 2, 3])
    let held = engine.advance(to: .seconds(200)).positions
    #expect(held.map(\.time.seconds) == [63])
    #expect(held.map(\.second) == [5], "a position is dated by its own time")
  }

  @Test func distanceAloneSendsNothingByTime() throws {
    var engine = try engine { $0.orMoved = 100 }
    let effects = engine.run((0..<100).map { Scene.fix(Double($0), east: Double($0 % 2)) })
    #expect(effects.positions.count == 1)
  }

  @Test func firstPolicyWhoseConditionHoldsCounts() throws {
    let door = SignalName(device: "reefer", metric: "temperature")
    let position = try #require(SignalPattern("gps.position"))
    let all = try #require(SignalPattern("*"))
    var engine = Scene.engine(
      [], [],
      reports: [
        ReportPolicy(signals: [position], when: SignalAbove(signal: door, bound: 0), every: .seconds(100)),
        ReportPolicy(signals: [all]),
      ])
    func count(_ second: Double) -> Int {
      engine.run([Scene.fix(second, east: second), Scene.fix(second + 1, east: second + 1)]).positions.count
    }
    #expect(count(0) == 2, "an unknown condition doesn't hold")
    _ = engine.run([temperature(2, 5)])
    #expect(count(3) == 1)
    _ = engine.run([temperature(6, -5)])
    #expect(count(7) == 2)
  }

  @Test func notANumberIsSentAsBad() {
    var engine = Scene.engine([], [])
    let effects = engine.run([temperature(0, .nan), temperature(1, .infinity)])
    for record in effects.records {
      #expect(record.body == .reading(device: "reefer", metric: "temperature", value: nil, unit: "Cel", quality: .bad))
    }
  }

  @Test func deviceIsToldOnChangeOnly() {
    var engine = Scene.engine([], [])
    func device(_ second: Double, _ isUp: Bool, _ reason: String? = nil) -> Observation {
      Observation(time: .seconds(second), content: .device(name: "reefer", isUp: isUp, reason: reason))
    }
    let effects = engine.run([
      device(0, true), device(1, true), device(2, false, "timeout"), device(3, false, "timeout"), device(4, true),
    ])
    #expect(effects.records.map(\.time.seconds) == [0, 2, 4])
  }

  @Test func heldReportIsDatedByTheBootThatItWasReadIn() throws {
    var engine = try engine { $0.every = .seconds(100) }
    _ = engine.run([
      Scene.system(0, .clock(utcAtZero: Scene.midnight)), temperature(0, 1), temperature(5, 2),
      Scene.system(6, .start(downtime: nil)), Scene.system(7, .clock(utcAtZero: Scene.midnight + .hours(9))),
    ])
    #expect(engine.advance(to: .seconds(100)).records.map(\.second) == [5])
  }

  @Test func heldReportThatCannotBeDatedIsGivenUpAndCounted() throws {
    var engine = try engine { $0.every = .seconds(100) }
    _ = engine.run([temperature(0, 1), temperature(5, 2), Scene.system(6, .start(downtime: nil))])
    #expect(engine.advance(to: .seconds(100)).isEmpty)
    #expect(engine.counters[.undatedHeldReport] == 1)
  }
}

struct SignalPatternTests {
  @Test(arguments: [
    ("gps.position", "gps.position", true), ("gps.position", "gps.positio", false), ("reefer.*", "reefer.door", true),
    ("reefer.*", "reefers.door", false), ("*.temperature", "reefer.temperature", true), ("*", "a.b", true),
    ("door_*.open", "door_12.open", true), ("*a*a*.x", "banana.x", true), ("*a*a*a*a.x", "banana.x", false),
    ("re*r.t*e", "reefer.temperature", true),
  ])
  func starStandsForAnyRunOfCharacters(pattern: String, signal: String, matches: Bool) throws {
    #expect(try #require(SignalPattern(pattern)).matches(try #require(SignalName(signal))) == matches)
  }

  @Test(arguments: ["", "gps", "gps.", ".position", "a.b.c", "gps.Position", "gps position", "gps.#"])
  func otherTextIsNoPattern(_ text: String) {
    #expect(SignalPattern(text) == nil)
  }
}
