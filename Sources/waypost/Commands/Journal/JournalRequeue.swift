import ArgumentParser
import Config
import Gateway

/// `waypost journal requeue`: dead letters are sent again.
struct JournalRequeue: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "requeue",
    abstract: "Send dead letters again, once the server is mended.",
    discussion: """
      They go as soon as the uplink is connected, under the numbers that they have, and stay dead letters until the \
      server has taken them. What is refused three times again is a dead letter again.
      """)

  @OptionGroup var control: ControlOptions

  @Option(name: .long, help: ArgumentHelp("Only this uplink's.", valueName: "name"))
  var uplink: String?

  @Flag(name: .long, help: "All there are.")
  var all = false

  @Argument(help: ArgumentHelp("Their numbers, as `waypost journal dead` shows them.", valueName: "seq"))
  var seqs: [UInt64] = []

  mutating func validate() throws {
    guard all != !seqs.isEmpty else { throw ValidationError("give the numbers of dead letters, or --all") }
  }

  func run() async throws {
    var (requeued, already, damaged, unknown) = (0, 0, 0, [String]())
    for start in stride(from: 0, to: max(1, seqs.count), by: JournalRequest.seqLimit) {
      let part = all ? nil : Array(seqs[start..<min(seqs.count, start + JournalRequest.seqLimit)])
      let reply = try await control.askJournal(.requeue(uplink: uplink, seqs: part)).reply.node
      for entry in reply["uplinks"]?.array ?? [] {
        requeued += Optional(entry)["requeued"].integer
        already += Optional(entry)["already"].integer
        damaged += Optional(entry)["damaged"].integer
      }
      unknown += (reply["unknown"]?.array ?? []).map(\.text)
    }
    Output.print("\(requeued) requeued" + (already > 0 ? ", \(already) were already" : ""))
    if damaged > 0 { Output.complain("waypost: \(damaged) are damaged on disk and can't be sent again") }
    if !unknown.isEmpty {
      Output.complain("waypost: no dead letter has the number \(unknown.prefix(20).joined(separator: ", "))")
    }
    if damaged > 0 || !unknown.isEmpty { throw ExitCode(1) }
  }
}
