import Chance
import Foundation
import Model
import Testing

@testable import Rules

/// The same observations give the same effects and the same state, byte for byte: whatever the rules, however `advance` is cut into
/// pieces, and wherever the gateway is killed, started again or reloaded in between.
///
/// `WAYPOST_SEEDS` sets how many rule files and journeys by chance are tried.
struct DeterminismTests {
  static let seeds: Range<UInt64> =
    0..<(ProcessInfo.processInfo.environment["WAYPOST_SEEDS"].flatMap(UInt64.init) ?? 16)

  struct Trial {
    var rules: RuleSet
    var text: String
    var journey: RandomJourney

    init(_ chance: inout Chance) throws {
      text = RandomRules(&chance).text
      do { rules = try RuleFile.load(text, catalogue: Scene.withActuators) } catch {
        throw Expressing.Refused(description: "\(error)\n\(text)")
      }
      journey = RandomJourney(&chance, count: chance.number(40...160))
    }

    func engine(_ rows: [StateRow] = [], at time: EngineTime = .zero) -> RuleEngine {
      RuleEngine(rules: rules, engine: "abc123", state: rows, time: time)
    }
  }

  /// All that an effect says, so that also what compares as equal and isn't the same, as 0 and −0, is told apart.
  private func bytes(_ effects: [Effect]) -> [String] { effects.map { "\($0)" } }

  private func expectSame(_ a: [Effect], _ b: [Effect], _ trial: Trial, _ what: String) {
    let (a, b) = (bytes(a), bytes(b))
    guard a != b else { return }
    let place = zip(a, b).enumerated().first { $1.0 != $1.1 }?.offset ?? min(a.count, b.count)
    Issue.record(
      "\(what): effect \(place) of \(a.count) and \(b.count)\n\(a.dropFirst(place).first ?? "-")\n\(b.dropFirst(place).first ?? "-")\n\(trial.text)"
    )
  }

  private func expectSame(_ a: [StateRow], _ b: [StateRow], _ trial: Trial, _ what: String) {
    let (a, b) = (Set(a), Set(b))
    guard a != b else { return }
    Issue.record(
      "\(what): \(a.subtracting(b).map { "\($0)" }.sorted()) and \(b.subtracting(a).map { "\($0)" }.sorted())\n\(trial.text)"
    )
  }

  @Test(arguments: seeds)
  func anyChunksKillsAndReloadsGiveTheSameBytes(seed: UInt64) throws {
    var chance = Chance(seed: seed &* 7919)
    let trial = try Trial(&chance)
    var straight = trial.engine()
    let effects = straight.run(trial.journey.observations) + straight.advance(to: trial.journey.end)

    var engine = trial.engine()
    var cut: [Effect] = []
    for observation in trial.journey.observations + [nil] {
      let next = observation?.time ?? trial.journey.end
      // A gateway that is off advances nothing.
      let isStart = if case .system(.start)? = observation?.content { true } else { false }
      for _ in 0..<(isStart ? 0 : chance.number(0...3)) where next > engine.now {
        let time = EngineTime(nanoseconds: Int64.random(in: engine.now.nanoseconds...next.nanoseconds, using: &chance))
        cut += engine.advance(to: chance.once(in: 3) ? min(next, engine.nextDeadline ?? time) : time)
      }
      cut += observation.map { engine.ingest($0) } ?? engine.advance(to: next)
    }
    expectSame(effects, cut, trial, "in pieces")
    expectSame(straight.snapshot(), engine.snapshot(), trial, "the state in pieces")

    var saved = SavedRows()
    var savedAt = EngineTime.zero
    engine = trial.engine()
    var killed: [Effect] = []
    /// Of what is not committed: a kill takes it back, with the observations that it came of.
    var pending: [Effect] = []
    var uncommitted: [Observation] = []
    func commit() {
      saved.commit(&engine)
      savedAt = engine.now
      killed += pending
      pending = []
      uncommitted = []
    }
    for observation in trial.journey.observations {
      pending += engine.ingest(observation)
      uncommitted.append(observation)
      if chance.once(in: 3) { commit() }
      switch chance.number(0...19) {
      case 0...2:
        engine = trial.engine(saved.rows, at: savedAt)
        pending = engine.run(uncommitted)
      case 3:
        commit()
        killed += engine.replace(rules: try RuleFile.load(trial.text, catalogue: Scene.withActuators), at: engine.now)
      default: break
      }
    }
    pending += engine.advance(to: trial.journey.end)
    commit()
    expectSame(effects, killed, trial, "killed and reloaded")
    expectSame(straight.snapshot(), engine.snapshot(), trial, "the state, killed and reloaded")
    expectSame(straight.snapshot(), saved.rows, trial, "the rows that changed, added up")
  }

  /// The law would hold of rules that say nothing, too.
  @Test func rulesByChanceUseEverythingAndFire() throws {
    var triggers: Set<String> = []
    var actions: Set<String> = []
    var slots: Set<String> = []
    var policies: Set<String> = []
    var told: [String: Int] = [:]
    var fired = 0
    for seed in UInt64(0)..<48 {
      var chance = Chance(seed: seed &* 7919)
      let trial = try Trial(&chance)
      func kind<T>(_ value: T) -> String { String("\(value)".prefix { $0 != "(" }) }
      for rule in trial.rules.rules {
        triggers.formUnion(rule.triggers.map(kind))
        actions.formUnion((rule.actions + rule.clearActions).map(kind))
        if rule.level?.until != nil { triggers.insert("until") }
        if rule.level.map({ $0.holdFor > .zero }) == true { triggers.insert("for") }
        if rule.level.map({ $0.clearFor > .zero }) == true { triggers.insert("clear_for") }
        if rule.level?.notifiesClear == false { triggers.insert("notify_clear") }
        if rule.level != nil { triggers.insert("level") }
        if rule.cooldown != nil { triggers.insert("cooldown") }
        if rule.limit != nil { triggers.insert("limit") }
      }
      slots.formUnion(trial.rules.slots.read.map(kind))
      for policy in trial.rules.reports {
        if policy.when != nil { policies.insert("when") }
        if policy.every != nil { policies.insert("every") }
        if policy.deadband != nil { policies.insert("deadband") }
        if policy.orMoved != nil { policies.insert("or_moved") }
        if policy.orTurned != nil { policies.insert("or_turned") }
        if policy.atLeast != nil { policies.insert("at_least") }
        if policy.budget != nil { policies.insert("budget") }
      }
      if trial.rules.budgets.contains(where: \.isShared) { policies.insert("shared budget") }
      guard seed < 12 else { continue }
      var engine = trial.engine()
      for effect in engine.run(trial.journey.observations) { told[kind(effect), default: 0] += 1 }
      fired += engine.status.rules.count { $0.firings > 0 }
    }
    #expect(
      triggers == [
        "enter", "exit", "dwell", "cross", "change", "every", "link", "command", "start", "level", "until", "for",
        "clear_for", "notify_clear", "cooldown", "limit",
      ])
    #expect(actions == ["geofenceEvent", "event", "report", "sample", "set", "run", "log", "write", "shutdown"])
    #expect(
      slots == [
        "signal", "variable", "trigger", "inZone", "zones", "distance", "timeInZone", "count", "now", "localTime",
        "has",
        "hasVariable", "age", "quality", "previous", "window",
      ])
    #expect(
      policies == ["when", "every", "deadband", "or_moved", "or_turned", "at_least", "budget", "shared budget"])
    #expect(Set(told.keys) == ["record", "run", "write", "log", "sample", "shutdown"])
    #expect(fired > 50)
  }
}
