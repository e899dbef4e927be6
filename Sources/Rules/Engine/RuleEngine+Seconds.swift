import Model

/// The whole seconds at which what mentions time is asked.
extension RuleEngine {
  /// The next of them, where a level or a computed signal changes by time alone.
  var nextSecond: EngineTime? {
    triggers.timed.isEmpty && rules.plan.timedComputed.isEmpty ? nil : now.nextSecond
  }

  /// As far as seconds may be left out, because each would say what the last one said: worth looking for in longer stretches only, which
  /// a recording has between two drives, and a machine that slept.
  private static let stretch = Interval.seconds(5)

  /// The next whole second at which time alone may change something; `nil` where there is none until `time`, and while the gateway is
  /// off.
  ///
  /// - Parameter tickedAt: when all that mentions time was asked last. Only then what it says now is what it said.
  func nextTick(before time: EngineTime, tickedAt: EngineTime?) -> EngineTime? {
    guard !isOff, let next = nextSecond else { return nil }
    guard tickedAt == now, time - now > Self.stretch else { return next }
    let situation = situation(at: now)
    var steady = EngineTime(nanoseconds: .max)
    for rule in triggers.timed {
      let counting = ruleStates[rule].level.isUp ? rules.rules[rule].level?.until : nil
      guard let condition = counting ?? rules.rules[rule].condition else { continue }
      steady = min(steady, condition.steadyUntil(in: situation))
      if steady <= next { return next }
    }
    for index in rules.plan.timedComputed {
      let computed = rules.computed[index]
      // One that has a value gives it at each second.
      guard case .reading(nil, _)? = signals.content(of: computed.name) else { return next }
      steady = min(steady, computed.expression.steadyUntil(in: situation))
      if steady <= next { return next }
    }
    guard steady <= time else { return nil }
    // No whole second before `steady` tells anything; the one at or after it may.
    return max(next, EngineTime(nanoseconds: steady.nanoseconds - 1).nextSecond)
  }
}
