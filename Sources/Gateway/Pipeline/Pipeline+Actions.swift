import Config
import Inputs
import Journal
import Logging
import Model
import Rules

/// Something that rules decided, that is committed, and that is to be done now.
enum Order: Hashable, Sendable {
  /// By its row in the journal.
  case run(Int64, HookRun)
  case sample(Sampling)
  /// Everything is on disk.
  case shutdown(Shutdown)
}

// The engine's effects on the world. A hook is a row in the journal: decided with the state that led to it, started by a commit of its own
// before its program begins, and in the end done, failed, expired or, where the gateway ended meanwhile, unknown.
extension Pipeline {
  /// A hook that was not started within this is given up: what it was for is over.
  static let hookLifetime = Interval.minutes(1)
  static let hookKind = "run"

  func handle(_ effects: [Effect], bootTime: Int64) {
    for effect in effects {
      switch effect {
      case .record(let record): batch.append(record, at: bootTime)
      case .run(let run):
        var payload = PackedWriter()
        payload.write(run)
        batch.append(
          .decide(kind: Self.hookKind, payload: payload.bytes, expires: run.time + Self.hookLifetime), at: bootTime)
        hasDecided = true
      case .log(let line): batch.append(line, at: bootTime)
      case .sample(let sampling): batch.append(.sample(sampling), at: bootTime)
      case .shutdown(let shutdown): batch.append(.shutdown(shutdown), at: bootTime)
      }
    }
  }

  /// What the rules asked for with the commit that has just been made.
  func carryOut(_ committed: CommitBatch) {
    for line in committed.lines { tell(line) }
    orders += committed.orders
    if hasDecided { handOver() }
    if !orders.isEmpty { orderBell.ring() }
  }

  /// Tells the rules of a command, and returns once what came of it is on disk.
  func command(_ name: String) throws {
    guard Names.isLabel(name) else { throw NotACommand() }
    let names = engine.commandNames
    guard names.contains(name) else { throw NobodyWaits(name: name, names: names) }
    inbox.submit(Arrival(bootTime: clocks.bootTime(), content: .system(.command(name: name, id: "local"))))
    try commitAll()
  }

  private struct NotACommand: Error, CustomStringConvertible {
    var description: String { "a command is named by letters, digits and `_.-`, at most 64" }
  }

  /// No rule has `on: { command: … }` with that name.
  private struct NobodyWaits: Error, CustomStringConvertible {
    let name: String
    let names: [String]

    var description: String {
      let remedy =
        Suggestion.closest(name, in: names).map { "did you mean `\($0)`?" }
        ?? (names.isEmpty
          ? "a rule does by `on: { command: \(name) }`"
          : "the commands are: \(names.prefix(50).joined(separator: ", "))")
      return "no rule waits for the command `\(name)`; \(remedy)"
    }
  }

  /// What is to be done now; each is given once.
  func takeOrders() -> [Order] {
    defer { orders = [] }
    return orders
  }

  private func tell(_ line: LogLine) {
    let level: Logger.Level =
      switch line.level {
      case .info: .notice
      case .warning: .warning
      case .error: .error
      }
    logger.log(level: level, "rule says", metadata: ["rule": "\(line.rule)", "text": "\(line.message)"])
  }

  /// Gives out the decided hooks that nobody has yet.
  private func handOver() {
    do throws(JournalError) {
      for action in try journal.openActions() where action.state == .decided && handedOver[action.id] == nil {
        handedOver[action.id] = .some(action.expires)
        guard action.kind == Self.hookKind, let run = Self.hook(in: action) else {
          settle(action.id, .failed, "this version can't read it")
          continue
        }
        orders.append(.run(action.id, run))
      }
      hasDecided = false
    } catch {
      // Tried again with the next commit.
      logger.error("decided hooks can't be read", metadata: ["error": "\(error)"])
    }
  }

  private static func hook(in action: StoredAction) -> HookRun? {
    var reader = PackedReader(action.payload)
    do throws(PackingError) { return try reader.hookRun() } catch { return nil }
  }

  /// Of hooks that were at work when the gateway ended nobody knows what became of them; they are not started again.
  func settleStarted(at now: Int64) {
    let open: [StoredAction]
    do throws(JournalError) {
      open = try journal.openActions()
    } catch {
      return logger.error("hooks of the run before can't be read", metadata: ["error": "\(error)"])
    }
    // Beside those that the start itself has decided.
    hasDecided = hasDecided || open.contains { $0.state == .decided }
    for action in open where action.state == .started {
      handedOver[action.id] = .some(action.expires)
      let run = Self.hook(in: action)
      logger.error(
        "hook was at work when the gateway ended; it is not started again",
        metadata: ["hook": "\(run?.hook ?? "?")", "rule": "\(run?.rule ?? "?")"])
      settle(action.id, .unknown, "the gateway ended while it ran")
      guard let run else { continue }
      feed(
        .system(
          .outcome(
            ActionOutcome(
              id: run.id, rule: run.rule, action: Self.hookKind, target: run.hook, result: .unknown, reason: nil))),
        bootTime: now)
    }
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
      logger.error("hook not started now", metadata: ["error": "\(error)"])
      handedOver[id] = nil
      hasDecided = true
      return .notNow
    }
  }

  func ended(_ id: Int64, _ outcome: ActionOutcome) {
    guard !isClosed, handedOver[id] != nil else { return }
    let state: StoredAction.State =
      switch outcome.result {
      case .done: .done
      case .failed: .failed
      case .expired: .expired
      case .unknown: .unknown
      }
    settle(id, state, outcome.reason)
    feed(.system(.outcome(outcome)), bootTime: clocks.bootTime())
    drain()
  }
}
