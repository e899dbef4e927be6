import ArgumentParser
import Config
import Gateway
import Glibc
import Logging

/// `waypost doctor`: examines the box.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Examine the box: files, clock, disk, accounts, ports, devices and servers.",
    discussion: """
      Each finding comes with its remedy. While a gateway runs, it is asked about its devices and servers; else they \
      are tried for a moment with the settings that it would use. Nothing is changed.
      Exit code: 0 all is well, 1 something was found, 2 it could not be done.
      """)

  @OptionGroup var control: ControlOptions

  @Option(name: .long, help: "text for people; json: one object a line, for programs.")
  var format: OutputFormat = .text

  func run() async throws {
    // What drivers and transports log is said by the findings.
    LoggingSystem.bootstrap { _ in SwiftLogNoOpLogHandler() }
    var found = 0
    await Doctor(main: control.config.config, socket: control.path).examine { finding in
      if finding.state != .good { found += 1 }
      switch format {
      case .text: Self.show(finding)
      case .json: Output.print(Self.json(finding))
      }
    }
    guard found == 0 else { throw ExitCode(1) }
  }

  private static func show(_ finding: Finding) {
    let isColourful = Output.isColourful(STDOUT_FILENO)
    let (word, colour) =
      switch finding.state {
      case .good: ("ok", "32")
      case .warning: ("look", "33")
      case .fault: ("BAD", "31")
      }
    let mark = isColourful ? "\u{1b}[\(colour)m\(word.padded(to: 5))\u{1b}[0m" : word.padded(to: 5)
    Output.print("\(mark) \(finding.topic): \(finding.text)")
    if let remedy = finding.remedy { Output.print("      → \(remedy)") }
  }

  private static func json(_ finding: Finding) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    for (name, text) in [("topic", finding.topic), ("state", finding.state.rawValue), ("text", finding.text)] {
      writer.member(name, text)
    }
    if let remedy = finding.remedy {
      writer.member("remedy", remedy)
    }
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
