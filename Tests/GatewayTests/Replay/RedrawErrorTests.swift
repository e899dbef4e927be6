import Geo
import Testing

@testable import Gateway

@Suite struct RedrawErrorTests {
  private let metre =
    1 / Geodesic.distance(Coordinate(latitude: 45.5, longitude: 6), Coordinate(latitude: 46.5, longitude: 6))

  private func point(_ second: Int, metres: Double) -> TracePoint {
    DrivenTrackTests.point(second, 46 + metres * metre, 6)
  }

  /// Feeds fixes, metres north at each second, of which some are sent.
  private func error(_ metres: [Double], sent: Set<Int>) -> RedrawError {
    var error = RedrawError()
    for (second, value) in metres.enumerated() {
      error.fix(point(second, metres: value))
      if sent.contains(second) { error.sent(point(second, metres: value)) }
    }
    error.finish()
    return error
  }

  @Test func everythingSentHasNoError() {
    let all = error([0, 5, 3, 9], sent: [0, 1, 2, 3])
    #expect(all.largest == 0)
    #expect(all.mean == 0)
    #expect(all.measured == 4)
    #expect(all.unseen == 0)
  }

  @Test func fixIsComparedWithWhereTheLineIsAtItsTime() throws {
    // The line is at 0, 10, 20, 30 m; the vehicle stood for two seconds first.
    let late = error([0, 0, 0, 30], sent: [0, 3])
    #expect(abs(late.largest - 20) < 0.01)
    #expect(abs(try #require(late.mean) - 30 / 4) < 0.01)
  }

  @Test func fixesThatNobodyDrawsAreCountedAndNotMeasured() {
    let partly = error([500, 400, 0, 10, 20, 900, 900], sent: [2, 4])
    #expect(partly.largest < 0.01)
    #expect(partly.measured == 3)
    #expect(partly.unseen == 4)
  }

  @Test func nothingSentHasNoMean() {
    let none = error([0, 10, 20], sent: [])
    #expect(none.mean == nil)
    #expect(none.unseen == 3)
  }

  @Test func reportThatWasHeldBackCoversTheFixesUpToItsOwnTime() {
    var held = RedrawError()
    for second in 0...3 {
      held.fix(point(second, metres: second == 3 ? 90 : Double(second) * 10))
      if second == 0 { held.sent(point(0, metres: 0)) }
    }
    // Decided at 3 s, of what was seen at 2 s.
    held.sent(point(2, metres: 20))
    #expect(held.largest < 0.01)
    #expect(held.measured == 3)
    held.finish()
    #expect(held.unseen == 1)
  }

  @Test func unionIsOverAllFixes() {
    var sum = error([0, 0, 0, 30], sent: [0, 3])
    sum.formUnion(error([0, 5, 3, 9], sent: [0, 1, 2, 3]))
    #expect(sum.measured == 8)
    #expect(abs(sum.largest - 20) < 0.01)
    #expect(abs((sum.mean ?? 0) - 30 / 8) < 0.01)
  }
}
