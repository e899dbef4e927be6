import Geo
import Model

extension RuleEngine {
  /// A rule whose trigger came: asks its guard and does its actions.
  mutating func fire(_ index: Int, _ occurrence: Occurrence, at time: EngineTime, _ effects: inout [Effect]) {
    let rule = rules.rules[index]
    if let condition = rule.condition {
      switch condition.outcome(in: situation(at: time, trigger: occurrence.context)) {
      case .holds: break
      case .fails: return
      case .unknown:
        count(.guardUnknown)
        return
      }
    }
    if let until = ruleStates[index].cooldownUntil, time < until {
      ruleStates[index].dropped &+= 1
      count(.withinCooldown)
      return
    }
    guard admit(index, at: time) else { return }
    perform(rule.actions, of: rule.name, occurrence, at: time, &effects)
  }

  // MARK: What sets rules off

  /// Of changes of side, with each zone's rules.
  func occurrences(of changes: [ZoneTracker.ZoneChange]) -> [(rule: Int, what: Occurrence)] {
    changes.flatMap { change in
      let occurrence = Occurrence(
        context: TriggerContext(zone: rules.zones[change.zone].id, device: rules.catalogue.positionDevice),
        change: change, at: change.change.crossing.at)
      return triggers.rules(on: change, of: rules.zones[change.zone]).map { ($0, occurrence) }
    }
  }

  /// Zones with a `cross` that the way from one accepted fix to the next led through, both fixes being surely outside.
  func passages(to fix: Fix, from previous: Fix?, error: Double) -> [(rule: Int, what: Occurrence)] {
    guard let previous, !zones.crossable.isEmpty else { return [] }
    let (seconds, speed) = (fix.seconds(since: previous), fix.impliedSpeed(since: previous))
    return zones.crossable.flatMap { zone -> [(rule: Int, what: Occurrence)] in
      let area = rules.zones[zone]
      guard zones.knownSide(of: zone) == .outside, seconds <= area.band.lostAfter.seconds, speed <= area.band.maxSpeed,
        ZoneReach(area).mayMeet(previous.coordinate, fix.coordinate),
        let place = Passage.through(
          area, from: previous, to: fix,
          deeperThan: area.band.enterThreshold(error: error, radius: area.radius))
      else { return [] }
      let occurrence = Occurrence(
        context: TriggerContext(zone: area.id, device: rules.catalogue.positionDevice), at: place)
      return triggers.rules(crossing: area).map { ($0, occurrence) }
    }
  }

  /// Visits that have lasted long enough, and did not yet set the rule off.
  mutating func dwells(of rule: Int, at time: EngineTime) -> [Occurrence] {
    var found: [Occurrence] = []
    for (owner, after, selected) in triggers.dwelling where owner == rule {
      if !ruleStates[rule].dwelt.isEmpty {
        let visits = zones.inside.compactMap { zone in
          zones.state(of: zone).since.map { RuleState.DwellMark(zone: rules.zones[zone].id, since: $0) }
        }
        ruleStates[rule].dwelt.removeAll { !visits.contains($0) }
      }
      for zone in zones.inside where selected.contains(zone) {
        guard let since = dwellStart(rule, zone), time - since >= after else { continue }
        ruleStates[rule].dwelt.append(.init(zone: rules.zones[zone].id, since: since))
        found.append(
          Occurrence(context: TriggerContext(zone: rules.zones[zone].id, device: rules.catalogue.positionDevice)))
      }
    }
    return found
  }

  /// Since when the vehicle is inside for sure, where this visit has not set the rule off yet.
  private func dwellStart(_ rule: Int, _ zone: Int) -> EngineTime? {
    let state = zones.state(of: zone)
    guard state.isKnown, state.side == .inside, let since = state.since,
      !ruleStates[rule].dwelt.contains(.init(zone: rules.zones[zone].id, since: since))
    else { return nil }
    return since
  }

  func nextDwell(of rule: Int) -> EngineTime? {
    var next: EngineTime?
    for (owner, after, selected) in triggers.dwelling where owner == rule {
      for zone in zones.inside where selected.contains(zone) {
        guard let since = dwellStart(rule, zone) else { continue }
        next = next.map { min($0, since + after) } ?? since + after
      }
    }
    return next
  }

  /// Signals whose value is another than the last one known; the first one ever is no change.
  mutating func changes(of rule: Int, at time: EngineTime) -> [Occurrence] {
    var found: [Occurrence] = []
    for (owner, names) in triggers.changing where owner == rule {
      for name in names {
        guard let value = situation(at: time).value(of: .signal(name)).flatMap(RuleExpression.value) else { continue }
        let text = name.description
        guard let place = ruleStates[rule].seen.firstIndex(where: { $0.signal == text }) else {
          ruleStates[rule].seen.append(.init(signal: text, value: value))
          continue
        }
        guard ruleStates[rule].seen[place].value != value else { continue }
        ruleStates[rule].seen[place].value = value
        found.append(Occurrence(context: TriggerContext(device: name.device, name: text)))
      }
    }
    return found
  }

  /// The strike of `every`, if it is due; the first is one interval after the rule was first asked.
  mutating func ticks(of rule: Int, at time: EngineTime) -> [Occurrence] {
    guard let every = triggers.ticking.first(where: { $0.rule == rule })?.every else { return [] }
    guard let next = ruleStates[rule].nextTick else {
      // A rule that begins with the start of the gateway, and not while it is off.
      guard !isOff else { return [] }
      ruleStates[rule].nextTick = time + every
      return []
    }
    guard next <= time else { return [] }
    ruleStates[rule].nextTick = next + every
    return [Occurrence(context: TriggerContext())]
  }

  /// Tells expressions and the waits of `dwell` of zones that changed.
  mutating func noteZoneChanges() {
    guard !zones.changes.isEmpty else { return }
    let changes = zones.changes.take()
    let cohorts = changes.cohorts.filter { zones.hasFollowers(of: $0.cohort, but: $0.except) }
    guard !changes.zones.isEmpty || !cohorts.isEmpty else { return }
    for zone in changes.zones { signals.noteChange(ofZone: zone) }
    for (cohort, except) in cohorts {
      for (slot, set) in rules.plan.zoneSlots where zones.hasFollowers(of: cohort, in: set, but: except) {
        signals.noteChange(ofSlot: slot)
      }
    }
    for (rule, _, _) in triggers.dwelling { setTimer(of: rule) }
  }
}
