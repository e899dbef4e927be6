enum Arithmetic: Sendable {
  case add, subtract, multiply, divide

  init?(_ function: String) {
    switch function {
    case "_+_": self = .add
    case "_-_": self = .subtract
    case "_*_": self = .multiply
    case "_/_": self = .divide
    default: return nil
    }
  }
}

/// `a + b` of two doubles; the other types go by their functions.
final class DoubleArithmeticNode: Node {
  private let operation: Arithmetic
  private let left: any Node
  private let right: any Node
  private let span: Range<Int>

  init(_ operation: Arithmetic, _ left: any Node, _ right: any Node, _ span: Range<Int>) {
    self.operation = operation
    self.left = left
    self.right = right
    self.span = span
  }

  func double<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Double {
    do throws(EvaluationError) {
      let (a, b) = (try left.double(slots, &frame), try right.double(slots, &frame))
      switch operation {
      case .add: return a + b
      case .subtract: return a - b
      case .multiply: return a * b
      case .divide: return a / b
      }
    } catch {
      throw error.at(span)
    }
  }

  func value<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Value {
    .double(try double(slots, &frame))
  }
}

final class IntArithmeticNode: Node {
  private let operation: Arithmetic
  private let left: any Node
  private let right: any Node
  private let span: Range<Int>

  init(_ operation: Arithmetic, _ left: any Node, _ right: any Node, _ span: Range<Int>) {
    self.operation = operation
    self.left = left
    self.right = right
    self.span = span
  }

  func int<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Int64 {
    do throws(EvaluationError) {
      let (a, b) = (try left.int(slots, &frame), try right.int(slots, &frame))
      switch operation {
      case .add: return try a.adding(b)
      case .subtract: return try a.subtracting(b)
      case .multiply: return try a.multiplied(by: b)
      case .divide: return try a.divided(by: b)
      }
    } catch {
      throw error.at(span)
    }
  }

  func value<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Value {
    .int(try int(slots, &frame))
  }
}
