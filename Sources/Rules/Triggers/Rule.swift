import Config
import Model

/// What to do when something happens, or as long as something holds.
struct Rule: Sendable {
  var name: String
  var description: String?
  /// What sets it off; empty for a level.
  var triggers: [Trigger]
  /// Beside triggers a guard, which unknown does not let pass; alone the condition of the level.
  var condition: (any Condition)?
  /// How a rule without triggers goes up and down.
  var level: Level?
  /// The least time between one raise, or setting off, and the next.
  var cooldown: Interval?
  /// How many of them there may be in a stretch of time; more are dropped.
  var limit: CountRate?
  var actions: [Action]
  /// Done when the level goes down.
  var clearActions: [Action] = []

  /// What makes a rule the same rule after a reload: its name and what sets it off, however the file writes it.
  var canonicalTrigger: String {
    var text = triggers.map(\.canonical).sorted().joined(separator: " ")
    if let condition { text += (triggers.isEmpty ? "when " : " when ") + condition.canonical }
    return level.map { text + $0.canonical } ?? text
  }

  /// Everything that a change of would be a change of the rule.
  var canonical: String {
    """
    \(name)
    \(canonicalTrigger)
    \(cooldown?.nanoseconds ?? -1) \(limit.map { "\($0.count) per \($0.per.nanoseconds)" } ?? "") \
    \(level?.notifiesClear ?? true)
    \(actions.map(\.canonical).joined(separator: "\n"))
    \(clearActions.map(\.canonical).joined(separator: "\n"))
    """
  }

  /// What its level depends on: a change of any of it asks the rule again.
  var levelReads: [Slot] {
    guard let level else { return [] }
    return (condition?.reads ?? []) + (level.until?.reads ?? [])
  }

  /// Every slot that it needs to be kept.
  var reads: [Slot] {
    var slots = levelReads + (triggers.isEmpty ? [] : condition?.reads ?? [])
    for case .change(let signal) in triggers { slots.append(.signal(signal)) }
    for action in actions + clearActions { slots += action.reads }
    return slots
  }
}

/// How a rule that is a condition goes up and down.
struct Level: Sendable {
  /// What brings it down; `nil`: that its condition fails.
  var until: (any Condition)?
  /// How long the condition must have held.
  var holdFor = Interval.zero
  /// How long what brings it down must have held.
  var clearFor = Interval.zero
  /// Whether the events that its raising opened are closed by others.
  var notifiesClear = true

  var canonical: String {
    var text = ""
    if let until { text += " until \(until.canonical)" }
    if holdFor != .zero { text += " for \(holdFor.nanoseconds)" }
    if clearFor != .zero { text += " clear_for \(clearFor.nanoseconds)" }
    return text
  }
}
