/// A fold over a list or map: what `all`, `exists`, `map`, `filter` and the others come down to.
final class ComprehensionNode: Node {
  struct Parts {
    /// Places of the locals.
    var variable: Int
    var secondVariable: Int?
    var accumulator: Int
    var range: any Node
    var initial: any Node
    var condition: any Node
    var step: any Node
    var result: any Node
    /// Steps that one round takes, at least.
    var cost: Int
  }

  private let parts: Parts
  private let span: Range<Int>

  init(_ parts: Parts, _ span: Range<Int>) {
    self.parts = parts
    self.span = span
  }

  func value<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Value {
    try run(slots, &frame)
    return try parts.result.value(slots, &frame)
  }

  func bool<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Bool {
    try run(slots, &frame)
    return try parts.result.bool(slots, &frame)
  }

  private func run<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) {
    let range = try parts.range.value(slots, &frame)
    set(parts.accumulator, to: parts.initial, slots, &frame)
    switch range {
    case .list(let elements):
      for (index, element) in elements.enumerated() {
        if let second = parts.secondVariable {
          frame.locals[parts.variable] = .value(.int(Int64(index)))
          frame.locals[second] = .value(element)
        } else {
          frame.locals[parts.variable] = .value(element)
        }
        guard try round(slots, &frame) else { return }
      }
    case .map(let map):
      for entry in map.entries {
        frame.locals[parts.variable] = .value(entry.key)
        if let second = parts.secondVariable { frame.locals[second] = .value(entry.value) }
        guard try round(slots, &frame) else { return }
      }
    default:
      throw EvaluationError(.noSuchOverload, "only a list or a map has elements, not \(range.typeName)", span: span)
    }
  }

  /// False where the fold is over before its range is.
  private func round<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Bool {
    do throws(EvaluationError) { try frame.charge(parts.cost) } catch { throw error.at(span) }
    guard try parts.condition.bool(slots, &frame) else { return false }
    set(parts.accumulator, to: parts.step, slots, &frame)
    return true
  }

  private func set<Store: Slots>(_ place: Int, to node: any Node, _ slots: borrowing Store, _ frame: inout Frame) {
    do throws(EvaluationError) {
      let value = try node.value(slots, &frame)
      frame.locals[place] = .value(value)
    } catch {
      frame.locals[place] = .error(error)
    }
  }
}

/// `accumulator + [elements]` as the step of a fold: the list grows in place, so that `map` and `filter` take linear time.
final class AppendNode: Node {
  private let accumulator: Int
  private let elements: any Node
  private let span: Range<Int>

  init(accumulator: Int, _ elements: any Node, _ span: Range<Int>) {
    self.accumulator = accumulator
    self.elements = elements
    self.span = span
  }

  func value<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Value {
    if case .error(let error) = frame.locals[accumulator] { throw error }
    guard case .list(let more) = try elements.value(slots, &frame),
      case .value(.list(var list)) = frame.locals[accumulator]
    else { throw EvaluationError.noSuchOverload.at(span) }
    guard list.count + more.count <= ValueLimit.elements else { throw EvaluationError.tooLarge.at(span) }
    // Nobody else may hold the list while it grows.
    frame.locals[accumulator] = .value(.null)
    list.append(contentsOf: more)
    return .list(list)
  }
}

/// `cel.@mapInsert(map, key, value)`, `cel.@mapInsert(map, entries)`; of a fold's accumulator, in place.
final class InsertNode: Node {
  private let map: any Node
  /// Where the map is taken from, so that only this node holds it.
  private let accumulator: Int?
  private let additions: [any Node]
  private let span: Range<Int>

  init(_ map: any Node, accumulator: Int?, _ additions: [any Node], _ span: Range<Int>) {
    self.map = map
    self.accumulator = accumulator
    self.additions = additions
    self.span = span
  }

  func value<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Value {
    // An error in the accumulator comes before one in what is added.
    var taken = try map.value(slots, &frame)
    var values: [Value] = []
    for addition in additions { values.append(try addition.value(slots, &frame)) }
    do throws(EvaluationError) {
      for value in values { try frame.chargeContents(of: value) }
      guard case .map(var map) = taken else { throw .noSuchOverload }
      taken = .null
      if let accumulator { frame.locals[accumulator] = .value(.null) }
      if values.count == 2 {
        try map.insert(values[1], for: values[0])
      } else {
        for entry in try values[0].map().entries { try map.insert(entry.value, for: entry.key) }
      }
      guard map.count <= ValueLimit.elements else { throw .tooLarge }
      return .map(map)
    } catch {
      throw error.at(span)
    }
  }
}
