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
    var engine = drive.engine()
    var chunked: [Effect] = []
    var now = EngineTime.zero
    for observation in drive.observations + [nil] {
      let next = observation?.time ?? drive.end
      for _ in 0..<Int.random(in: 0...4, using: &random) where next > now {
        now = EngineTime(nanoseconds: Int64.random(in: now.nanoseconds...next.nanoseconds, using: &random))
        chunked += engine.advance(to: now)
      }
      if let deadline = engine.nextDeadline, deadline <= next, Bool.random(using: &random) {
        chunked += engine.advance(to: deadline)
      }
      if let observation { chunked += engine.ingest(observation) } else { chunked += engine.advance(to: next) }
      now = max(now, next)
    }
    #expect(chunked == effects)
    #expect(engine.snapshot() == state)
  }

  @Test(arguments: 0..<60)
  func killsWithARestartFromTheRowsGiveTheSame(seed: UInt64) {
    var random = SeededGenerator(seed: seed &+ 1000)
    let drive = RandomDrive(&random)
    let (effects, state) = drive.straight()
    var engine = drive.engine()
    var saved = SavedRows()
    var restarted: [Effect] = []
    for observation in drive.observations {
      restarted += engine.ingest(observation)
      if Int.random(in: 0..<4, using: &random) == 0 { saved.commit(&engine) }
      if Int.random(in: 0..<12, using: &random) == 0 {
        saved.commit(&engine)
        engine = drive.engine(from: saved.rows, at: engine.now)
      } else if Int.random(in: 0..<20, using: &random) == 0 {
        restarted += engine.replace(rules: drive.rules, at: engine.now)
      }
    }
    restarted += engine.advance(to: drive.end)
    saved.commit(&engine)
    #expect(restarted == effects)
    #expect(engine.snapshot() == state)
    #expect(saved.rows == state, "the changed rows must add up to the whole state")
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
    #expect(engine.takeChangedState().map { "\($0.kind)/\($0.name)" } == ["receiver/gps", "zone/depot", "zone/far"])
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
