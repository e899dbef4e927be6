import Model

@testable import Rules

/// Other ways to go the same drive; what comes of each must be what `straight` gives.
extension RandomDrive {
  /// In steps by chance, between observations and exactly to when something is due.
  /// - Parameters:
  ///   - observations: instead of the drive's own.
  ///   - steps: how many there may be before each observation.
  ///   - isOff: whether the gateway was off until this observation: then nothing advances.
  func inChunks(
    _ random: inout SeededGenerator, observations: [Observation]? = nil, steps: ClosedRange<Int> = 0...4,
    isOff: (Observation?) -> Bool = { _ in false }
  ) -> (effects: [Effect], state: [StateRow]) {
    var engine = engine()
    var effects: [Effect] = []
    var now = EngineTime.zero
    for observation in (observations ?? self.observations) + [nil] {
      let next = observation?.time ?? end
      if !isOff(observation) {
        for _ in 0..<Int.random(in: steps, using: &random) where next > now {
          now = EngineTime(nanoseconds: Int64.random(in: now.nanoseconds...next.nanoseconds, using: &random))
          effects += engine.advance(to: now)
        }
        if let deadline = engine.nextDeadline, deadline <= next, Bool.random(using: &random) {
          effects += engine.advance(to: deadline)
        }
      }
      if let observation { effects += engine.ingest(observation) } else { effects += engine.advance(to: next) }
      now = max(now, next)
    }
    return (effects, engine.snapshot())
  }

  /// Killed and begun anew from the rows that were committed, and with its rules replaced by themselves, at moments by chance.
  /// - Parameters:
  ///   - observations: instead of the drive's own.
  ///   - seldom: one kill in so many observations.
  ///   - reloaded: the rules once more.
  /// - Returns: `saved` are the changed rows of all commits, which must add up to the whole state.
  func killed(
    _ random: inout SeededGenerator, observations: [Observation]? = nil, seldom: Int = 12,
    reloaded: (() throws -> RuleSet)? = nil
  ) rethrows -> (effects: [Effect], state: [StateRow], saved: [StateRow]) {
    var engine = engine()
    var saved = SavedRows()
    var effects: [Effect] = []
    for observation in observations ?? self.observations {
      effects += engine.ingest(observation)
      if Int.random(in: 0..<4, using: &random) == 0 { saved.commit(&engine) }
      if Int.random(in: 0..<seldom, using: &random) == 0 {
        saved.commit(&engine)
        engine = self.engine(from: saved.rows, at: engine.now)
      } else if Int.random(in: 0..<20, using: &random) == 0 {
        effects += engine.replace(rules: try reloaded?() ?? rules, at: engine.now)
      }
    }
    effects += engine.advance(to: end)
    saved.commit(&engine)
    return (effects, engine.snapshot(), saved.rows)
  }
}
