import ArgumentParser
import Gateway

/// The one command. Each subcommand has a file of its own in `Commands`.
@main
struct Waypost: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "waypost",
    abstract: "Reads position and sensors, decides by your rules, keeps everything, and delivers it in order.",
    discussion: """
      Start with `waypost demo`, which needs no hardware. On a box: edit the files in /etc/waypost, run
      `waypost check` until it is silent, then `systemctl restart waypost`; `waypost status` shows what it does.
      """,
    version: Version.current,
    subcommands: [Run.self, Check.self, Replay.self, Status.self, Record.self, Demo.self, VersionCommand.self])
}
