import Model
import Synchronization
import Testing

@testable import Gateway

@Suite struct ClocksTests {
  /// Clocks that go on by so many milliseconds from one look to the next, one after the other; then they stand.
  private static func clocks(pauses: [Int64]) -> Clocks {
    let left = Mutex((time: Int64(0), pauses: pauses[...]))
    @Sendable func look() -> Int64 {
      left.withLock { left in
        left.time += (left.pauses.popFirst() ?? 0) * 1_000_000
        return left.time
      }
    }
    return Clocks(
      bootTime: look, wallTime: { Timestamp(milliseconds: 5000 + look() / 1_000_000) }, isSynchronised: { true })
  }

  @Test func bothClocksAreReadAtOneMoment() throws {
    // Put aside between the two, then after them, and then not.
    let (bootTime, wall) = try #require(Self.clocks(pauses: [0, 200, 0, 0, 0, 80, 0, 1, 0]).together())
    #expect(bootTime == 280_000_000)
    #expect(wall == Timestamp(milliseconds: 5281))
  }

  @Test func whoIsPutAsideAgainAndAgainHasNoReading() {
    #expect(Self.clocks(pauses: Array(repeating: 100, count: 100)).together() == nil)
  }
}
