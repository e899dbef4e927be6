import Geo
import Model

extension RuleEngine {
  /// A rule whose trigger came: asks its guard and does its actions.
  mutating func fire(_ firing: TriggerIndex.Firing, _ effects: inout [Effect]) {
    let rule = rules.rules[firing.rule]
    if let condition = rule.condition {
      switch condition.outcome(in: situation(at: now)) {
      case .holds: break
      case .fails: return
      case .unknown:
        count(.guardUnknown)
        return
      }
    }
    ruleStates[firing.rule].firings &+= 1
    ruleStates[firing.rule].lastFired = now
    dirtyRules.mark(firing.rule)
    let crossing = firing.change.change.crossing
    for action in rule.actions {
      lastEvent &+= 1
      dirtyEngineRows.insert(.events)
      let event = Event(
        id: "\(engine)-\(lastEvent)", rule: rule.name,
        content: content(of: action, zone: rules.zones[firing.change.zone], change: firing.change.change))
      emit(.event(event), at: now, stamp: timestamp(of: crossing.at), &effects)
    }
  }

  private func content(of action: Action, zone: Zone, change: ZoneState.Change) -> Event.Content {
    switch action {
    case .geofenceEvent:
      .geofence(
        GeofenceEvent(
          kind: change.side == .inside ? .entry : .exit, device: rules.catalogue.positionDevice ?? "", zone: zone.id,
          zoneName: zone.name, latitude: change.crossing.at.coordinate.latitude,
          longitude: change.crossing.at.coordinate.longitude, gap: change.crossing.isGap))
    case .event(let template):
      .general(
        GeneralEvent(type: template.type, severity: template.severity, state: .raised, data: template.data))
    }
  }

  /// UTC of a fix or crossing: by its own clock, or by ours where the receiver gives no time.
  private func timestamp(of fix: Fix) -> Timestamp? {
    switch fix.clock {
    case .own: return Timestamp(milliseconds: fix.milliseconds)
    case .arrival:
      let (nanoseconds, overflow) = fix.milliseconds.multipliedReportingOverflow(by: 1_000_000)
      return overflow ? nil : clock.utc(at: EngineTime(nanoseconds: nanoseconds))
    }
  }
}
