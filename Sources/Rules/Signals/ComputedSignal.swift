import Model

/// A signal that is made of others: `genset.fuel_rate: genset.power * 0.27`.
struct ComputedSignal: Sendable {
  var name: SignalName
  var expression: RuleExpression

  var canonical: String { "\(name): \(expression.canonical)" }

  /// What it is now. Without a value its quality is that of the first signal that it lacks, `stale` where the
  /// zones or the time are not known, and `bad` where the arithmetic fails.
  func content(in situation: Situation, after before: ReportedContent?) -> ReportedContent {
    if let value = expression.value(in: situation) { return .reading(value, .good) }
    for slot in expression.reads where situation.value(of: slot) == nil {
      if let signal = slot.signal, let quality = situation.quality(of: signal), quality != .good {
        return .reading(nil, quality)
      }
      // A zone's side or the time, not known yet, or not any more.
      return .reading(nil, before == nil ? .never : .stale)
    }
    return .reading(nil, .bad)
  }
}

extension Situation {
  /// A signal's quality now; `nil` where it has none.
  func quality(of signal: SignalName) -> Quality? {
    store.plan.entry(holding: signal).map { store.quality($0, at: time) }
  }
}
