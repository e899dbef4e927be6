/// `a && b`, `a || b`: where one side decides, an error of the other doesn't matter, whichever comes first
/// (cel-spec, doc/langdef.md, "Logical Operators").
final class JunctionNode: Condition {
  private let left: any Node
  private let right: any Node
  /// What decides: false for `&&`, true for `||`.
  private let decisive: Bool
  private let span: Range<Int>

  init(_ left: any Node, _ right: any Node, decisive: Bool, _ span: Range<Int>) {
    self.left = left
    self.right = right
    self.decisive = decisive
    self.span = span
  }

  func bool<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Bool {
    do throws(EvaluationError) {
      if try left.bool(slots, &frame) == decisive { return decisive }
    } catch {
      return try decided(despite: error, slots, &frame)
    }
    do throws(EvaluationError) { return try right.bool(slots, &frame) } catch { throw error.at(span) }
  }

  private func decided<Store: Slots>(
    despite failure: EvaluationError, _ slots: borrowing Store, _ frame: inout Frame
  ) throws(EvaluationError) -> Bool {
    do throws(EvaluationError) {
      if try right.bool(slots, &frame) == decisive { return decisive }
    } catch {
      // What is unknown may yet come to decide; what failed stays a failure.
      throw failure.code != .unknown && error.code == .unknown ? error.at(span) : failure.at(span)
    }
    throw failure.at(span)
  }
}

final class ConditionalNode: Node {
  private let condition: any Node
  private let first: any Node
  private let second: any Node
  private let span: Range<Int>

  init(_ condition: any Node, _ first: any Node, _ second: any Node, _ span: Range<Int>) {
    self.condition = condition
    self.first = first
    self.second = second
    self.span = span
  }

  private func chosen<Store: Slots>(
    _ slots: borrowing Store, _ frame: inout Frame
  ) throws(EvaluationError) -> any Node {
    do throws(EvaluationError) {
      return try condition.bool(slots, &frame) ? first : second
    } catch {
      throw error.at(span)
    }
  }

  func value<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Value {
    try chosen(slots, &frame).value(slots, &frame)
  }

  func bool<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Bool {
    try chosen(slots, &frame).bool(slots, &frame)
  }

  func double<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Double {
    try chosen(slots, &frame).double(slots, &frame)
  }

  func int<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Int64 {
    try chosen(slots, &frame).int(slots, &frame)
  }
}

final class NotNode: Condition {
  private let operand: any Node
  private let span: Range<Int>

  init(_ operand: any Node, _ span: Range<Int>) {
    self.operand = operand
    self.span = span
  }

  func bool<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Bool {
    do throws(EvaluationError) { return !(try operand.bool(slots, &frame)) } catch { throw error.at(span) }
  }
}

/// False only for what is false; errors count as true.
final class NotStrictlyFalseNode: Condition {
  private let operand: any Node

  init(_ operand: any Node) { self.operand = operand }

  func bool<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Bool {
    do throws(EvaluationError) {
      return try operand.bool(slots, &frame)
    } catch {
      return true
    }
  }
}
