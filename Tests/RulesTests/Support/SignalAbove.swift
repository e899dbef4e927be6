import Model

@testable import Rules

/// A condition for tests, as CEL will give: a number above a bound; unknown while the signal is.
struct SignalAbove: Condition {
  var signal: SignalName
  var bound: Double

  var reads: [SignalName] { [signal] }
  var canonical: String { "\(signal) > \(bound)" }

  func outcome(in signals: SignalTable) -> Outcome {
    guard case .reading(.number(let number)?, .good) = signals[signal]?.content else { return .unknown }
    return number > bound ? .holds : .fails
  }
}
