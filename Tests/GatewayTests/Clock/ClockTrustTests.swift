import Model
import Testing

@testable import Gateway

@Suite struct ClockTrustTests {
  let release = Timestamp(rfc3339: "2026-11-21T00:00:00Z")!
  let wall = Timestamp(rfc3339: "2027-01-01T12:00:00Z")!

  @Test func anUnsynchronisedWallClockTellsNothing() {
    var trust = ClockTrust(notBefore: release)
    #expect(trust.wallClock(wall, isSynchronised: false, at: .seconds(10)) == nil)
    #expect(trust.utcAtZero == nil)
  }

  @Test func ntpGivesTheMappingOnceAndAgainOnlyAfterAStep() {
    var trust = ClockTrust(notBefore: release)
    #expect(
      trust.wallClock(wall, isSynchronised: true, at: .seconds(10))
        == .clock(utcAtZero: wall + .seconds(-10)))
    #expect(trust.wallClock(wall + .seconds(10.04), isSynchronised: true, at: .seconds(20)) == nil)
    #expect(
      trust.wallClock(wall + .seconds(10.06), isSynchronised: true, at: .seconds(20))
        == .clock(utcAtZero: wall + .seconds(-9.94)))
  }

  @Test func gpsIsBelievedAfterFiveSteadyFixes() {
    var trust = ClockTrust(notBefore: release)
    for second in 0..<4 {
      #expect(trust.fix(wall + .seconds(Double(second)), at: .seconds(Double(second))) == nil)
    }
    #expect(trust.fix(wall + .seconds(4), at: .seconds(4)) == .clock(utcAtZero: wall))
    #expect(trust.fix(wall + .seconds(5.3), at: .seconds(5)) == nil)
  }

  @Test func aJumpingGpsClockIsNotBelieved() {
    var trust = ClockTrust(notBefore: release)
    for second in 0..<20 {
      let jump = Double(second % 4) * 100
      #expect(trust.fix(wall + .seconds(Double(second) + jump), at: .seconds(Double(second))) == nil)
    }
  }

  @Test func aGpsTimeBeforeTheReleaseIsWrong() {
    var trust = ClockTrust(notBefore: release)
    let rolledOver = Timestamp(rfc3339: "2007-05-01T00:00:00Z")!
    for second in 0..<10 {
      #expect(trust.fix(rolledOver + .seconds(Double(second)), at: .seconds(Double(second))) == nil)
    }
  }

  @Test func ntpWinsOverGps() {
    var trust = ClockTrust(notBefore: release)
    for second in 0..<5 { _ = trust.fix(wall + .seconds(Double(second)), at: .seconds(Double(second))) }
    #expect(trust.wallClock(wall + .seconds(100), isSynchronised: true, at: .seconds(5)) != nil)
    #expect(trust.fix(wall + .seconds(6), at: .seconds(6)) == nil)
  }

  @Test func nobodyIsAskedWhileTheClockGoesOnAsItDid() {
    var trust = ClockTrust(notBefore: release)
    _ = trust.wallClock(wall, isSynchronised: true, at: .seconds(0))
    var questions = 0
    func ask() -> Bool {
      questions += 1
      return false
    }
    for second in 1..<100 {
      #expect(
        trust.wallClock(wall + .seconds(Double(second)), isSynchronised: ask(), at: .seconds(Double(second))) == nil)
    }
    #expect(questions == 0)
    // A step is asked about, and not believed where nobody vouches for it.
    #expect(trust.wallClock(wall + .seconds(3700), isSynchronised: ask(), at: .seconds(100)) == nil)
    #expect(questions == 1)
    #expect(trust.utcAtZero == wall)
  }

  @Test func itSaysWhoVouchesForTheTime() {
    var trust = ClockTrust(notBefore: release)
    #expect(trust.source == nil)
    for second in 0..<5 { _ = trust.fix(wall + .seconds(Double(second)), at: .seconds(Double(second))) }
    #expect(trust.source == .gps)
    // The same time from a better source is nothing new for the engine.
    #expect(trust.wallClock(wall + .seconds(5), isSynchronised: true, at: .seconds(5)) == nil)
    #expect(trust.source == .ntp)
  }
}
