import ArgumentParser
import Config
import Gateway

/// `waypost journal dead`: what servers refused for good.
struct JournalDead: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dead",
    abstract: "Show dead letters: records that a server refused three times, and why.",
    discussion: "The oldest first. `waypost journal requeue` sends them again, once the server is mended.")

  @OptionGroup var control: ControlOptions

  @Option(name: .long, help: ArgumentHelp("Only this uplink's.", valueName: "name"))
  var uplink: String?

  @Option(name: .long, help: "text for people; json: a line for each.")
  var format: OutputFormat = .text

  func run() async throws {
    let format = format
    var count = 0
    _ = try await control.askJournal(.dead(uplink: uplink)) { (line) throws(ControlClient.Failure) in
      count += 1
      switch format {
      case .json: Output.print(String(decoding: line, as: UTF8.self))
      case .text: for text in Self.text(try JSONNode(line: line)) { Output.print(text) }
      }
    }
    if count == 0, format == .text { Output.print("no dead letters") }
  }

  private static func text(_ letter: JSONNode) -> [String] {
    var head =
      "\(letter["seq"].text.padded(to: 9))\(letter["uplink"].text), \(StatusText.age(Optional(letter)["ago"].number)) ago, \(letter["bytes"].text) bytes"
    if Optional(letter)["requeued"].flag { head += ", requeued" }
    let record = letter["record"].map { "\($0["type"].text) \(RecordText.content($0))" }
    return [
      head, "".padded(to: 9) + (record ?? "damaged on disk: it can't be sent again"),
      "".padded(to: 9) + "refused: \(letter["reason"].text.printable)",
    ]
  }
}
