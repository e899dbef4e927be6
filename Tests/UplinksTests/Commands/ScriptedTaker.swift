import Journal
import Synchronization
import Uplinks

/// Notes what was asked for, and answers with its number.
final class ScriptedTaker: CommandTaker {
  private let state = Mutex<[ServerCommand]>([])
  private let answers: @Sendable (ServerCommand) -> CommandOutcome

  init(_ answers: @escaping @Sendable (ServerCommand) -> CommandOutcome = { _ in CommandOutcome(CommandAnswer()) }) {
    self.answers = answers
  }

  var taken: [ServerCommand] { state.withLock { $0 } }

  func take(_ command: ServerCommand, from uplink: String, allowed: CommandPermission) async -> CommandOutcome {
    state.withLock { $0.append(command) }
    return answers(command)
  }
}
