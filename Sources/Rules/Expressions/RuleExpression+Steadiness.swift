import CEL
import Model

/// Until when an expression says what it says now if nothing but time passes, found in its tree.
///
/// What is made of others is as steady as the least steady of them. Two things that people write are looked into, since they make up nearly
/// all rules that mention time: a growing number of seconds beside a fixed one, `age(x) > 300`, and a part of the time of day,
/// `local_time(z).getHours()`.
extension RuleExpression {
  func steadyUntil(in situation: Situation) -> EngineTime { steady(checked.root, situation) }

  private static let orders: Set<String> = ["_<_", "_<=_", "_>_", "_>=_"]
  /// They change at a whole minute, in every time zone of our days.
  private static let slowGetters: Set<String> = [
    "getMinutes", "getHours", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getMonth", "getFullYear",
  ]
  /// Off the moment of an order's change, so that no rounding decides.
  private static let margin = Interval.seconds(2)

  private func steady(_ node: Expression, _ situation: Situation) -> EngineTime {
    guard case .call(let function, let target, let arguments) = node.kind else { return steadyReads(node, situation) }
    if Self.orders.contains(function), target == nil, arguments.count == 2,
      let change = changeOfOrder(arguments[0], arguments[1], situation)
        ?? changeOfOrder(arguments[1], arguments[0], situation)
    {
      return change
    }
    if let target, arguments.allSatisfy(isLiteral), Self.slowGetters.contains(function), let number = slot(target),
      situation.store.plan.sources.indices.contains(number)
    {
      switch situation.store.plan.sources[number] {
      case .now, .localTime: return situation.nextMinute ?? EngineTime(nanoseconds: .max)
      default: break
      }
    }
    // What is made of steady parts is steady.
    let parts = arguments + [target].compactMap(\.self)
    return parts.map { steady($0, situation) }.min() ?? EngineTime(nanoseconds: .max)
  }

  /// When `growing` comes to pass the number that it is compared with; `nil` where this is no such comparison.
  private func changeOfOrder(_ growing: Expression, _ fixed: Expression, _ situation: Situation) -> EngineTime? {
    guard let bound = number(fixed), let slot = slot(growing), situation.grows(slot),
      case .double(let seconds)? = situation.lookUp(slot)
    else { return nil }
    guard seconds <= bound + Self.margin.seconds else { return EngineTime(nanoseconds: .max) }
    // Beyond a hundred years it is the same as never, and an overflow.
    return max(situation.time, situation.time + .seconds(min(3e9, bound - seconds - Self.margin.seconds)))
  }

  private func number(_ node: Expression) -> Double? {
    switch node.kind {
    case .literal(.double(let number)): number
    case .literal(.int(let number)): Double(number)
    case .literal(.uint(let number)): Double(number)
    default: nil
    }
  }

  private func isLiteral(_ node: Expression) -> Bool { if case .literal = node.kind { true } else { false } }

  private func slot(_ node: Expression) -> Int? {
    guard case .variable(_, let slot)? = checked.references[node.id],
      case .identifier = node.kind
    else { return nil }
    return slot
  }

  private func steadyReads(_ node: Expression, _ situation: Situation) -> EngineTime {
    var until = EngineTime(nanoseconds: .max)
    node.forEachNode { node in
      guard case .variable(_, let slot)? = checked.references[node.id] else { return }
      until = min(until, situation.steadyUntil(slot))
    }
    return until
  }
}
