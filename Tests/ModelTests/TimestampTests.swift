import Model
import Testing

@Suite struct TimestampTests {
  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (1_770_301_800_000, "2026-02-05T14:30:00.000Z"),
    (-1, "1969-12-31T23:59:59.999Z"), (951_782_400_123, "2000-02-29T00:00:00.123Z"),
    (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
  ])
  func printsAndReadsRFC3339(_ milliseconds: Int64, _ text: String) {
    #expect(Timestamp(milliseconds: milliseconds).description == text)
    #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
  }

  @Test func readsOffsetsAndCutsFractionsBeyondMilliseconds() {
    #expect(
      Timestamp(rfc3339: "2026-02-05T15:30:00.1239+01:00")?.description
        == "2026-02-05T14:30:00.123Z")
  }

  @Test(arguments: [
    "", "2026-02-05", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-02-05T24:00:00Z",
    "2026-02-05T14:30:00", "2026-02-05T14:30:00.Z", "2026-02-05T14:30:00Zx",
    "2026-02-05T14:30:00+01", "٢٠٢٦-02-05T14:30:00Z",
  ])
  func refusesWhatIsNoDateTime(_ text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }
}
