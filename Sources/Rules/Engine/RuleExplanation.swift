import Config
public import Model

/// Why a rule is up or not, for `waypost explain`.
public struct RuleExplanation: Hashable, Sendable {
  /// What counts: `when`, `until`.
  public struct Condition: Hashable, Sendable {
    /// Its key in the file.
    public var key: String
    /// True for the one that counts now: `until` while the rule is up, if it has one, else `when`.
    public var counts: Bool
    /// The whole, then its parts in the order of the text.
    public var parts: [ExpressionPart]
  }

  /// What it waits for.
  public struct Wait: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
      /// That its condition has held long enough.
      case hold = "for"
      /// That what brings it down has held long enough.
      case clear = "clear_for"
      case cooldown
      /// That raises grow old enough for another.
      case limit
      case dwell
      case every
      /// That an unknown condition makes a wait start anew.
      case unknown
    }

    public var kind: Kind
    /// What it is about: a zone.
    public var name: String?
    public var left: Interval
  }

  /// An actuator that it writes.
  public struct Write: Hashable, Sendable {
    /// The key in the file under which it stands: `then`, `clear`.
    public var key: String
    public var signal: String
    /// The value as the file has it.
    public var text: String
    /// What it gives now; `nil`: unknown.
    public var value: Value?
    /// Why that wouldn't be written; `nil` where it would.
    public var refusal: String?
  }

  public var name: String
  public var description: String?
  /// What sets it off, as the rule file has it: `enter: tag:site`; empty for a level.
  public var triggers: [String]
  /// `nil` where it is no level.
  public var isUp: Bool?
  /// Up without its actions, which `limit` dropped.
  public var isMuted: Bool
  /// When it last went up or down.
  public var since: EngineTime?
  public var firings: UInt64
  public var lastFired: EngineTime?
  /// How often `limit` or `cooldown` dropped it.
  public var dropped: UInt64
  /// `when`, then `until`, as far as it has them.
  public var conditions: [Condition]
  public var waits: [Wait]
  /// In the order of the file. What needs the trigger to be known is unknown here.
  public var writes: [Write]
  /// Ids of the events that its clearing will close.
  public var openEvents: [String]
}

extension RuleExplanation {
  /// What the condition that counts says now; `nil`: unknown, or it has none.
  public var outcome: Bool? {
    if case .boolean(let holds)? = conditions.first(where: \.counts)?.parts.first?.value { holds } else { nil }
  }
}

extension RuleEngine {
  /// `nil` where there is no such rule.
  public func explanation(of name: String) -> RuleExplanation? {
    guard let index = rules.rules.firstIndex(where: { $0.name == name }) else { return nil }
    let rule = rules.rules[index]
    let state = ruleStates[index]
    let isUp = rule.level != nil && state.level.isUp
    return RuleExplanation(
      name: rule.name, description: rule.description, triggers: rule.triggers.map(\.text),
      isUp: rule.level.map { _ in isUp }, isMuted: state.level.isMuted, since: state.level.since,
      firings: state.firings, lastFired: state.lastFired, dropped: state.dropped,
      conditions: explainedConditions(of: rule, isUp: isUp),
      waits: explainedWaits(of: index), writes: explainedWrites(of: rule), openEvents: state.level.open.map(\.id))
  }

  private func explainedConditions(of rule: Rule, isUp: Bool) -> [RuleExplanation.Condition] {
    let situation = situation(at: now)
    let until = rule.level?.until
    var conditions: [RuleExplanation.Condition] = []
    if let condition = rule.condition {
      conditions.append(.init(key: "when", counts: !isUp || until == nil, parts: condition.parts(in: situation)))
    }
    if let until { conditions.append(.init(key: "until", counts: isUp, parts: until.parts(in: situation))) }
    return conditions
  }

  private func explainedWrites(of rule: Rule) -> [RuleExplanation.Write] {
    let situation = situation(at: now)
    return [("then", rule.actions), ("clear", rule.clearActions)].flatMap { key, actions in
      actions.flatMap { action -> [RuleExplanation.Write] in
        guard case .write(let requests) = action else { return [] }
        return requests.map { request in
          let value = request.value.value(in: situation)
          var refusal: String?
          if case .refused(let reason) = rules.catalogue.verdict(on: value, for: request.signal) { refusal = reason }
          return .init(
            key: key, signal: request.signal.description, text: request.value.text, value: value, refusal: refusal)
        }
      }
    }
  }

  private func explainedWaits(of index: Int) -> [RuleExplanation.Wait] {
    let rule = rules.rules[index]
    let state = ruleStates[index]
    var found: [RuleExplanation.Wait] = []
    func note(_ kind: RuleExplanation.Wait.Kind, until end: EngineTime?, _ name: String? = nil) {
      if let end, end > now { found.append(.init(kind: kind, name: name, left: end - now)) }
    }
    if let level = rule.level {
      if let since = state.level.holdsSince {
        note(state.level.isUp ? .clear : .hold, until: since + (state.level.isUp ? level.clearFor : level.holdFor))
        note(.unknown, until: state.level.unknownSince.map { $0 + rules.patiences[index] })
      }
    }
    if !state.level.isUp { note(.cooldown, until: state.cooldownUntil) }
    if let limit = rule.limit, state.recent.count >= limit.count, let first = state.recent.first {
      note(.limit, until: first + limit.per)
    }
    for (owner, after, selected) in triggers.dwelling where owner == index {
      for zone in zones.inside where selected.contains(zone) {
        guard let since = zones.state(of: zone).since else { continue }
        note(.dwell, until: since + after, rules.zones[zone].id)
      }
    }
    note(.every, until: state.nextTick)
    return found
  }
}

extension RuleEngine {
  /// The rules' names, in file order.
  public var ruleNames: [String] { rules.rules.map(\.name) }
}
