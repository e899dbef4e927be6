import CEL
import Model

/// A compiled expression of a rule file.
struct RuleExpression: Condition {
  /// What it gives, as far as rule files care.
  enum Kind: Hashable, Sendable { case boolean, number, text, other }

  /// The expression as it is written, blanks and line breaks evened out.
  let canonical: String
  let reads: [Slot]
  let kind: Kind

  /// `unknown` where a signal that decides is missing, stale or bad, and after any error of evaluation.
  func outcome(in situation: Situation) -> Outcome {
    guard case .boolean(let holds)? = value(in: situation) else { return .unknown }
    return holds ? .holds : .fails
  }

  /// A number, truth value or text; `nil` where it is unknown.
  func value(in situation: Situation) -> Model.Value? { nil }
}
