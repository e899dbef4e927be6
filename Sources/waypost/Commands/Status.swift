import ArgumentParser
import Config
import Gateway
import Glibc

/// `waypost status`: what the running gateway sees, keeps and delivers.
struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what the running gateway sees, keeps and delivers.",
    discussion: """
      Position, zones and rules; each device, up or down, when it was last heard, and the latest value of each of its \
      signals; the journal, and each uplink.
      Exit code: 0 the gateway answered, 2 it did not.
      """)

  @OptionGroup var control: ControlOptions

  @Option(name: .long, help: "text for people; json: one object, for programs.")
  var format: OutputFormat = .text

  func run() throws {
    let reply = try control.ask(.status)
    switch format {
    case .json: Output.print(reply.line)
    case .text: Output.print(StatusText(reply.node).lines.joined(separator: "\n"))
    }
  }
}

/// How the subcommands that talk to the daemon find it.
struct ControlOptions: ParsableArguments {
  @OptionGroup var config: ConfigOption

  @Option(
    name: .long, help: ArgumentHelp("The gateway's control socket, instead of the configuration's.", valueName: "path"))
  var socket: String?

  /// The socket's path: as given, else as the configuration says, else the default.
  var path: String {
    socket ?? Setup.controlSocket(main: config.config)
  }

  /// Asks, and ends the command with exit code 2 and the remedy where the daemon can't be asked.
  /// - Parameter timeout: The longest wait for the answer, seconds.
  func ask(_ request: ControlRequest, timeout: Int = ControlClient.defaultTimeout) throws -> ControlClient.Reply {
    do {
      var client = try ControlClient(path: path, timeout: timeout)
      return try client.ask(request)
    } catch {
      Output.complain("waypost: \(error)")
      throw ExitCode(2)
    }
  }
}
