/// Where a host keeps the values of an expression's variables, each in the slot that the environment gives it.
///
/// A conformance is asked once for each use of a variable, in the middle of evaluation, so that it should only look up. Where it has no
/// value for now it throws `EvaluationError(.unknown, …)`; the evaluator adds the place.
public protocol Slots {
  func value(_ slot: Int) throws(EvaluationError) -> Value
}

extension [Value]: Slots {
  public func value(_ slot: Int) throws(EvaluationError) -> Value {
    guard indices.contains(slot) else { throw EvaluationError(.unknown, "the variable has no value") }
    return self[slot]
  }
}
