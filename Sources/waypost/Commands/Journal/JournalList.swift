import ArgumentParser
import Config
import Gateway

/// `waypost journal list`: records.
struct JournalList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Show records, the newest 100 unless told otherwise.",
    discussion: "In the order of their numbers. With `--uplink` only those that still wait for it.")

  @OptionGroup var control: ControlOptions
  @OptionGroup var range: SequenceRange

  @Option(name: .long, help: ArgumentHelp("Only what waits for this uplink.", valueName: "name"))
  var uplink: String?

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp(
      "Only these kinds, as `type` has them on the wire: position, reading, event …", valueName: "kind"))
  var kind: [String] = []

  @Option(name: .long, help: "At most so many.")
  var limit = 100

  @Option(name: .long, help: "text for people; json: a line for each, as it goes over the wire.")
  var format: OutputFormat = .text

  mutating func validate() throws {
    guard (1...JournalRequest.listLimit).contains(limit) else {
      throw ValidationError("--limit takes 1 to \(JournalRequest.listLimit)")
    }
  }

  func run() async throws {
    let request = JournalRequest.list(
      .init(uplink: uplink, kinds: kind, from: range.from, to: range.to, limit: limit))
    let format = format
    _ = try await control.askJournal(request) { (line) throws(ControlClient.Failure) in
      switch format {
      case .json: Output.print(String(decoding: line, as: UTF8.self))
      case .text: Output.print(RecordText.line(try JSONNode(line: line)))
      }
    }
  }
}

/// `--from` and `--to`.
struct SequenceRange: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("From this number on.", valueName: "seq"))
  var from: UInt64?

  @Option(name: .long, help: ArgumentHelp("Up to and with this number.", valueName: "seq"))
  var to: UInt64?

  mutating func validate() throws {
    if let from, let to, from > to { throw ValidationError("--from is above --to") }
  }
}
