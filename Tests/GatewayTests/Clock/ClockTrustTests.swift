import Journal
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

  /// The machine stood still for three seconds, and what the receiver said ten times a second comes all at once.
  @Test func whatHadWaitedPutsNoClockBack() {
    for known in [true, false] {
      var trust = ClockTrust(notBefore: release)
      func fix(_ sent: Double, at came: Double) -> SystemObservation? {
        trust.fix(wall + .seconds(sent), at: .seconds(came))
      }
      var mappings: [SystemObservation] = []
      if known { mappings += (0...50).compactMap { fix(Double($0) / 10, at: Double($0) / 10) } }
      mappings += (51...80).compactMap { fix(Double($0) / 10, at: 8 + Double($0 - 51) / 10_000) }
      #expect(mappings == (known ? [.clock(utcAtZero: wall)] : []))
      mappings = (81...120).compactMap { fix(Double($0) / 10, at: Double($0) / 10) }
      #expect(mappings == (known ? [] : [.clock(utcAtZero: wall)]))
    }
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

  @Test(arguments: ["1970-01-01T00:02:00Z", "2026-11-20T23:00:00Z", "2046-07-08T00:00:00Z", "2076-11-21T00:00:00Z"])
  func aTimeThatThisProgramCannotSeeIsWrongWhoeverVouchesForIt(_ told: String) throws {
    let time = try #require(Timestamp(rfc3339: told))
    var trust = ClockTrust(notBefore: release)
    for second in 0..<10 {
      #expect(trust.wallClock(time, isSynchronised: true, at: .seconds(Double(second))) == nil)
      #expect(trust.fix(time + .seconds(Double(second)), at: .seconds(Double(second))) == nil)
    }
    #expect(trust.source == nil)
    #expect(!trust.reading(bootTime: 0, wall: time, isSynchronised: true).isWallTrusted)
    #expect(trust.reading(bootTime: 0, wall: wall, isSynchronised: true).isWallTrusted)
    #expect(!trust.reading(bootTime: 0, wall: wall, isSynchronised: false).isWallTrusted)
  }

  @Test(arguments: [0.1, 0.2, 1])
  func aReceiverThatRepeatsItsLastFixDoesNotStopTheClock(every: Double) {
    var trust = ClockTrust(notBefore: release)
    for second in 0..<5 { _ = trust.fix(wall + .seconds(Double(second)), at: .seconds(Double(second))) }
    #expect(trust.utcAtZero == wall)
    for count in 1..<1000 { #expect(trust.fix(wall + .seconds(4), at: .seconds(4 + Double(count) * every)) == nil) }
    #expect(trust.utcAtZero == wall)
  }

  @Test func aStuckReceiverIsNeverBelieved() {
    var trust = ClockTrust(notBefore: release)
    for count in 0..<100 { #expect(trust.fix(wall, at: .seconds(Double(count) * 0.1)) == nil) }
  }

  /// Each fix is half a second later than the one before it lets expect: no two differ by more than the tolerance, and together they would
  /// draw the clock along.
  @Test func fixesThatAreEverLaterDoNotDrawTheClockAlong() {
    var trust = ClockTrust(notBefore: release)
    for count in 0..<100 {
      #expect(trust.fix(wall + .seconds(Double(count) * 0.5), at: .seconds(Double(count))) == nil)
    }
  }

  @Test func oneEpochInSeveralReportsIsOneFix() {
    var trust = ClockTrust(notBefore: release)
    var told: [SystemObservation] = []
    for second in 0..<5 {
      for part in 0..<3 {
        let found = trust.fix(wall + .seconds(Double(second)), at: .seconds(Double(second) + Double(part) * 0.1))
        told += [found].compactMap { $0 }
      }
      #expect(told.isEmpty == (second < 4))
    }
    #expect(told == [.clock(utcAtZero: wall)])
  }

  @Test func gpsThatHasVouchedIsFollowedOverAStepOfItsOwn() {
    // A receiver learns the leap seconds only after some minutes.
    var trust = ClockTrust(notBefore: release)
    for second in 0..<5 { _ = trust.fix(wall + .seconds(18 + Double(second)), at: .seconds(Double(second))) }
    for second in 5..<9 { #expect(trust.fix(wall + .seconds(Double(second)), at: .seconds(Double(second))) == nil) }
    #expect(trust.fix(wall + .seconds(9), at: .seconds(9)) == .clock(utcAtZero: wall))
  }

  @Test func aRecordedTimeFarAwayIsNoTrap() {
    var trust = ClockTrust(recorded: wall)
    for year in ["9999-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-01-01T00:00:01Z"] {
      #expect(trust.fix(Timestamp(rfc3339: year), at: .seconds(1)) == nil)
    }
  }
}
