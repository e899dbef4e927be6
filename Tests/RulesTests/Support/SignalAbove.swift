import CEL

@testable import Rules

/// A condition for tests of the engine alone: a number above a bound; unknown while the signal is.
struct SignalAbove: Condition {
  var signal: SignalName
  var bound: Double

  var reads: [Slot] { [.signal(signal)] }
  var canonical: String { "\(signal) > \(bound)" }

  func outcome(in situation: Situation) -> Outcome {
    guard let value = situation.value(of: .signal(signal)), case .double(let number) = value else { return .unknown }
    return number > bound ? .holds : .fails
  }
}
