enum Relation: Sendable {
  case less, lessOrEqual, greater, greaterOrEqual

  init?(_ function: String) {
    switch function {
    case "_<_": self = .less
    case "_<=_": self = .lessOrEqual
    case "_>_": self = .greater
    case "_>=_": self = .greaterOrEqual
    default: return nil
    }
  }

  /// With NaN, no comparison holds.
  @inline(__always)
  func holds<Number: Comparable>(_ a: Number, _ b: Number) -> Bool {
    switch self {
    case .less: a < b
    case .lessOrEqual: a <= b
    case .greater: a > b
    case .greaterOrEqual: a >= b
    }
  }

  func holds(_ order: Value.Order) -> Bool {
    switch (self, order) {
    case (.less, .less), (.greater, .greater), (.lessOrEqual, .less), (.lessOrEqual, .equal): true
    case (.greaterOrEqual, .greater), (.greaterOrEqual, .equal): true
    default: false
    }
  }
}

/// `a < b` of values whose types are known only when it is evaluated, or are rare.
final class RelationNode: Condition {
  private let relation: Relation
  private let left: any Node
  private let right: any Node
  private let span: Range<Int>

  init(_ relation: Relation, _ left: any Node, _ right: any Node, _ span: Range<Int>) {
    self.relation = relation
    self.left = left
    self.right = right
    self.span = span
  }

  func bool<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Bool {
    let (a, b) = (try left.value(slots, &frame), try right.value(slots, &frame))
    do throws(EvaluationError) {
      try frame.charge(a.weight)
      return relation.holds(try a.order(to: b))
    } catch {
      throw error.at(span)
    }
  }
}

/// `a < b` of two doubles: what most conditions are made of.
final class DoubleRelationNode: Condition {
  private let relation: Relation
  private let left: any Node
  private let right: any Node
  private let span: Range<Int>

  init(_ relation: Relation, _ left: any Node, _ right: any Node, _ span: Range<Int>) {
    self.relation = relation
    self.left = left
    self.right = right
    self.span = span
  }

  func bool<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Bool {
    do throws(EvaluationError) {
      return relation.holds(try left.double(slots, &frame), try right.double(slots, &frame))
    } catch {
      throw error.at(span)
    }
  }
}

final class IntRelationNode: Condition {
  private let relation: Relation
  private let left: any Node
  private let right: any Node
  private let span: Range<Int>

  init(_ relation: Relation, _ left: any Node, _ right: any Node, _ span: Range<Int>) {
    self.relation = relation
    self.left = left
    self.right = right
    self.span = span
  }

  func bool<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Bool {
    do throws(EvaluationError) {
      return relation.holds(try left.int(slots, &frame), try right.int(slots, &frame))
    } catch {
      throw error.at(span)
    }
  }
}

/// `a == b`, `a != b`.
final class EqualityNode: Condition {
  private let left: any Node
  private let right: any Node
  private let wanted: Bool
  private let span: Range<Int>

  init(_ left: any Node, _ right: any Node, wanted: Bool, _ span: Range<Int>) {
    self.left = left
    self.right = right
    self.wanted = wanted
    self.span = span
  }

  func bool<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Bool {
    let (a, b) = (try left.value(slots, &frame), try right.value(slots, &frame))
    do throws(EvaluationError) {
      try frame.chargeComparison(of: a)
      return a.equals(b) == wanted
    } catch {
      throw error.at(span)
    }
  }
}

/// `a in b`.
final class MembershipNode: Condition {
  private let item: any Node
  private let container: any Node
  private let span: Range<Int>

  init(_ item: any Node, _ container: any Node, _ span: Range<Int>) {
    self.item = item
    self.container = container
    self.span = span
  }

  func bool<Store: Slots>(_ slots: borrowing Store, _ frame: inout Frame) throws(EvaluationError) -> Bool {
    let (item, container) = (try item.value(slots, &frame), try container.value(slots, &frame))
    do throws(EvaluationError) {
      switch container {
      case .list(let list):
        try frame.charge(container.weight)
        for element in list {
          try frame.chargeComparison(of: element)
          if element.equals(item) { return true }
        }
        return false
      case .map(let map): return map[item] != nil
      default: throw .noSuchOverload
      }
    } catch {
      throw error.at(span)
    }
  }
}

extension Frame {
  /// What doesn't hold others is compared for nothing, or nearly so.
  @inline(__always)
  fileprivate mutating func chargeComparison(of value: Value) throws(EvaluationError) {
    switch value {
    case .list, .map, .optional: try chargeContents(of: value)
    case .string, .bytes: try charge(value.weight)
    default: break
    }
  }
}
