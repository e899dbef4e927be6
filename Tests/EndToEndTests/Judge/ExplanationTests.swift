import Model
import Testing

/// Holes may be explained, and by nothing but what was told and counted.
@Suite struct ExplanationTests {
  private static func gap(_ seq: Int, _ first: Int, _ last: Int, count: Int, reason: String = "size") throws
    -> ReceivedRecord
  {
    try JudgeTests.record(
      seq, #""type":"gap","first":\#(first),"last":\#(last),"count":\#(count),"reason":"\#(reason)""#)
  }

  private static func status(size: Int, kept: Int) throws -> WireValue {
    let text = #"{"journal":{"given_up":{"limit":0,"size":\#(size)},"dead_letters":{"kept":\#(kept),"dropped":0}}}"#
    return try WireValue.parse(Array(text.utf8))
  }

  @Test func aGapExplainsItsOwnNumbersOnly() throws {
    let judge = Judge(received: try JudgeTests.drive(1...3) + [Self.gap(7, 4, 5, count: 2)])
    let explanation = judge.explanation(refused: [])
    let holes = judge.holes(upTo: 7)
    #expect(holes == [.lost(seq: 4), .lost(seq: 5), .lost(seq: 6)])
    #expect(holes.filter { !explanation.explains($0) } == [.lost(seq: 6)])
  }

  @Test func whatWasRefusedOftenEnoughIsExplainedIfItIsKept() throws {
    var refusals = Refusals()
    for _ in 0..<3 { refusals.add([2]) }
    refusals.add([1, 3])
    for _ in 0..<2 { refusals.add([4]) }
    #expect(refusals.deadly == [2])
    #expect(refusals.touched == [1, 2, 3, 4])
    let judge = Judge(received: try [JudgeTests.position(1, second: 1), JudgeTests.position(3, second: 3)])
    let explanation = judge.explanation(refused: refusals.deadly)
    #expect(judge.holes(upTo: 3).allSatisfy(explanation.explains))
    let dead = judge.holes(upTo: 3).count { explanation.isDead($0) }
    #expect(dead == 1)
    #expect(judge.countViolations(explanation, status: try Self.status(size: 0, kept: 1), dead: dead).isEmpty)
    #expect(
      judge.countViolations(explanation, status: try Self.status(size: 0, kept: 0), dead: dead)
        == [.miscounted("dead letters", counted: 0, told: 1)])
  }

  @Test func whatIsCountedMustBeTold() throws {
    let told = Judge(received: try JudgeTests.drive(1...3) + [Self.gap(5, 4, 4, count: 1)])
    let status = try Self.status(size: 1, kept: 0)
    #expect(told.countViolations(told.explanation(refused: []), status: status, dead: 0).isEmpty)
    let untold = Judge(received: try JudgeTests.drive(1...3))
    #expect(
      untold.countViolations(untold.explanation(refused: []), status: status, dead: 0)
        == [.miscounted("size", counted: 1, told: 0)])
  }

  @Test func thePredictionLosesTheLinesThatWereExplained() throws {
    let judge = Judge(received: try JudgeTests.drive(1...2) + JudgeTests.drive(5...5) + [Self.gap(4, 3, 3, count: 1)])
    let lines = ["one", "two", "three", "five", "six"]
    let split = judge.explanation(refused: []).split(lines, in: judge, from: 1, to: 5)
    #expect(split.toCome == ["one", "two", "five", "six"])
    #expect(split.explained == ["three"])
    // A hole that nothing explains keeps its line, so that it is missed.
    let unexplained = Judge(received: try JudgeTests.drive(1...2) + JudgeTests.drive(4...4))
    let kept = unexplained.explanation(refused: []).split(["1", "2", "3", "4"], in: unexplained, from: 1, to: 4)
    #expect(kept.toCome == ["1", "2", "3", "4"])
  }

  @Test func theOrderOfWhatWasRefusedIsNobodysFault() throws {
    var records = try JudgeTests.drive(1...5)
    records.swapAt(1, 2)
    #expect(Judge(received: records).orderViolations(.strict).count == 1)
    #expect(Judge(received: records).orderViolations(.strict, except: [2]).isEmpty)
  }

  @Test func anotherWritersNumbersAndMembersMeanTheSame() throws {
    func canonical(_ text: String) throws -> String { try WireValue.parse(Array(text.utf8)).canonical }
    let ours = #"{"type":"position","location":{"latitude":46.50,"longitude":6},"speed":1.0}"#
    #expect(try canonical(ours) == canonical(#"{"speed": 1, "lng": 6.0, "lat": 46.5, "type": "position"}"#))
    #expect(try canonical(ours) != canonical(#"{"speed": 1, "lng": 6.0, "lat": 46.6, "type": "position"}"#))
  }

  @Test func anOutageMayLastUntilAFixArrives() throws {
    var records = try JudgeTests.drive(1...10)
    records.removeSubrange(3...6)
    let fixes = (1...10).map {
      Judge.Fix(milliseconds: JudgeTests.milliseconds($0), time: Instant(seconds: Double($0)))
    }
    let outage = Judge.Outage(from: Instant(seconds: 3.5), to: Instant(seconds: 5.5), lastsUntilAFixArrives: true)
    #expect(Judge(received: records).fixViolations(given: fixes, outages: [outage]).isEmpty)
    // The one that it would have ended with.
    records.remove(at: 3)
    #expect(Judge(received: records).fixViolations(given: fixes, outages: [outage]).isEmpty)
    records.remove(at: 1)
    #expect(Judge(received: records).fixViolations(given: fixes, outages: [outage]).count == 1)
  }
}
