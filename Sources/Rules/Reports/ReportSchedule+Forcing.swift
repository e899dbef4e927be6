import Model

extension ReportSchedule {
  /// A signal's newest observation, sent past the policies because a rule asked for it; `nil` where it was sent already.
  mutating func force(
    _ newest: ReportState.Held, of name: SignalName, at time: EngineTime, in situation: Situation
  ) -> Report? {
    guard !policies.isEmpty, let index = slot(for: name) else { return nil }
    if let policy = policies.firstHolding(among: slots[index].policies, situation), policies[policy].sendsEverything {
      return nil
    }
    var held = newest
    if let state = slots[index].state {
      // Of a track all is sent but its last fix; the newest may be one whose time was in doubt, which went at once.
      if state.track != nil, state.held == nil { return nil }
      if let waiting = state.held { held = waiting } else if newest.at <= state.sentAt { return nil }
    }
    let report = Report(name: name, time: time, observation: held)
    charge(report, to: policies.firstHolding(among: slots[index].policies, situation))
    markSent(held.content, at: time, slot: index)
    return report
  }
}
