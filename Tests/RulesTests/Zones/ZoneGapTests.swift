import Geo
import Model
import Testing

@testable import Rules

/// What happens to a depot of 100 m radius while fixes are missing.
struct ZoneGapTests {
  private func side(_ engine: RuleEngine) -> EngineStatus.ZoneSide { engine.status.zones[0].side }

  @Test func thirtySecondsWithoutAFixMakeTheStateUnknownAndKeepTheSide() {
    var engine = Scene.engine()
    _ = engine.run([Scene.fix(0, east: 120), Scene.fix(1, east: 40)])
    #expect(engine.nextDeadline == .seconds(31))
    _ = engine.advance(to: EngineTime(nanoseconds: 30_999_999_999))
    #expect(side(engine) == .inside)
    _ = engine.advance(to: .seconds(31))
    #expect(side(engine) == .unknown)
    #expect(engine.status.zones[0].lastKnownSide == .inside)
  }

  @Test func sameSideAfterTheGapRaisesNothing() {
    var engine = Scene.engine()
    let effects = engine.run([
      Scene.fix(0, east: 200), Scene.fix(20, east: 0), Scene.fix(100, east: 10), Scene.fix(101, east: 10),
    ])
    #expect(effects.geofences.count == 1)
    #expect(side(engine) == .inside)
  }

  @Test func otherSideAfterTheGapIsDatedByTheFirstFixAfterIt() throws {
    var engine = Scene.engine()
    _ = engine.run([Scene.fix(0, east: 200), Scene.fix(20, east: 0)])
    // The first fix after the gap is within the band, the next two are sure.
    let effects = engine.run([
      Scene.fix(100, east: 104), Scene.fix(101, east: 120), Scene.fix(102, east: 130), Scene.fix(103, east: 140),
    ])
    let event = try #require(effects.geofences.first)
    #expect(event.kind == .exit && event.gap)
    #expect(effects.eventRecords[0].second == 100)
    #expect(abs(event.longitude - Scene.place(east: 104, north: 0).longitude) < 1e-9)
  }

  @Test func enteringDuringTheGapNeedsOneSureFix() {
    var engine = Scene.engine()
    _ = engine.run([Scene.fix(0, east: 500)])
    let effects = engine.run([Scene.fix(60, east: 0)])
    #expect(effects.geofences.map(\.gap) == [true])
  }

  @Test func lostAfterCanBeLongerForAZone() {
    var engine = Scene.engine([Scene.circle(band: ZoneBand(lostAfter: .minutes(10)))])
    let effects = engine.run([Scene.fix(0, east: 500), Scene.fix(300, east: 0)])
    #expect(effects.geofences.map(\.gap) == [false])
  }

  @Test func restartOfUnknownLengthKeepsTheLastSide() {
    var engine = Scene.engine()
    _ = engine.run([Scene.fix(0, east: 120), Scene.fix(1, east: 40), Scene.system(2, .start(downtime: nil))])
    #expect(side(engine) == .unknown)
    let effects = engine.run([Scene.fix(3, east: 300, ownSecond: 5000), Scene.fix(4, east: 300, ownSecond: 5001)])
    #expect(effects.geofences.map(\.kind) == [.exit])
    #expect(effects.geofences.map(\.gap) == [true])
    #expect(effects.eventRecords[0].second == 5000)
  }

  @Test func shortRestartOfKnownLengthLosesNothing() {
    var engine = Scene.engine()
    _ = engine.run([Scene.fix(0, east: 200), Scene.fix(1, east: 110)])
    var next = RuleEngine(
      rules: engine.rules, engine: "abc123", state: engine.snapshot(), time: .seconds(4))
    let effects = next.run([Scene.system(4, .start(downtime: .seconds(2))), Scene.fix(5, east: 90)])
    #expect(effects.geofences.map(\.gap) == [false])
    // Half way between 110 m at 1 s and 90 m at 5 s.
    #expect(effects.eventRecords[0].second.map { abs($0 - 3) < 0.02 } == true)
  }

  @Test func timerThatFellDueDuringTheStopFires() {
    var engine = Scene.engine()
    _ = engine.run([Scene.fix(0, east: 120), Scene.fix(1, east: 40)])
    var next = RuleEngine(rules: engine.rules, engine: "abc123", state: engine.snapshot(), time: .seconds(600))
    _ = next.run([Scene.system(600, .start(downtime: .seconds(599)))])
    #expect(side(next) == .unknown)
    #expect(next.run([Scene.fix(601, east: 300), Scene.fix(602, east: 300)]).geofences.map(\.gap) == [true])
  }

  @Test func fixesFarApartInTheirOwnTimeMakeAGapEvenIfTheyComeInTogether() {
    var engine = Scene.engine()
    _ = engine.run([Scene.fix(0, east: 300)])
    let effects = engine.run([Scene.fix(1, east: 0, ownSecond: 400)])
    #expect(effects.geofences.map(\.gap) == [true])
    #expect(effects.eventRecords[0].second == 400)
  }
}
