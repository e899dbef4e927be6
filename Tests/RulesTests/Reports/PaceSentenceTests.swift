import Model
import Testing

@testable import Rules

/// A test for each sentence of the design on the pace of reports, at its exact edge: the sentence, then the test.
///
/// | sentence | test |
/// | --- | --- |
/// | Send when Δt ≥ `every` | `sentWhenEveryHasPassed` |
/// | and (no `deadband`, or \|Δv\| > `deadband`) | `sentOnlyWhereTheValueDiffersByMoreThanTheDeadband` |
/// | or moved ≥ `or_moved` | `orWhenMovedAsFarAsOrMoved` |
/// | or turned ≥ `or_turned` | `orWhenTurnedAsFarAsOrTurned` |
/// | or Δt ≥ `at_least` | `orWhenAtLeastHasPassed` |
/// | A change held back by `every` goes when `every` ends, if it still differs | `aChangeHeldBackGoesWhenEveryEndsIfItStillDiffers` |
/// | Booleans, text and a change of quality go at once | `ReportPolicyTests.booleansTextAndAChangeOfQualityGoAtOnce` |
/// | `at_least` never re-sends an old observation | `atLeastNeverSendsAnOldObservationAgain` |
struct PaceSentenceTests {
  /// When what was sent of `observations` was decided; time goes on for `rest` seconds.
  private func sent(_ policy: String, _ observations: [Observation], rest: Double = 0) throws -> [Double] {
    var engine = try RuleFile.engine("report: [{ signals: [reefer.temperature, gps.position], \(policy) }]")
    // So that a report is dated by its sending.
    var effects = engine.ingest(Scene.system(0, .clock(utcAtZero: Scene.midnight)))
    effects += engine.run(observations)
    effects += engine.advance(to: engine.now + .seconds(rest))
    return effects.records.filter { $0.kind == .reading || $0.kind == .position }.map(\.time.seconds)
  }

  private func reading(_ second: Double, _ value: Double) -> Observation {
    Scene.reading(second, "temperature", .number(value))
  }

  @Test func sentWhenEveryHasPassed() throws {
    #expect(try sent("every: 5 s", [reading(0, 1), reading(4.999, 1), reading(5, 1), reading(9, 1)]) == [0, 5])
  }

  @Test func sentOnlyWhereTheValueDiffersByMoreThanTheDeadband() throws {
    let steps = [reading(0, 1), reading(5, 1.5), reading(6, 0.5), reading(7, 1.5625)]
    #expect(try sent("every: 5 s, deadband: 0.5", steps) == [0, 7])
    #expect(try sent("every: 5 s, deadband: 0.5", [reading(0, 1), reading(1, 9)]) == [0], "not before `every`")
  }

  @Test func orWhenMovedAsFarAsOrMoved() throws {
    func fix(_ second: Double, _ east: Double) -> Observation { Scene.fix(second, east: east) }
    #expect(try sent("every: 1 h, or_moved: 50 m", [fix(0, 0), fix(1, 49.5), fix(2, 50.5), fix(3, 99)]) == [0, 2])
  }

  @Test func orWhenTurnedAsFarAsOrTurned() throws {
    func fix(_ second: Double, _ course: Double) -> Observation {
      Scene.fix(second, east: second, speed: 10, course: course)
    }
    let fixes = [fix(0, 350), fix(1, 14.5), fix(2, 15), fix(3, 39), fix(4, 350)]
    #expect(try sent("every: 1 h, or_turned: 25 deg", fixes) == [0, 2, 4])
  }

  @Test func orWhenAtLeastHasPassed() throws {
    let steps = [reading(0, 1), reading(3, 1), reading(9, 1.25)]
    #expect(try sent("every: 5 s, deadband: 100, at_least: 10 s", steps, rest: 0.5) == [0])
    #expect(try sent("every: 5 s, deadband: 100, at_least: 10 s", steps, rest: 1) == [0, 10], "the newest")
  }

  @Test func aChangeHeldBackGoesWhenEveryEndsIfItStillDiffers() throws {
    #expect(try sent("every: 5 s", [reading(0, 1), reading(2, 2)], rest: 9) == [0, 5])
    #expect(try sent("every: 5 s", [reading(0, 1), reading(2, 2), reading(3, 1)], rest: 9) == [0])
    #expect(
      try sent("every: 5 s, deadband: 2", [reading(0, 1), reading(2, 4), reading(3, 3)], rest: 9) == [0],
      "by no more than the deadband")
  }

  @Test func atLeastNeverSendsAnOldObservationAgain() throws {
    #expect(try sent("every: 5 s, at_least: 7 s", [reading(0, 1)], rest: 9.5) == [0])
  }
}
