/// One step of a compiled expression. Nodes are made once, when the program is; to evaluate is to call down the tree.
///
/// Where the checker knows a type, its own method spares the way through `Value`. An implementation that has a quicker way for one of them
/// gives it; the others follow from `value`.
protocol Node: AnyObject, Sendable {
  func value<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Value
  func bool<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Bool
  func double<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Double
  func int<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Int64
}

extension Node {
  func bool<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Bool {
    guard case .bool(let result) = try value(slots, &frame) else { throw .noSuchOverload }
    return result
  }

  func double<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Double {
    guard case .double(let result) = try value(slots, &frame) else { throw .noSuchOverload }
    return result
  }

  func int<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Int64 {
    guard case .int(let result) = try value(slots, &frame) else { throw .noSuchOverload }
    return result
  }
}

/// A node whose result is a `bool` whatever its operands are.
protocol Condition: Node {}

extension Condition {
  func value<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Value {
    .bool(try bool(slots, &frame))
  }
}
