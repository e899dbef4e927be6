import ArgumentParser
import Gateway
import Model
import Uplinks

/// `waypost command NAME [ARGUMENT=VALUE]…`: tells the rules of a command.
struct CommandCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "command",
    abstract: "Give the running gateway's rules a command.",
    discussion: """
      Sets off the rules that wait for it with `on: { command: NAME }`. What comes of it is kept when this returns.
      What comes along with it stands behind the name: `waypost command open_door seconds=5 door=north`. A text that \
      looks like a number, true or false stands in quotes of its own: `door='"5"'`.
      Exit code: 0 the rules were told, 2 they were not, or none waits for it.
      """)

  @OptionGroup var control: ControlOptions
  @Argument(help: ArgumentHelp("The command's name: letters, digits and `_.-`.", valueName: "name")) var name: String
  @Argument(help: ArgumentHelp("What comes along: a number, true or false, or a text.", valueName: "argument=value"))
  var arguments: [String] = []

  mutating func validate() throws { _ = try read() }

  func run() throws {
    _ = try control.ask(.command(name, try read()))
  }

  private func read() throws -> [CommandArgument] {
    var read: [CommandArgument] = []
    for text in arguments {
      guard let argument = CommandArgument(typed: text) else {
        throw ValidationError(
          "“\(text)” is no argument; write it as `seconds=5`: a name of a-z, 0-9 and _, and a value of at most 256 characters"
        )
      }
      guard !read.contains(where: { $0.name == argument.name }) else {
        throw ValidationError("`\(argument.name)` stands there twice")
      }
      read.append(argument)
    }
    return read
  }
}
