import ArgumentParser
import Config
import Gateway

/// `waypost journal mark-delivered`: what a courier brought isn't sent again.
struct JournalDelivered: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mark-delivered",
    abstract: "Count as delivered what a courier brought to the server.",
    discussion: """
      FILE is what `waypost journal export` made, whole. Say this only when the server has stored all of it: what is \
      marked isn't sent any more.
      """)

  @OptionGroup var control: ControlOptions

  @Argument(help: ArgumentHelp("The file that was carried.", valueName: "file"))
  var file: String

  func run() async throws {
    let carried: Carried
    let records: Int
    do {
      (carried, records) = try Carried.read(path: file)
    } catch {
      Output.complain("waypost: \(error)")
      throw ExitCode(2)
    }
    let reply = try await control.askJournal(.delivered(carried)).reply.node
    let (settled, waiting) = (Optional(reply)["settled"].integer, Optional(reply)["waiting"].integer)
    var text = "\(settled) marked as delivered to \(carried.uplink)"
    if settled < records { text += ", \(records - settled) were already" }
    Output.print("\(text); \(waiting) wait")
  }
}
