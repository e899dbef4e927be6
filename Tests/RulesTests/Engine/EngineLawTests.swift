import Model
import Testing

@testable import Rules

/// The laws that promises 1 and 2 stand on, by chance: any chunking of `advance`, and any number of kills with a restart from the
/// rows that were taken, give the same effects and the same state as one uninterrupted run.
struct EngineLawTests {
  @Test(arguments: 0..<60)
  func anyChunkingOfAdvanceGivesTheSame(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let drive = RandomDrive(&random)
    let (effects, state) = drive.straight()
    let chunked = drive.inChunks(&random)
    #expect(chunked.effects == effects)
    #expect(chunked.state == state)
  }

  @Test(arguments: 0..<60)
  func killsWithARestartFromTheRowsGiveTheSame(seed: UInt64) {
    var random = SeededGenerator(seed: seed &+ 1000)
    let drive = RandomDrive(&random)
    let (effects, state) = drive.straight()
    let killed = drive.killed(&random)
    #expect(killed.effects == effects)
    #expect(killed.state == state)
    #expect(killed.saved == state, "the changed rows must add up to the whole state")
  }

  @Test(arguments: 0..<20)
  func whatWasNotCommittedIsDecidedAgainTheSame(seed: UInt64) {
    var random = SeededGenerator(seed: seed &+ 2000)
    let drive = RandomDrive(&random)
    var engine = drive.engine()
    var saved = SavedRows()
    let cut = drive.observations.count / 2
    _ = engine.run(Array(drive.observations[..<cut]))
    saved.commit(&engine)
    let rest = Array(drive.observations[cut...])
    let first = engine.run(rest)
    var again = drive.engine(from: saved.rows, at: drive.observations[cut - 1].time)
    #expect(again.run(rest) == first)
  }

  /// The laws would hold of drives on which nothing happens, too.
  @Test func drivesByChanceExerciseEverything() {
    var effects: [Effect] = []
    var counters = EngineCounters()
    for seed in UInt64(0)..<60 {
      var random = SeededGenerator(seed: seed)
      let drive = RandomDrive(&random)
      var engine = drive.engine()
      effects += engine.run(drive.observations)
      for cause in EngineCounters.Cause.allCases { counters.count(cause, Int(engine.counters[cause])) }
    }
    let zones = Set(effects.geofences.map { "\($0.zone) \($0.kind)" })
    #expect(zones.count >= 7)
    #expect(effects.geofences.count { $0.gap } > 20)
    #expect(effects.geofences.count { !$0.gap } > 200)
    for cause in [EngineCounters.Cause.fixOutOfOrder, .repeatedFix, .undatedHeldReport, .guardUnknown] {
      #expect(counters[cause] > 0)
    }
  }

  @Test func changedStateHoldsOnlyWhatChanged() {
    var engine = Scene.engine([Scene.circle(), Scene.circle("far", east: 50_000)])
    _ = engine.takeChangedState()
    _ = engine.run([Scene.fix(1, east: 200)])
    #expect(
      engine.takeChangedState().map { "\($0.kind)/\($0.name)" } == ["cohort/0", "members/0 0 0", "receiver/gps"])
    _ = engine.run([Scene.fix(2, east: 190)])
    #expect(engine.takeChangedState().map { "\($0.kind)/\($0.name)" } == ["receiver/gps"])
    #expect(engine.takeChangedState().isEmpty)
  }

  @Test func timeNeverGoesBackwards() {
    var engine = Scene.engine()
    _ = engine.run([Scene.fix(10, east: 200)])
    let effects = engine.run([Scene.fix(5, east: 190, ownSecond: 11)])
    #expect(effects.records.map(\.time) == [.seconds(10)])
    #expect(engine.now == .seconds(10))
  }
}

/// What a journal would hold.
struct SavedRows {
  private var values: [StateKey: [UInt8]] = [:]

  mutating func commit(_ engine: inout RuleEngine) {
    for row in engine.takeChangedState() { values[row.key] = row.value }
  }

  var rows: [StateRow] {
    values.map { StateRow(kind: $0.key.kind, name: $0.key.name, value: $0.value) }.sorted { $0.key < $1.key }
  }
}
