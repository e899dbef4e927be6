/// What a condition says of this moment. `unknown` is neither: a signal is missing, stale or bad.
enum Outcome: Hashable, Sendable {
  case holds
  case fails
  case unknown
}

/// The place where conditions plug in: guards of rules and `when`s of report policies. This version has none in its files;
/// compiled CEL expressions conform.
///
/// A conformance must be a pure function of the signals that it lists in `reads`, in time bounded by its own length.
protocol Condition: Sendable {
  /// Every signal that the outcome depends on; only these are kept in the table, and in the saved state.
  var reads: [SignalName] { get }
  /// Two conditions with the same text are the same; decides what keeps its state over a reload.
  var canonical: String { get }
  func outcome(in signals: SignalTable) -> Outcome
}

extension Optional where Wrapped == any Condition {
  /// No condition holds always; an unknown one doesn't.
  func holds(in signals: SignalTable) -> Bool {
    guard let self else { return true }
    return self.outcome(in: signals) == .holds
  }
}
