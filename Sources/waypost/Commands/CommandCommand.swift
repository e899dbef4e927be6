import ArgumentParser
import Gateway

/// `waypost command NAME`: tells the rules of a command.
struct CommandCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "command",
    abstract: "Give the running gateway's rules a command.",
    discussion: """
      Sets off the rules that wait for it with `on: { command: NAME }`. What comes of it is kept when this returns.
      Exit code: 0 the rules were told, 2 they were not, or none waits for it.
      """)

  @OptionGroup var control: ControlOptions
  @Argument(help: ArgumentHelp("The command's name: letters, digits and `_.-`.", valueName: "name")) var name: String

  func run() throws {
    _ = try control.ask(.command(name))
  }
}
