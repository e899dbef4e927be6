import Model
import Testing

@testable import Gateway

@Suite struct EngineClockTests {
  @Test func followsTheBootClockFromWhereTheJournalLeftOff() {
    var clock = EngineClock(origin: .seconds(100), bootTime: 5_000_000_000)
    #expect(clock.stamp(bootTime: 6_500_000_000) == .seconds(101.5))
    #expect(clock.bootTime(at: .seconds(103)) == 8_000_000_000)
  }

  @Test func neverGoesBackForALateArrival() {
    var clock = EngineClock(origin: .zero, bootTime: 0)
    _ = clock.stamp(bootTime: 2_000_000_000)
    #expect(clock.stamp(bootTime: 1_000_000_000) == .seconds(2))
  }

  @Test func aDeadlineBeyondTheClockSaturates() {
    let clock = EngineClock(origin: .zero, bootTime: 10)
    #expect(clock.bootTime(at: EngineTime(nanoseconds: .max)) == .max)
  }
}
