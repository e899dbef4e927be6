/// A call of a function by the types of its arguments' values.
final class CallNode: Node {
  private let name: String
  private let overloads: [Overload]
  private let arguments: [any Node]
  private let span: Range<Int>
  /// Functions that search one text for another may have to compare each place of one with all of the other.
  private let isSearch: Bool

  init(_ name: String, _ overloads: [Overload], _ arguments: [any Node], _ span: Range<Int>) {
    self.name = name
    self.overloads = overloads
    self.arguments = arguments
    self.span = span
    isSearch = ["contains", "indexOf", "lastIndexOf", "replace", "split"].contains(name)
  }

  func value<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Value {
    switch arguments.count {
    case 1: return try one(try arguments[0].value(slots, &frame), &frame)
    case 2: return try two(try arguments[0].value(slots, &frame), try arguments[1].value(slots, &frame), &frame)
    default:
      var values: [Value] = []
      values.reserveCapacity(arguments.count)
      for argument in arguments { values.append(try argument.value(slots, &frame)) }
      return try many(values, &frame)
    }
  }

  private func one(_ a: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
    do throws(EvaluationError) {
      try frame.charge(1 + a.weight)
      for overload in overloads where a.isOf(overload.parameters[0]) {
        switch overload.implementation {
        case .one(let body): return try body(a)
        case .many(let body): return try body([a])
        default: throw unbound
        }
      }
      throw mismatch([a])
    } catch {
      throw error.at(span)
    }
  }

  private func two(_ a: Value, _ b: Value, _ frame: inout Frame) throws(EvaluationError) -> Value {
    do throws(EvaluationError) {
      try frame.charge(1 + a.weight + b.weight)
      if isSearch { try frame.charge(searchCost(a, b)) }
      for overload in overloads where a.isOf(overload.parameters[0]) && b.isOf(overload.parameters[1]) {
        if case .list = a { try frame.chargeContents(of: a) }
        if case .list = b { try frame.chargeContents(of: b) }
        switch overload.implementation {
        case .two(let body): return try body(a, b)
        case .many(let body): return try body([a, b])
        default: throw unbound
        }
      }
      throw mismatch([a, b])
    } catch {
      throw error.at(span)
    }
  }

  private func many(_ values: [Value], _ frame: inout Frame) throws(EvaluationError) -> Value {
    do throws(EvaluationError) {
      try frame.charge(values.reduce(1) { $0 + $1.weight })
      if isSearch, values.count >= 2 { try frame.charge(searchCost(values[0], values[1])) }
      for overload in overloads where zip(values, overload.parameters).allSatisfy({ $0.isOf($1) }) {
        switch overload.implementation {
        case .none(let body): return try body()
        case .many(let body): return try body(values)
        default: throw unbound
        }
      }
      throw mismatch(values)
    } catch {
      throw error.at(span)
    }
  }

  private func searchCost(_ text: Value, _ wanted: Value) -> Int {
    guard case .string(let text) = text, case .string(let wanted) = wanted else { return 0 }
    return text.utf8.count * wanted.utf8.count / 64
  }

  private var unbound: EvaluationError {
    EvaluationError(.unboundFunction, "the function '\(name)' can't be called here")
  }

  private func mismatch(_ values: [Value]) -> EvaluationError {
    let types = values.map(\.typeName).joined(separator: ", ")
    return EvaluationError(.noSuchOverload, "no such overload: '\(name)' doesn't take (\(types))")
  }
}
