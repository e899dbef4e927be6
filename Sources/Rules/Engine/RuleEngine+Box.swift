extension RuleEngine {
  /// The signals of `system` that rules or report policies read and that come as readings, by metric: the gateway feeds no others.
  public var boxSignals: Set<String> {
    Set(
      SystemSignal.all.filter { signal in
        guard case .reading = signal.source else { return false }
        let name = SignalName(device: SystemSignal.device, metric: signal.name)
        return rules.plan.entry(of: name) != nil || rules.reports.contains { $0.matches(name) }
      }.map(\.name))
  }
}
