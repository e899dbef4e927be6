import Model

extension RuleEngine {
  /// Brings the computed signals up to date, in the order of their dependencies. What is new waits for the report policies, which
  /// come last in an instant.
  mutating func compute(at time: EngineTime, isTick: Bool = false) {
    guard !rules.computed.isEmpty else { return }
    if isTick { for index in rules.plan.timedComputed { signals.dirtyComputed.mark(index) } }
    while let index = signals.dirtyComputed.takeFirst() {
      let computed = rules.computed[index]
      let before = signals.content(of: computed.name)
      let content = computed.content(in: situation(at: time), after: before)
      if case .reading(nil, let quality) = content {
        if case .reading(nil, quality)? = before { continue }
        if before == nil, quality == .never { continue }
      }
      signals.take(computed.name, content, at: time)
      // What zones have moved on since counts, once for the instant.
      pendingReports.removeAll { $0.0 == computed.name }
      pendingReports.append((computed.name, content))
    }
  }

  /// The end of an instant: offers computed signals, and what turned stale, to the report policies.
  mutating func offerPending(at time: EngineTime, _ effects: inout [Effect]) {
    guard !pendingReports.isEmpty else { return }
    let pending = pendingReports
    pendingReports.removeAll(keepingCapacity: true)
    for (name, content) in pending {
      offer(ReportState.Held(at: time, stamp: nil, content: content), of: name, &effects)
    }
  }
}
