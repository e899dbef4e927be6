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
  /// By its row, and with the boot time, nanoseconds, after which it is not begun any more.
  case write(Int64, ActuatorWrite, deadline: Int64)
  case sample(Sampling)
  /// Everything is on disk.
  case shutdown(Shutdown)
}

// The engine's effects on the world. A hook or a write is a row in the journal: decided with the state that led to it, and in the end done,
// failed, expired or, where the gateway ended meanwhile, unknown. A hook, and the write of a pulse, is marked as started by a commit of its own
// before it begins; a level needs none, since writing it again does no harm.
extension Pipeline {
  /// A hook that was not started within this is given up: what it was for is over.
  static let hookLifetime = Interval.minutes(1)
  static let hookKind = "run"
  static let writeKind = "write"

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
      case .write(let write):
        var payload = PackedWriter()
        payload.write(write)
        batch.append(
          .decide(kind: Self.writeKind, payload: payload.bytes, expires: write.time + write.maxAge), at: bootTime)
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
  func command(_ name: String, _ arguments: [CommandArgument] = []) throws {
    guard Names.isLabel(name) else { throw NotACommand() }
    let names = engine.commandNames
    guard names.contains(name) else { throw NobodyWaits(name: name, names: names) }
    if let why = engine.objection(to: arguments, of: name) { throw WrongArguments(description: why) }
    inbox.submit(
      Arrival(
        bootTime: clocks.bootTime(), content: .system(.command(name: name, id: "local", arguments: arguments))))
    try commitAll()
  }

  private struct WrongArguments: Error, CustomStringConvertible { var description: String }

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
}
