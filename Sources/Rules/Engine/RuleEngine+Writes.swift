import Model

extension RuleEngine {
  /// Decides one write. A value that is unknown, or that the actuator doesn't take, is not written, and an event says so.
  mutating func write(
    _ request: WriteRequest, of rule: String, _ occurrence: Occurrence?, state: GeneralEvent.State, at time: EngineTime,
    stamp: Timestamp?, _ effects: inout [Effect]
  ) {
    let id = nextID()
    let value = request.value.value(in: situation(at: time, trigger: occurrence?.context))
    let verdict = rules.catalogue.verdict(on: value, for: request.signal)
    switch verdict {
    case .refused(let reason):
      let outcome = ActionOutcome(
        id: id, rule: rule, action: Self.writeAction, target: request.signal.description, value: value,
        result: .failed, reason: reason)
      tell(outcome, at: time, &effects)
    case .taken(let value, let isPulse):
      effects.append(
        .write(
          ActuatorWrite(
            id: id, time: time, timestamp: stamp, rule: rule, state: state, device: request.signal.device,
            metric: request.signal.metric, value: value, isPulse: isPulse)))
    }
  }

  /// As it is named in outcome events.
  static let writeAction = "write"
}

extension SignalCatalogue {
  /// What is to be done with a value that a rule gives for a signal.
  enum WriteVerdict: Hashable, Sendable {
    case taken(Value, isPulse: Bool)
    /// Why it is not written, in a few words.
    case refused(String)
  }

  /// - Parameter value: `nil`: unknown.
  func verdict(on value: Value?, for signal: SignalName) -> WriteVerdict {
    guard let value else { return .refused("unknown") }
    // A set without devices, as a replay has it, takes every signal for what the rules say.
    guard !devices.isEmpty else { return .taken(value, isPulse: false) }
    guard let metric = device(signal.device)?.metrics.first(where: { $0.name == signal.metric }) else {
      return .refused("no such signal")
    }
    if let refusal = metric.refusal(of: value) { return .refused(refusal.description) }
    return .taken(value, isPulse: metric.writing?.pulse != nil)
  }
}
