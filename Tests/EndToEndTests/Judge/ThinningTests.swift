import Model
import Testing

/// What is left out of a track is held against what was told of it.
@Suite struct ThinningTests {
  /// A second's fix, so many metres off the way north.
  private static func fix(_ second: Int, off metres: Double = 0) -> Judge.Fix {
    var fix = Judge.Fix(milliseconds: JudgeTests.milliseconds(second), time: Instant(seconds: Double(second)))
    fix.latitude = 46 + Double(second) * 1e-4
    fix.longitude = 6 + metres / 111_200 / 0.6947
    return fix
  }

  private static func record(_ second: Int) throws -> ReceivedRecord {
    try JudgeTests.record(second, JudgeTests.positionBody(second) + #","device":"gps""#)
  }

  private static func gap(_ seq: Int, _ range: ClosedRange<Int>, count: Int, _ reason: String, error: Int? = nil) throws
    -> ReceivedRecord
  {
    let error = error.map { #","error":\#($0)"# } ?? ""
    return try JudgeTests.record(
      seq,
      #""type":"gap","first":\#(range.lowerBound),"last":\#(range.upperBound),"count":\#(count),"reason":"\#(reason)"\#(error)"#
    )
  }

  private static func thinning(
    of records: [ReceivedRecord], given fixes: [Judge.Fix], refused: Set<Int> = [], head: Int
  ) -> Thinning {
    let judge = Judge(received: records)
    return Thinning(
      judge, given: fixes, of: "gps", outages: [], by: judge.explanation(refused: refused), head: head)
  }

  @Test func aFixThatWasLeftOutMayBeAsFarFromWhatIsLeftAsWasTold() throws {
    let records = try [1, 4].map(Self.record) + [Self.gap(5, 2...3, count: 2, "thinned", error: 10)]
    for (off, count) in [(9.9, 0), (10.5, 1)] {
      let fixes = [Self.fix(1), Self.fix(2), Self.fix(3, off: off), Self.fix(4)]
      let thinning = Self.thinning(of: records, given: fixes, head: 5)
      #expect(thinning.explained == Set([2, 3].map(JudgeTests.milliseconds)))
      #expect(thinning.violations.count == count, "\(thinning.violations)")
      #expect(abs(thinning.worst.measured - off) < 0.05)
    }
  }

  @Test func aFixForWhichThereIsNoHoleIsNotExplained() throws {
    let records = try [1, 3, 4].map(Self.record) + [Self.gap(5, 2...2, count: 1, "thinned", error: 10)]
    let fixes = [Self.fix(1), Self.fix(2), Self.fix(3), Self.fix(4)]
    #expect(Self.thinning(of: records, given: fixes, head: 5).explained == [JudgeTests.milliseconds(2)])
    // Two fixes, and one number.
    var between = Self.fix(2)
    between.milliseconds += 500
    let two = Self.thinning(of: records, given: [fixes[0], fixes[1], between, fixes[2], fixes[3]], head: 5)
    #expect(two.explained.count == 1)
    // A hole of which nothing is told.
    #expect(Self.thinning(of: Array(records.dropLast()), given: fixes, head: 4).explained.isEmpty)
  }

  @Test func whatWasGivenUpAltogetherOrRefusedIsNotMeasured() throws {
    let fixes = [Self.fix(1), Self.fix(2, off: 500), Self.fix(3)]
    let kept = try [1, 3].map(Self.record)
    let old = Self.thinning(of: kept + [try Self.gap(4, 2...2, count: 1, "keep")], given: fixes, head: 4)
    #expect(old.explained.count == 1 && old.violations.isEmpty && old.measured == 0)
    let refused = Self.thinning(of: kept, given: fixes, refused: [2], head: 3)
    #expect(refused.explained.count == 1 && refused.violations.isEmpty && refused.measured == 0)
  }

  @Test func whereGapRecordsWereGivenUpTheSumsAgree() throws {
    // One of two numbers was thinned; the record that told of it and another went for the limit, which tells of all three.
    let judge = Judge(received: try [Self.gap(9, 2...8, count: 3, "limit")])
    let status = try WireValue.parse(Array(#"{"journal":{"given_up":{"limit":2,"thinned":1}}}"#.utf8))
    let explanation = judge.explanation(refused: [])
    #expect(judge.countViolations(explanation, status: status, dead: 0).count == 2)
    #expect(judge.countViolations(explanation, status: status, dead: 0, byReason: false).isEmpty)
    let untold = try WireValue.parse(Array(#"{"journal":{"given_up":{"limit":2,"thinned":2}}}"#.utf8))
    #expect(
      judge.countViolations(explanation, status: untold, dead: 0, byReason: false)
        == [.miscounted("given up", counted: 4, told: 3)])
  }

  @Test func whatAGapToldThatWasGivenUpAndCameAllTheSameMayBeToldTwice() throws {
    let records = try [Self.gap(4, 2...3, count: 2, "thinned", error: 10), Self.gap(9, 2...8, count: 4, "keep")]
    let explanation = Judge(received: records).explanation(refused: [])
    // Two thinned, and the record that told of them and another too old: four, of which two are told twice.
    #expect(explanation.sums(for: 4) == 4...6)
    let apart = try [Self.gap(4, 2...3, count: 2, "thinned", error: 10), Self.gap(9, 5...8, count: 4, "keep")]
    #expect(Judge(received: apart).explanation(refused: []).sums(for: 6) == 6...6)
  }
}
