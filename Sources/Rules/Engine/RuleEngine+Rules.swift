import Config
import Model

extension RuleEngine {
  /// The rules' part of an instant: every rule that something happened for, or of which something changed that it reads, or that time
  /// has come for, is asked once, in file order. What a rule sets is seen by later rules at once, and by the others at the next instant.
  ///
  /// - Parameter isTick: at a whole second that rules wait for.
  mutating func settle(
    at time: EngineTime, for occurrences: [(rule: Int, what: Occurrence)] = [], isTick: Bool = false,
    _ effects: inout [Effect]
  ) {
    if !isOff { clearOrphans(at: time, &effects) }
    guard !rules.rules.isEmpty else {
      _ = signals.changed.take()
      return
    }
    var agenda = Agenda(count: rules.rules.count)
    for slot in signals.changed.take() { for rule in triggers.rulesOfSlot[slot] ?? [] { agenda.add(rule) } }
    if isTick { for rule in triggers.timed { agenda.add(rule) } }
    for rule in timers.rules(dueBy: time) { agenda.add(rule) }
    if !isOff {
      for rule in unasked { agenda.add(rule) }
      unasked = []
    }
    for (rule, _) in occurrences { agenda.add(rule) }
    while let rule = agenda.takeFirst() {
      if isOff, isOwed(rule) { continue }
      let before = ruleStates[rule]
      if rules.rules[rule].level != nil {
        ask(rule, at: time, &effects)
        // After a turn something else counts, which may hold already.
        if ruleStates[rule].level.owedAt != nil { unasked.insert(rule) }
      } else {
        let own = occurrences.lazy.filter { $0.rule == rule }.map(\.what)
        for occurrence in own + dwells(of: rule, at: time) + changes(of: rule, at: time) + ticks(of: rule, at: time) {
          fire(rule, occurrence, at: time, &effects)
        }
      }
      if ruleStates[rule] != before { dirtyRules.mark(rule) }
      setTimer(of: rule)
      passOn(from: rule, at: time, &agenda)
    }
  }

  /// What a rule has set goes to later rules now, to itself and to earlier ones at the next instant: so no two can chase each other.
  private mutating func passOn(from rule: Int, at time: EngineTime, _ agenda: inout Agenda) {
    for slot in signals.changed.take() {
      for reader in triggers.rulesOfSlot[slot] ?? [] {
        if reader > rule {
          agenda.add(reader)
        } else if !rules.slots.slots[slot].mentionsTime, rules.rules[reader].level != nil {
          ruleStates[reader].level.owedAt = ruleStates[reader].level.owedAt ?? time.nextSecond
          dirtyRules.mark(reader)
          unasked.insert(reader)
          setTimer(of: reader)
        }
      }
    }
  }

  // MARK: Levels

  func waits(of rule: Int) -> LevelState.Waits {
    let level = rules.rules[rule].level
    return LevelState.Waits(
      hold: level?.holdFor ?? .zero, clear: level?.clearFor ?? .zero, patience: rules.patiences[rule],
      cooldownUntil: ruleStates[rule].cooldownUntil)
  }

  /// What counts for a level now: what raises it while it is down, what brings it down while it is up.
  func outcome(of rule: Rule, isUp: Bool, in situation: Situation) -> Outcome {
    guard isUp else { return rule.condition?.outcome(in: situation) ?? .unknown }
    if let until = rule.level?.until { return until.outcome(in: situation) }
    switch rule.condition?.outcome(in: situation) {
    case .holds: return .fails
    case .fails: return .holds
    case .unknown, nil: return .unknown
    }
  }

  private mutating func ask(_ rule: Int, at time: EngineTime, _ effects: inout [Effect]) {
    let outcome = outcome(of: rules.rules[rule], isUp: ruleStates[rule].level.isUp, in: situation(at: time))
    switch ruleStates[rule].level.take(outcome, at: time, waits(of: rule)) {
    case nil: break
    case .up: raise(rule, at: time, &effects)
    case .down: clear(rule, reason: nil, at: time, &effects)
    }
  }

  private mutating func raise(_ rule: Int, at time: EngineTime, _ effects: inout [Effect]) {
    ruleStates[rule].level.turn(.up, at: time)
    turnedRules.mark(rule)
    guard admit(rule, at: time) else {
      ruleStates[rule].level.isMuted = true
      return
    }
    perform(
      rules.rules[rule].actions, of: rules.rules[rule].name,
      opening: rules.rules[rule].level?.notifiesClear == true ? rule : nil, at: time, &effects)
    updateSamplings(for: rule, at: time, &effects)
  }

  /// Brings a rule down: closes the events that its raising opened, then does its `clear` actions.
  mutating func clear(_ rule: Int, reason: String?, at time: EngineTime, _ effects: inout [Effect]) {
    let level = ruleStates[rule].level
    ruleStates[rule].level.turn(.down, at: time)
    dirtyRules.mark(rule)
    turnedRules.mark(rule)
    guard !level.isMuted else { return }
    clear(
      rules.rules[rule].name, level.open, by: rules.rules[rule].eventTemplates, rules.rules[rule].clearActions,
      reason: reason, at: time, &effects)
    updateSamplings(for: rule, at: time, &effects)
  }

  /// Closes events, each with the data of the template that opened it, and does what is to be done then.
  private mutating func clear(
    _ rule: String, _ open: [OpenEvent], by templates: [EventTemplate], _ actions: [Action], reason: String?,
    at time: EngineTime, _ effects: inout [Effect]
  ) {
    for (index, open) in open.enumerated() {
      let template = templates.indices.contains(index) && templates[index].type == open.type ? templates[index] : nil
      close(
        open, of: rule, data: template?.data.values(in: situation(at: time)) ?? [], reason: reason, at: time, &effects)
    }
    perform(actions, of: rule, isClearing: true, at: time, &effects)
  }

  private mutating func close(
    _ open: OpenEvent, of rule: String, data: [GeneralEvent.Member], reason: String?, at time: EngineTime,
    _ effects: inout [Effect]
  ) {
    let event = GeneralEvent(type: open.type, severity: open.severity, state: .cleared, data: data, reason: reason)
    emit(
      .event(Event(id: open.id, rule: rule, content: .general(event))), at: time, stamp: clock.utc(at: time), &effects)
  }

  /// Clears rules that were up when the gateway stopped and that the files no longer have as they were, by what they left.
  mutating func clearOrphans(at time: EngineTime, _ effects: inout [Effect]) {
    guard !orphans.isEmpty else { return }
    for orphan in orphans {
      clear(
        orphan.rule, orphan.open, by: orphan.farewell?.events ?? [], orphan.farewell?.actions ?? [],
        reason: Self.reload, at: time, &effects)
    }
    orphans = []
  }

  /// The reason of what a reload cleared.
  static let reload = "reload"

  // MARK: Cooldown and limit

  /// Whether a rule may be raised, or set off, once more; counted either way.
  mutating func admit(_ rule: Int, at time: EngineTime) -> Bool {
    if let limit = rules.rules[rule].limit {
      ruleStates[rule].recent.removeAll { time - $0 >= limit.per }
      guard ruleStates[rule].recent.count < limit.count else {
        ruleStates[rule].dropped &+= 1
        count(.limitReached)
        return false
      }
      ruleStates[rule].recent.append(time)
    }
    ruleStates[rule].firings &+= 1
    ruleStates[rule].lastFired = time
    ruleStates[rule].cooldownUntil = rules.rules[rule].cooldown.map { time + $0 }
    return true
  }

  // MARK: Timers

  mutating func setTimer(of rule: Int) {
    var due: EngineTime?
    func note(_ time: EngineTime?) { if let time { due = due.map { min($0, time) } ?? time } }
    if rules.rules[rule].level != nil {
      let level = ruleStates[rule].level
      guard !isOff || !isOwed(rule) else { return timers.set(nil, of: rule) }
      note(level.wasAsked ? level.due(waits(of: rule)) : now.nextSecond)
    } else {
      if !isOff, unasked.contains(rule) { note(now.nextSecond) }
      note(ruleStates[rule].nextTick)
      note(nextDwell(of: rule))
    }
    timers.set(due, of: rule)
  }

  /// After a stop of unknown length: waits start anew, what is up stays up.
  mutating func startWaitsAnew() {
    for rule in rules.rules.indices where rules.rules[rule].level != nil {
      let before = ruleStates[rule].level
      ruleStates[rule].level.startAnew()
      if ruleStates[rule].level != before { dirtyRules.mark(rule) }
      unasked.insert(rule)
      setTimer(of: rule)
    }
  }
}
