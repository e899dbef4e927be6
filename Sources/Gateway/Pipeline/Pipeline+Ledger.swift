import Journal
import Logging
import Model

/// The rows of what rules decided, from the commit that decided them to the one that ends them.
extension Pipeline {
  /// Gives out what is decided and nobody has yet, in the order in which it was decided.
  func handOver() {
    do throws(JournalError) {
      for action in try journal.openActions() where action.state == .decided && handedOver[action.id] == nil {
        handedOver[action.id] = .some(action.expires)
        switch Deed(action) {
        case .run(let run): orders.append(.run(action.id, run))
        case .write(let write):
          let expires = action.expires ?? write.time + write.maxAge
          orders.append(.write(action.id, write, deadline: clock.bootTime(at: expires)))
        case nil: settle(action.id, .failed, "this version can't read it")
        }
      }
      hasDecided = false
    } catch {
      // Tried again with the next commit.
      logger.error("decided actions can't be read", metadata: ["error": "\(error)"])
    }
  }

  /// Of what was at work when the gateway ended nobody knows what became of it, and it is not done again: but a level that is young enough is
  /// simply written once more.
  ///
  /// - Parameter downtime: `nil` where nobody knows how long the gateway was off, so that nothing is young enough.
  func settleOpen(after downtime: Interval?, at now: Int64) {
    let open: [StoredAction]
    do throws(JournalError) {
      open = try journal.openActions()
    } catch {
      return logger.error("actions of the run before can't be read", metadata: ["error": "\(error)"])
    }
    // Beside those that the start itself has decided.
    hasDecided = hasDecided || open.contains { $0.state == .decided }
    let time = clock.stamp(bootTime: now)
    for action in open {
      let isLate = downtime == nil || action.expires.map { time > $0 } ?? false
      let deed = Deed(action)
      // What is late and was never begun is given up where it would be begun; a level may have been written.
      let isLevel = if case .write(let write)? = deed { !write.isPulse } else { false }
      switch action.state {
      case .started: end(action, deed, .unknown, "the gateway ended while it was at work", at: now)
      case .decided where isLate && isLevel:
        end(action, deed, .unknown, "the gateway ended before it was known", at: now)
      case .decided where downtime == nil:
        end(action, deed, .expired, "the gateway was off for nobody knows how long", at: now)
      default: break
      }
    }
  }

  private func end(
    _ action: StoredAction, _ deed: Deed?, _ result: ActionOutcome.Result, _ reason: String, at now: Int64
  ) {
    handedOver[action.id] = .some(action.expires)
    let outcome = deed?.outcome(result, reason)
    logger.error(
      "action of the run before ended without it",
      metadata: [
        "action": "\(action.kind)", "target": "\(outcome?.target ?? "?")", "rule": "\(outcome?.rule ?? "?")",
        "result": "\(result.name)", "reason": "\(reason)",
      ])
    settle(action.id, StoredAction.State(result), reason)
    if let outcome { feed(.system(.outcome(outcome)), bootTime: now) }
  }

  /// Brings an action's row to its end with the next commit; once, whoever says so.
  private func settle(_ id: Int64, _ state: StoredAction.State, _ outcome: String?) {
    guard handedOver.removeValue(forKey: id) != nil else { return }
    batch.append(.move(id: id, to: state, outcome: outcome), at: clocks.bootTime())
  }
}

extension Pipeline: ActionLedger {
  func begin(_ id: Int64) -> Beginning {
    guard let expires = handedOver[id] else { return .notNow }
    flushNow()
    let now = clock.stamp(bootTime: clocks.bootTime())
    if let expires, now > expires { return .expired }
    do {
      guard commitError == nil, !isClosed, failure == nil else {
        throw NotNow(reason: commitError ?? "the gateway is ending")
      }
      // Of its own: what else there is must neither wait for it nor go with it.
      try journal.commit(
        Commit(time: now, clock: journalClock, actions: [.move(id: id, to: .started, outcome: nil)]))
      return .started
    } catch {
      logger.error("action not started now", metadata: ["error": "\(error)"])
      giveBack([id])
      return .notNow
    }
  }

  func giveBack(_ ids: [Int64]) {
    for id in ids where handedOver.removeValue(forKey: id) != nil { hasDecided = true }
  }

  func ended(_ id: Int64, _ outcome: ActionOutcome) {
    guard !isClosed, handedOver[id] != nil else { return }
    settle(id, StoredAction.State(outcome.result), outcome.reason)
    feed(.system(.outcome(outcome)), bootTime: clocks.bootTime())
    drain()
  }
}

/// What a row stands for.
private enum Deed {
  case run(HookRun)
  case write(ActuatorWrite)

  /// `nil` where this version can't read it.
  init?(_ action: StoredAction) {
    var reader = PackedReader(action.payload)
    do throws(PackingError) {
      switch action.kind {
      case Pipeline.hookKind: self = .run(try reader.hookRun())
      case Pipeline.writeKind: self = .write(try reader.actuatorWrite())
      default: return nil
      }
    } catch {
      return nil
    }
  }

  func outcome(_ result: ActionOutcome.Result, _ reason: String?) -> ActionOutcome {
    switch self {
    case .run(let run): run.outcome(result, reason)
    case .write(let write): write.outcome(result, reason)
    }
  }
}

extension HookRun {
  func outcome(_ result: ActionOutcome.Result, _ reason: String?) -> ActionOutcome {
    ActionOutcome(id: id, rule: rule, action: Pipeline.hookKind, target: hook, result: result, reason: reason)
  }
}

extension ActuatorWrite {
  func outcome(_ result: ActionOutcome.Result, _ reason: String?) -> ActionOutcome {
    ActionOutcome(
      id: id, rule: rule, action: Pipeline.writeKind, target: signal, value: value, result: result, reason: reason)
  }
}

extension StoredAction.State {
  init(_ result: ActionOutcome.Result) {
    self =
      switch result {
      case .done: .done
      case .failed: .failed
      case .expired: .expired
      case .unknown: .unknown
      }
  }
}
