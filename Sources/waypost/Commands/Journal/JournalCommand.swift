import ArgumentParser
import Config
import Gateway

/// `waypost journal`: what is kept, for whom, and what to do about it.
struct JournalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "journal",
    abstract: "Show what is kept and who waits for it; dead letters; a file for a courier.",
    discussion: """
      Without a subcommand: how much there is, its range, where each uplink stands in each lane, what was given up and why, \
      and how many dead letters there are. Asks the running gateway. Where none runs, what only reads opens the journal's \
      file itself, and says so.
      Exit code: 0 done, 1 not all of it could be done, 2 it could not be asked, or refused.
      """,
    subcommands: [
      Show.self, JournalList.self, JournalDead.self, JournalRequeue.self, JournalExport.self, JournalDelivered.self,
      JournalDrop.self,
    ], defaultSubcommand: Show.self)

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show depth, range, cursors and what was given up (what `waypost journal` alone does).")

    @OptionGroup var control: ControlOptions

    @Option(name: .long, help: "text for people; json: one object, for programs.")
    var format: OutputFormat = .text

    func run() async throws {
      let answer = try await control.askJournal(.summary)
      switch format {
      case .json: Output.print(answer.reply.line)
      case .text: Output.print(JournalText(answer.reply.node).lines.joined(separator: "\n"))
      }
    }
  }
}

extension ControlOptions {
  /// Asks about the journal, and ends the command with exit code 2 and the remedy where that can't be done.
  func askJournal(
    _ request: JournalRequest, line: (_ bytes: [UInt8]) throws(ControlClient.Failure) -> Void = { _ in }
  ) async throws -> JournalAsker.Answer {
    do {
      let answer = try await JournalAsker(socket: path, main: config.config).ask(request, line: line)
      if let file = answer.file { Output.complain("waypost: no gateway runs; this is what \(file) holds") }
      return answer
    } catch {
      Output.complain("waypost: \(error)")
      throw ExitCode(2)
    }
  }
}

extension JSONNode {
  /// A line of an answer.
  init(line: [UInt8]) throws(ControlClient.Failure) {
    var diagnostics = Diagnostics()
    guard let node = JSON.parse(SourceFile(path: "reply", bytes: line), diagnostics: &diagnostics) else {
      throw ControlClient.Failure(description: "the daemon's answer is no JSON; is it of another version?")
    }
    self = node
  }
}
