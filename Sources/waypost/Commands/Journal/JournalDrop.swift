import ArgumentParser
import Gateway

/// `waypost journal drop`: what waits for an uplink is given up.
struct JournalDrop: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drop",
    abstract: "Give up what waits for an uplink that was removed.",
    discussion: """
      What a removed uplink hasn't delivered is kept for its `keep`, in case it comes back. This ends that: it is \
      forgotten, with its dead letters. Of one that is configured, which needs `--even-configured`, what waits is given up, counted, \
      and told its server by a `gap` record; its dead letters stay.
      """)

  @OptionGroup var control: ControlOptions

  @Flag(name: .long, help: "Also where the configuration names it.")
  var evenConfigured = false

  @Argument(help: ArgumentHelp("The uplink.", valueName: "name"))
  var uplink: String

  func run() async throws {
    let reply = try await control.askJournal(.drop(uplink: uplink, evenConfigured: evenConfigured)).reply.node
    let letters = Optional(reply)["dead_letters"].integer
    Output.print(
      "\(Optional(reply)["records"].integer) records given up" + (letters > 0 ? ", and \(letters) dead letters" : ""))
  }
}
