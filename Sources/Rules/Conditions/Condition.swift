import Model

/// What a condition says of this moment. `unknown` is neither: a signal is missing, stale or bad.
enum Outcome: Hashable, Sendable {
  case holds
  case fails
  case unknown
}

/// The place where conditions plug in: levels, guards of rules and `when`s of report policies. Expressions of rule files
/// (`RuleExpression`) conform; tests bring their own.
///
/// A conformance must be a pure function of what it lists in `reads`, in time bounded by its own length.
protocol Condition: Sendable {
  /// All that the outcome depends on; only this is kept in the store, and in the saved state.
  var reads: [Slot] { get }
  /// Two conditions with the same text are the same; decides what keeps its state over a reload.
  var canonical: String { get }
  func outcome(in situation: Situation) -> Outcome
  /// Until when, this moment not among it, the outcome stays as it is if nothing but time passes. What depends on no time gives the end
  /// of time; one that cannot tell gives the situation's own time.
  func steadyUntil(in situation: Situation) -> EngineTime
  /// The whole and its parts, with what each says now.
  func parts(in situation: Situation) -> [ExpressionPart]
}

extension Condition {
  /// The whole alone, where it knows of no parts.
  func parts(in situation: Situation) -> [ExpressionPart] {
    let value: Value? =
      switch outcome(in: situation) {
      case .holds: .boolean(true)
      case .fails: .boolean(false)
      case .unknown: nil
      }
    return [ExpressionPart(text: canonical, depth: 0, value: value, readings: [])]
  }
}

extension Condition {
  /// As much as can be said of any condition.
  func steadyUntil(in situation: Situation) -> EngineTime {
    mentionsTime ? situation.time : EngineTime(nanoseconds: .max)
  }

  /// Whether it is to be asked at each whole second of engine time, too.
  var mentionsTime: Bool { reads.contains(where: \.mentionsTime) }
}

extension Optional where Wrapped == any Condition {
  /// No condition holds always; an unknown one doesn't.
  func holds(in situation: Situation) -> Bool {
    guard let self else { return true }
    return self.outcome(in: situation) == .holds
  }
}
