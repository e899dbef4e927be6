import CEL
import Model
import Testing

@testable import Rules

struct ExpressionTests {
  @Test func aComparisonWithAnIntegerIsOfDoubles() throws {
    var it = try Expressing("reefer.temperature > -15 && gps.speed_kmh >= 5")
    #expect(it.outcome(at: 0) == .unknown)
    _ = it.engine.run([Scene.reading(1, "temperature", .number(-12)), Scene.fix(1, east: 0, speed: 2)])
    #expect(it.outcome(at: 1) == .holds)
    _ = it.engine.run([Scene.fix(2, east: 0, speed: 1)])
    #expect(it.outcome(at: 2) == .fails)
  }

  @Test func andAndOrAbsorbTheUnknownWhereTheyCan() throws {
    var both = try Expressing("reefer.door && reefer.temperature > 0")
    _ = both.engine.run([Scene.reading(1, "door", .boolean(false))])
    #expect(both.outcome(at: 1) == .fails)
    var either = try Expressing("reefer.temperature > 0 || reefer.door")
    _ = either.engine.run([Scene.reading(1, "door", .boolean(true))])
    #expect(either.outcome(at: 1) == .holds)
    _ = either.engine.run([Scene.reading(2, "door", .boolean(false))])
    #expect(either.outcome(at: 2) == .unknown)
  }

  @Test func anErrorOfEvaluationIsUnknown() throws {
    var it = try Expressing("100 / int(reefer.temperature) > 3")
    _ = it.engine.run([Scene.reading(1, "temperature", .number(0))])
    #expect(it.outcome(at: 1) == .unknown)
  }

  @Test func aSignalIsUnknownOnceItIsStaleOrBad() throws {
    var it = try Expressing("reefer.temperature > 0")
    _ = it.engine.run([Scene.reading(1, "temperature", .number(5))])
    #expect(it.outcome(at: 10.9) == .holds)
    #expect(it.outcome(at: 11) == .unknown)
    _ = it.engine.run([Scene.reading(12, "temperature", nil, .bad)])
    #expect(it.outcome(at: 12) == .unknown)
  }

  @Test func hasAgeAndQualityTellOfASignal() throws {
    for (text, values) in [
      ("has(reefer.temperature)", [Model.Value.boolean(false), .boolean(true), .boolean(false), .boolean(false)]),
      ("quality(reefer.temperature)", [.text("never"), .text("good"), .text("stale"), .text("bad")]),
    ] {
      var it = try Expressing(text)
      #expect(it.value(at: 0) == values[0])
      _ = it.engine.run([Scene.reading(1, "temperature", .number(5))])
      #expect(it.value(at: 1) == values[1])
      #expect(it.value(at: 20) == values[2])
      _ = it.engine.run([Scene.reading(21, "temperature", nil, .bad)])
      #expect(it.value(at: 21) == values[3])
    }
    var age = try Expressing("age(reefer.temperature)")
    #expect(age.value(at: 0) == nil)
    _ = age.engine.run([Scene.reading(1, "temperature", .number(5))])
    #expect(age.value(at: 21.5) == .number(20.5))
  }

  @Test func previousIsTheGoodValueBeforeTheNewest() throws {
    var it = try Expressing("previous(reefer.mode)")
    _ = it.engine.run([Scene.reading(1, "mode", .text("cool"))])
    #expect(it.value(at: 1) == nil)
    _ = it.engine.run([Scene.reading(2, "mode", nil, .bad), Scene.reading(3, "mode", .text("defrost"))])
    #expect(it.value(at: 3) == .text("cool"))
  }

  @Test func windowsHoldTheReadingsOfTheirLength() throws {
    let expected: [(String, Double)] = [("mean", 4), ("min", 2), ("max", 6), ("rate", 0.2)]
    for (function, value) in expected {
      var it = try Expressing("\(function)(reefer.temperature, \"1 min\")")
      #expect(it.value(at: 0) == nil)
      for (second, number) in [(10.0, 2.0), (20, 4), (30, 6)] {
        _ = it.engine.run([Scene.reading(second, "temperature", .number(number))])
      }
      #expect(it.value(at: 30) == .number(value), "\(function)")
      #expect(it.value(at: 200) == nil)
    }
  }

  @Test func aRateNeedsTwoReadings() throws {
    var it = try Expressing("rate(reefer.temperature, \"1 min\")")
    _ = it.engine.run([Scene.reading(10, "temperature", .number(2))])
    #expect(it.value(at: 10) == nil)
  }

  @Test func countLeavesOutThisInstant() throws {
    var it = try Expressing("count(\"speeding\", \"1 min\")")
    #expect(it.value(at: 0) == .number(0))
    it.engine.signals.countEvent(of: "speeding", at: .seconds(5))
    it.engine.signals.countEvent(of: "speeding", at: .seconds(7))
    it.engine.signals.countEvent(of: "speeding", at: .seconds(7))
    #expect(it.value(at: 7) == .number(1))
    #expect(it.value(at: 8) == .number(3))
    #expect(it.value(at: 90) == .number(0))
  }

  @Test func zonesAreSeenByTheirStates() throws {
    let texts = ["in_zone(\"depot\")", "in_zone(\"tag:site\")", "distance_to(\"depot\") < 0", "zones() == [\"depot\"]"]
    for text in texts {
      var it = try Expressing(text)
      #expect(it.outcome(at: 0) == .unknown, "\(text)")
      _ = it.engine.run([Scene.fix(1, east: 0), Scene.fix(2, east: 0)])
      #expect(it.outcome(at: 2) == .holds, "\(text)")
      _ = it.engine.run((3...9).map { Scene.fix(Double($0), east: 400) })
      #expect(it.outcome(at: 9) == .fails, "\(text)")
      _ = it.engine.advance(to: .seconds(60))
      #expect(it.outcome(at: 60) == .unknown, "\(text)")
    }
    var time = try Expressing("time_in_zone(\"depot\")")
    _ = time.engine.run((1...4).map { Scene.fix(Double($0), east: 0) })
    #expect(time.value(at: 4) == .number(3))
  }

  @Test func distanceIsInMetresNegativeInside() throws {
    var it = try Expressing("distance_to(\"tag:site\")")
    _ = it.engine.run([Scene.fix(1, east: 850)])
    guard case .number(let metres)? = it.value(at: 1) else { throw Expressing.Refused(description: "unknown") }
    #expect(abs(metres - 50) < 1)
  }

  @Test func theTimeIsUnknownWhileTheClockIsNotTrusted() throws {
    var now = try Expressing("now > timestamp(\"2020-01-01T00:00:00Z\")")
    #expect(now.outcome(at: 1) == .unknown)
    _ = now.engine.run([Scene.system(1, .clock(utcAtZero: Scene.midnight))])
    #expect(now.outcome(at: 1) == .holds)
    // 2026-02-02T02:40:00Z
    var hour = try Expressing("local_time(\"Europe/Zurich\").getHours() == 3")
    _ = hour.engine.run([Scene.system(1, .clock(utcAtZero: Scene.midnight))])
    #expect(hour.outcome(at: 1) == .holds)
  }

  @Test func variablesAreUnknownUntilSet() throws {
    var it = try Expressing("armed", variables: ["armed": .bool])
    var has = try Expressing("has(armed)", variables: ["armed": .bool])
    #expect(it.outcome(at: 0) == .unknown)
    #expect(has.outcome(at: 0) == .fails)
    it.engine.signals.set(variable: "armed", to: .boolean(true))
    has.engine.signals.set(variable: "armed", to: .boolean(false))
    #expect(it.outcome(at: 0) == .holds)
    #expect(has.outcome(at: 0) == .holds)
  }

  @Test func theTriggerIsKnownOnlyBesideOn() throws {
    #expect(throws: Expressing.Refused.self) { try Expressing("trigger.zone == \"depot\"") }
    let it = try Expressing("trigger.zone", scope: .trigger)
    #expect(it.value(at: 0, trigger: TriggerContext(zone: "depot")) == .text("depot"))
    #expect(it.value(at: 0, trigger: TriggerContext(device: "gps")) == nil)
  }

  @Test func theSystemTellsOfItself() throws {
    var clock = try Expressing("system.clock")
    #expect(clock.outcome(at: 0) == .fails)
    _ = clock.engine.run([Scene.system(1, .clock(utcAtZero: Scene.midnight))])
    #expect(clock.outcome(at: 1) == .holds)
    var link = try Expressing("system.link")
    _ = link.engine.run([Scene.system(1, .link(uplink: "central", isUp: true))])
    #expect(link.outcome(at: 1) == .holds)
    _ = link.engine.run([Scene.system(2, .link(uplink: "central", isUp: false))])
    #expect(link.outcome(at: 2) == .fails)
    var uptime = try Expressing("system.uptime")
    _ = uptime.engine.run([Scene.system(100, .start(downtime: .zero))])
    #expect(uptime.value(at: 105) == .number(5))
    var restarted = try Expressing("system.restarted")
    _ = restarted.engine.run([Scene.system(100, .start(downtime: .zero))])
    #expect(restarted.outcome(at: 159) == .holds)
    #expect(restarted.outcome(at: 160) == .fails)
  }

  @Test func aLostFixIsUnknownAndFixSaysSo() throws {
    var speed = try Expressing("gps.speed")
    var fix = try Expressing("gps.fix")
    #expect(fix.outcome(at: 0) == .fails)
    let lost = Observation(time: .seconds(2), content: .positionLost(device: "gps"))
    _ = speed.engine.run([Scene.fix(1, east: 0, speed: 3)])
    _ = fix.engine.run([Scene.fix(1, east: 0, speed: 3)])
    #expect(speed.value(at: 1) == .number(3))
    #expect(fix.outcome(at: 1) == .holds)
    #expect(fix.outcome(at: 6) == .fails)
    _ = speed.engine.run([lost])
    _ = fix.engine.run([lost])
    #expect(speed.value(at: 2) == nil)
    #expect(fix.outcome(at: 2) == .fails)
  }

  @Test func signalsAreNeverAfterARestartOfUnknownLength() throws {
    var it = try Expressing("quality(reefer.temperature)")
    _ = it.engine.run([Scene.reading(1, "temperature", .number(5)), Scene.system(2, .start(downtime: nil))])
    #expect(it.value(at: 2) == .text("never"))
  }
}
