import Model
import Testing

@testable import Inputs

@Suite struct WeekRollOverTests {
  @Test(arguments: [
    ("2007-03-14T12:00:00Z", "2026-10-28T12:00:00Z"),
    ("1987-07-29T12:00:00Z", "2026-10-28T12:00:00Z"),
    ("2019-04-06T23:59:41Z", "2038-11-20T23:59:41Z"),
    ("2019-04-06T23:59:42Z", "2019-04-06T23:59:42Z"),
    ("2031-01-01T00:00:00Z", "2031-01-01T00:00:00Z"),
    ("2046-06-16T23:59:59Z", "2046-06-16T23:59:59Z"),
    ("2046-06-17T00:00:00Z", "2026-11-01T00:00:00Z"),
    // gpsd on a box whose clock stood in 2076, by a receiver that was right.
    ("2046-07-07T12:00:00Z", "2026-11-21T12:00:00Z"),
    ("2066-02-20T12:00:00Z", "2026-11-21T12:00:00Z"),
  ])
  func aDateThatCannotBeIsMovedByWholePeriods(_ told: String, _ meant: String) throws {
    let time = try #require(Timestamp(rfc3339: told))
    #expect(WeekRollOver.corrected(time) == Timestamp(rfc3339: meant))
  }

  @Test(arguments: ["1980-01-06T00:03:45Z", "1970-01-01T00:00:00Z"])
  func aReceiverThatDoesNotKnowTheTimeGivesNone(_ told: String) throws {
    let time = try #require(Timestamp(rfc3339: told))
    #expect(WeekRollOver.corrected(time) == nil)
  }
}
