import Config
import Journal
import Model
import Uplinks

/// `from` and `to` of a command: which records it is about, as the server said it.
enum CommandRange {
  struct Problem: Error { var text: String }

  /// Whole numbers up to here stand exactly in JSON as receivers read it (RFC 8259, section 6).
  private static let largest: UInt64 = 1 << 53 - 1

  static func read(from command: ServerCommand) -> Result<ClosedRange<UInt64>, Problem> {
    for argument in command.arguments where !["from", "to"].contains(argument.name) {
      return .failure(Problem(text: "`\(command.name)` takes `from` and `to`, and no `\(argument.name)`"))
    }
    guard let from = command["from"].flatMap(number), let to = command["to"].flatMap(number), from <= to else {
      return .failure(
        Problem(
          text:
            "`\(command.name)` takes the first and the last `seq` that are to come again: {\"from\":900,\"to\":950}"))
    }
    guard to - from < Journal.mostReopened else {
      return .failure(
        Problem(
          text:
            "`\(command.name)` takes at most \(Journal.mostReopened) numbers at once; ask for the rest when these have come"
        ))
    }
    return .success(from...to)
  }

  /// - Returns: `nil` where the command has no `args`.
  static func readOptional(from command: ServerCommand) -> Result<ClosedRange<UInt64>?, Problem> {
    command.arguments.isEmpty ? .success(nil) : read(from: command).map { $0 }
  }

  private static func number(_ value: Value) -> UInt64? {
    guard case .number(let number) = value, number >= 1, number <= Double(largest), number.rounded() == number else {
      return nil
    }
    return UInt64(number)
  }
}
