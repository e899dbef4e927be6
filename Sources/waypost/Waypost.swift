import ArgumentParser
import Gateway
import Glibc

/// The one command. Each subcommand has a file of its own in `Commands`.
@main
struct Waypost: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "waypost",
    abstract: "Reads position and sensors, decides by your rules, keeps everything, and delivers it in order.",
    discussion: """
      Start with `waypost demo`, which needs no hardware. On a box: `waypost init` writes a first configuration into
      /etc/waypost; edit it, run `waypost check` until it is silent, then `systemctl restart waypost`. `waypost status`
      shows what it does, `waypost doctor` what is wrong with the box.
      """,
    version: Version.current,
    subcommands: [
      Init.self, Run.self, Check.self, TestCommand.self, Eval.self, Replay.self, Reload.self, Status.self,
      Explain.self, DoctorCommand.self, Probe.self, CommandCommand.self, JournalCommand.self, Record.self,
      ZoneCommand.self,
      SchemaCommand.self,
      ReferenceCommand.self,
      Demo.self,
      VersionCommand.self,
    ])

  /// As ArgumentParser does it, but a mistake on the command line ends with 2, “could not run”, like everything else that keeps a
  /// command from its work; and whoever reads the output may hang up (`waypost replay … | head`).
  static func main() async {
    signal(SIGPIPE, SIG_IGN)
    Heap.shareAmongThreads()
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
      Output.complain(fullMessage(for: error))
      Glibc.exit(2)
    }
  }
}
