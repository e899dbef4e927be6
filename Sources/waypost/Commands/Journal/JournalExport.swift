import ArgumentParser
import Config
import Gateway

/// `waypost journal export`: what waits for an uplink, for a courier.
struct JournalExport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Save what waits for an uplink to a file, for a courier.",
    discussion: """
      A line of JSON for each record, as it goes over the wire, marked late; the first and the last line are batches \
      without messages, which say what the file is of and how many records it has. Nothing counts as delivered by this: \
      once the server has it, `waypost journal mark-delivered FILE` does that. FILE appears when all of it is on disk; \
      deflated where it ends in `.gz`.
      """)

  @OptionGroup var control: ControlOptions
  @OptionGroup var range: SequenceRange

  @Option(name: .long, help: ArgumentHelp("Whose; needed where there are several.", valueName: "name"))
  var uplink: String?

  @Flag(name: .long, help: "Replace a file of that name.")
  var force = false

  @Argument(help: ArgumentHelp("Where to save it.", valueName: "file"))
  var file: String

  func run() async throws {
    let uplink = if let uplink { uplink } else { try await theOnlyUplink() }
    do {
      let output = try CourierFile(path: file, replaces: force)
      var lines = 0
      _ = try await control.askJournal(.export(.init(uplink: uplink, from: range.from, to: range.to))) {
        (line) throws(ControlClient.Failure) in
        lines += 1
        try output.append(line)
      }
      guard lines > 2 else { return Output.print("nothing waits for \(uplink); no file was written") }
      try output.finish()
      Output.print("\(lines - 2) records saved to \(file)")
    } catch let error as ControlClient.Failure {
      Output.complain("waypost: \(error)")
      throw ExitCode(2)
    }
  }

  private func theOnlyUplink() async throws -> String {
    let reply = try await control.askJournal(.summary).reply.node
    let names = (reply["uplinks"]?.array ?? []).map { $0["name"].text }
    if names.count == 1 { return names[0] }
    Output.complain(
      names.isEmpty
        ? "waypost: no uplink is configured, so nothing waits for one"
        : "waypost: which uplink? say `--uplink` and one of: \(names.joined(separator: ", "))")
    throw ExitCode(2)
  }
}
