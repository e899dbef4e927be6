/// `a[b]`, `a[?b]`.
final class IndexNode: Node {
  private let container: any Node
  private let index: any Node
  private let isOptional: Bool
  private let span: Range<Int>

  init(_ container: any Node, _ index: any Node, isOptional: Bool, _ span: Range<Int>) {
    self.container = container
    self.index = index
    self.isOptional = isOptional
    self.span = span
  }

  func value<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Value {
    let (container, index) = (try container.value(slots, &frame), try index.value(slots, &frame))
    do throws(EvaluationError) {
      return isOptional ? try container.found(at: index) : try container.element(at: index)
    } catch {
      throw error.at(span)
    }
  }
}

/// `a.field`, `a.?field`. Of an optional, the field is optional, too.
final class SelectNode: Node {
  private let operand: any Node
  private let field: Value
  private let isOptional: Bool
  private let span: Range<Int>

  init(_ operand: any Node, _ field: String, isOptional: Bool, _ span: Range<Int>) {
    self.operand = operand
    self.field = .string(field)
    self.isOptional = isOptional
    self.span = span
  }

  func value<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Value {
    let operand = try operand.value(slots, &frame)
    do throws(EvaluationError) {
      switch operand {
      case .map where isOptional: return try operand.found(at: field)
      case .map: return try operand.element(at: field)
      case .optional(.none): return operand
      case .optional(.some(.map(let map))): return map[field].map(Value.some) ?? .none
      case .optional(.some): throw .noSuchKey(field)
      default:
        throw EvaluationError(.noSuchOverload, "type '\(operand.typeName)' does not support field selection")
      }
    } catch {
      throw error.at(span)
    }
  }
}

/// `has(a.field)`.
final class PresenceNode: Condition {
  private let operand: any Node
  private let field: Value
  private let span: Range<Int>

  init(_ operand: any Node, _ field: String, _ span: Range<Int>) {
    self.operand = operand
    self.field = .string(field)
    self.span = span
  }

  func bool<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Bool {
    switch try operand.value(slots, &frame) {
    case .map(let map), .optional(.some(.map(let map))): return map[field] != nil
    case .optional: return false
    case let other:
      throw EvaluationError(.noSuchOverload, "type '\(other.typeName)' does not support field selection", span: span)
    }
  }
}

/// `[a, ?b]`.
final class ListNode: Node {
  private let elements: [any Node]
  private let optional: Set<Int>
  private let span: Range<Int>

  init(_ elements: [any Node], optional: Set<Int>, _ span: Range<Int>) {
    self.elements = elements
    self.optional = optional
    self.span = span
  }

  func value<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Value {
    var values: [Value] = []
    values.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      let value = try element.value(slots, &frame)
      do throws(EvaluationError) {
        // A list that holds the same list again and again would be small to make and endless to walk.
        try frame.chargeContents(of: value)
        if optional.contains(index) {
          if let present = try value.maybe().value { values.append(present) }
        } else {
          values.append(value)
        }
      } catch {
        throw error.at(span)
      }
    }
    return .list(values)
  }
}

/// `{a: b, ?c: d}`.
final class MapNode: Node {
  struct Entry {
    var key: any Node
    var value: any Node
    var isOptional: Bool
  }

  private let entries: [Entry]
  private let span: Range<Int>

  init(_ entries: [Entry], _ span: Range<Int>) {
    self.entries = entries
    self.span = span
  }

  func value<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Value {
    var map = Value.Map()
    for entry in entries {
      let (key, value) = (try entry.key.value(slots, &frame), try entry.value.value(slots, &frame))
      do throws(EvaluationError) {
        try frame.chargeContents(of: value)
        if entry.isOptional {
          if let present = try value.maybe().value { try map.insert(present, for: key) }
        } else {
          try map.insert(value, for: key)
        }
      } catch {
        throw error.at(span)
      }
    }
    return .map(map)
  }
}

/// `a.or(b)`, `a.orValue(b)`: `b` is evaluated where `a` is nothing.
final class OrElseNode: Node {
  private let maybe: any Node
  private let other: any Node
  /// `orValue`: what is in the optional, not the optional.
  private let isUnwrapped: Bool
  private let span: Range<Int>

  init(_ maybe: any Node, _ other: any Node, isUnwrapped: Bool, _ span: Range<Int>) {
    self.maybe = maybe
    self.other = other
    self.isUnwrapped = isUnwrapped
    self.span = span
  }

  func value<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Value {
    switch try maybe.value(slots, &frame) {
    case .optional(.some(let value)): return isUnwrapped ? value : .some(value)
    case .optional(.none):
      let value = try other.value(slots, &frame)
      if !isUnwrapped, case .optional = value { return value }
      guard isUnwrapped else { throw EvaluationError.noSuchOverload.at(span) }
      return value
    default: throw EvaluationError.noSuchOverload.at(span)
    }
  }
}
