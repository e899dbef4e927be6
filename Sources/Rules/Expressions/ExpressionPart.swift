import CEL
public import Model

/// One part of a condition with what it says now, for `waypost explain`.
public struct ExpressionPart: Hashable, Sendable {
  /// As it is written.
  public var text: String
  /// 0 for the whole, 1 for what `&&`, `||`, `!` and `? :` join, and so on.
  public var depth: Int
  /// `nil` where it is unknown.
  public var value: Model.Value?
  /// What it reads; only of parts that have no parts.
  public var readings: [Reading]

  /// Something that an expression reads.
  public struct Reading: Hashable, Sendable {
    /// `reefer.temperature`, `in_zone("depot")`.
    public var name: String
    public var value: Model.Value?
    /// Why there is no value: `never read`, `stale for 12 s`. `nil` where there is one.
    public var unknown: String?
  }
}

extension RuleExpression {
  /// The whole, then its parts down to the comparisons, in the order of the text.
  func parts(in situation: Situation) -> [ExpressionPart] {
    var parts: [ExpressionPart] = []
    add(checked.root, depth: 0, situation, to: &parts)
    return parts
  }

  private static let joints: Set<String> = ["_&&_", "_||_", "!_", "_?_:_"]

  private func add(_ node: Expression, depth: Int, _ situation: Situation, to parts: inout [ExpressionPart]) {
    var inner: [Expression] = []
    if case .call(let function, nil, let arguments) = node.kind, Self.joints.contains(function) { inner = arguments }
    var part = CheckedExpression(
      root: node, types: checked.types, references: checked.references, resultType: checked.type(of: node))
    part.resultType = checked.type(of: node)
    let program = Program(compiling: part, in: Environment())
    var value: Model.Value?
    do { value = Self.value(try program.evaluate(situation)) } catch { value = nil }
    parts.append(
      ExpressionPart(
        text: excerpt(node), depth: depth, value: value,
        readings: inner.isEmpty ? readings(of: node, situation) : []))
    for child in inner { add(child, depth: depth + 1, situation, to: &parts) }
  }

  private func excerpt(_ node: Expression) -> String {
    let bytes = Array(source.utf8)
    guard node.span.upperBound <= bytes.count else { return text }
    return String(decoding: bytes[node.span], as: UTF8.self)
  }

  private func readings(of node: Expression, _ situation: Situation) -> [ExpressionPart.Reading] {
    var found: [ExpressionPart.Reading] = []
    var seen: Set<Int> = []
    node.forEachNode { node in
      guard case .variable(_, let slot)? = checked.references[node.id], seen.insert(slot).inserted,
        let meaning = reads.first(where: { situation.store.plan.number(of: $0) == slot })
      else { return }
      let value: CEL.Value? = situation.lookUp(slot)
      found.append(
        .init(
          name: excerpt(node), value: value.flatMap(Self.value),
          unknown: value == nil ? situation.reason(meaning) : nil))
    }
    return found
  }
}

extension Situation {
  /// Why a slot has no value now.
  func reason(_ slot: Slot) -> String {
    if let signal = slot.signal, let entry = store.plan.entry(holding: signal) {
      switch store.quality(entry, at: time) {
      case .never: return "never read since the start"
      case .bad: return signal.isPosition || PositionField(rawValue: signal.metric) != nil ? "no fix" : "bad"
      case .stale:
        let seconds = store.entries[entry].map { Int((time - $0.at).seconds) } ?? 0
        return "stale: last read \(seconds) s ago"
      case .good: break
      }
    }
    switch slot {
    case .signal: return "the fix doesn't say"
    case .previous, .window: return "too few readings"
    case .variable: return "never set"
    case .inZone, .zones, .timeInZone: return "the side is not known"
    case .distance: return "no fix"
    case .now, .localTime: return "the clock is not trusted"
    case .trigger: return "the trigger has none"
    case .argument: return "it came without"
    default: return "unknown"
    }
  }
}
