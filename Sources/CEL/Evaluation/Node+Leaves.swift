final class ConstantNode: Node {
  private let constant: Value

  init(_ constant: Value) { self.constant = constant }

  func value<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Value { constant }
}

/// A number that is written in the expression, beside one that isn't.
final class DoubleNode: Node {
  private let constant: Double

  init(_ constant: Double) { self.constant = constant }

  func value<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Value {
    .double(constant)
  }

  func double<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Double {
    constant
  }
}

/// A variable of the host.
final class SlotNode: Node {
  private let slot: Int
  private let span: Range<Int>

  init(_ slot: Int, _ span: Range<Int>) {
    self.slot = slot
    self.span = span
  }

  func value<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Value {
    do throws(EvaluationError) { return try slots.value(slot) } catch { throw error.at(span) }
  }
}

/// A variable of a macro.
final class LocalNode: Node {
  private let place: Int

  init(_ place: Int) { self.place = place }

  func value<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Value {
    switch frame.locals[place] {
    case .value(let value): return value
    case .error(let error): throw error
    }
  }
}

/// What can't be evaluated, such as a name that nothing is declared for.
final class FailureNode: Node {
  private let error: EvaluationError

  init(_ error: EvaluationError) { self.error = error }

  func value<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Value {
    throw error
  }
}
