import Model

@testable import Rules

/// A condition for tests, as CEL will give: a number above a bound; unknown while the signal is.
struct SignalAbove: Condition {
  var signal: SignalName
  var bound: Double

  var reads: [Slot] { [.signal(signal)] }
  var canonical: String { "\(signal) > \(bound)" }

  func outcome(in situation: Situation) -> Outcome {
    guard case .double(let number)? = situation.value(of: .signal(signal)) else { return .unknown }
    return number > bound ? .holds : .fails
  }
}
