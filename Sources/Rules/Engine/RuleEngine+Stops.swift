import Model

/// A stop of the gateway of known length: waits end at their own times, and nothing else happens that nobody saw.
///
/// A rule turns at most once in it. What counts for it after that, and whatever it was to be asked anyway, is asked when the gateway
/// starts: else two rules that set each other off would turn two and a half million times in a month's stop.
extension RuleEngine {
  mutating func beginStop(until time: EngineTime) {
    isOff = true
    skipStrikes(until: time)
    for rule in rules.rules.indices where isOwed(rule) || unasked.contains(rule) { setTimer(of: rule) }
  }

  mutating func endStop() {
    isOff = false
    for rule in rules.rules.indices where isOwed(rule) {
      unasked.insert(rule)
      setTimer(of: rule)
    }
  }

  /// Whether a level is to be asked though nothing that it waits for has come.
  func isOwed(_ rule: Int) -> Bool {
    let level = ruleStates[rule].level
    return rules.rules[rule].level != nil && (level.owedAt != nil || !level.wasAsked)
  }

  /// `every` doesn't strike while the gateway is off: goes on with the first of its times after `time`.
  private mutating func skipStrikes(until time: EngineTime) {
    for (rule, every) in triggers.ticking {
      guard let next = ruleStates[rule].nextTick, next <= time else { continue }
      let missed = (time.nanoseconds - next.nanoseconds) / every.nanoseconds + 1
      ruleStates[rule].nextTick = EngineTime(nanoseconds: next.nanoseconds + missed * every.nanoseconds)
      dirtyRules.mark(rule)
      setTimer(of: rule)
    }
  }
}
