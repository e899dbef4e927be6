import Config
public import Model

/// Why a rule is up or not, for `waypost explain`.
public struct RuleExplanation: Hashable, Sendable {
  /// A part of its condition, with what it says now.
  public struct Part: Hashable, Sendable {
    /// As it stands in the rule file.
    public var text: String
    /// `nil`: unknown.
    public var holds: Bool?
  }

  /// What a condition reads, with its value now.
  public struct Reading: Hashable, Sendable {
    public var name: String
    /// `nil`: unknown.
    public var value: Value?
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

  public var name: String
  public var description: String?
  /// The kinds of what sets it off, as `enter:zone "depot"`; empty for a level.
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
  /// What its condition says now; `nil`: unknown, or it has none.
  public var outcome: Bool?
  /// The condition that counts now, and of `a && b` or `a || b` each part.
  public var parts: [Part]
  /// What that reads, in the order of first mention.
  public var readings: [Reading]
  public var waits: [Wait]
  /// Ids of the events that its clearing will close.
  public var openEvents: [String]
}

extension RuleEngine {
  /// `nil` where there is no such rule.
  public func explanation(of name: String) -> RuleExplanation? {
    guard let index = rules.rules.firstIndex(where: { $0.name == name }) else { return nil }
    let rule = rules.rules[index]
    let state = ruleStates[index]
    let situation = situation(at: now)
    let isUp = rule.level != nil && state.level.isUp
    let condition = isUp ? rule.level?.until ?? rule.condition : rule.condition
    return RuleExplanation(
      name: rule.name, description: rule.description, triggers: rule.triggers.map(\.canonical),
      isUp: rule.level.map { _ in isUp }, isMuted: state.level.isMuted, since: state.level.since,
      firings: state.firings, lastFired: state.lastFired, dropped: state.dropped,
      outcome: condition.flatMap { $0.outcome(in: situation).holds },
      parts: condition.map { parts(of: $0, in: situation) } ?? [],
      readings: (condition?.reads ?? []).map { slot in
        .init(name: slot.identifier, value: situation.value(of: slot).flatMap(RuleExpression.value))
      },
      waits: explainedWaits(of: index), openEvents: state.level.open.map(\.id))
  }

  private func parts(of condition: any Condition, in situation: Situation) -> [RuleExplanation.Part] {
    [.init(text: condition.canonical, holds: condition.outcome(in: situation).holds)]
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
      for zone in insideZones where selected.contains(zone) {
        guard let since = zones.states[zone].since else { continue }
        note(.dwell, until: since + after, rules.zones[zone].id)
      }
    }
    note(.every, until: state.nextTick)
    return found
  }
}

extension Outcome {
  /// `nil`: unknown.
  var holds: Bool? {
    switch self {
    case .holds: true
    case .fails: false
    case .unknown: nil
    }
  }
}
