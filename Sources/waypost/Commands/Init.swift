import ArgumentParser
import Config
import Gateway
import Glibc
import Inputs
import Uplinks

/// `waypost init`: a first configuration.
struct Init: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a first configuration, by asking or from what it finds.",
    discussion: """
      Looks for gpsd, asks for the server, and writes waypost.yaml, devices.d and rules.d. What is given as an option \
      isn't asked for; with --yes nothing is. Files that say something already are never written over.
      Exit code: 0 written, 1 the answers have a mistake or the files are there already, 2 could not be done.
      """)

  @OptionGroup var config: ConfigOption

  @Option(name: .long, help: ArgumentHelp("The gateway's id; else it comes of /etc/machine-id.", valueName: "id"))
  var id: String?

  @Option(name: .long, help: ArgumentHelp("Where to send: mqtts://broker.example.com, or `none`.", valueName: "url"))
  var broker: String?

  @Option(name: .long, help: ArgumentHelp("The name to log in with at the server.", valueName: "name"))
  var username: String?

  @Option(
    name: .long,
    help: ArgumentHelp("A file with the password, which is copied; `-`: standard input.", valueName: "file"))
  var passwordFile: String?

  @Option(
    name: .long,
    help: ArgumentHelp("The certificate of the server's own authority, if it has one (PEM).", valueName: "file"))
  var ca: String?

  @Option(name: .long, help: ArgumentHelp("The host where gpsd runs, or `none`.", valueName: "host"))
  var gpsd: String?

  @Flag(name: .long, help: "Ask nothing: take what was given and found.")
  var yes = false

  func run() async throws {
    let questions = Questions(asks: !yes && isatty(STDIN_FILENO) == 1)
    let writer = ConfigurationWriter(main: config.config)
    // Before anybody types for nothing.
    if let taken = writer.written(of: FirstConfiguration()).first {
      Output.complain("waypost: \(taken) is written already; edit it, or move it away first")
      throw ExitCode(1)
    }
    let answers = try await answers(questions)
    do {
      for path in try writer.write(answers) { Output.print("wrote \(path)") }
    } catch {
      Output.complain("waypost: \(error)")
      throw ExitCode(writer.written(of: answers).isEmpty ? 2 : 1)
    }
    let result = Setup.load(main: config.config)
    Output.show(result.diagnostics, sources: result.sources, format: .text)
    guard result.setup != nil else {
      Output.complain("waypost: what you answered has a mistake; mend it in the file, then `waypost check`")
      throw ExitCode(1)
    }
    Output.print("Next: `waypost doctor` looks whether it works here; `systemctl enable --now waypost` starts it.")
  }

  private func answers(_ questions: Questions) async throws -> FirstConfiguration {
    var answers = FirstConfiguration()
    answers.id = try id ?? questions.line("This gateway's id", default: "from the machine's id")
    answers.gpsd = try await receiver(questions)
    let broker = try broker ?? questions.line("Where to send, as mqtts://broker.example.com", default: "nowhere yet")
    answers.broker = broker == "none" ? nil : broker
    guard answers.broker != nil else { return answers }
    answers.username = try username ?? questions.line("User name there", default: "none")
    if let passwordFile {
      answers.password = try Self.password(file: passwordFile)
    } else if answers.username != nil {
      answers.password = try questions.secret("Password")
    }
    answers.authority =
      try ca
      ?? (answers.broker?.hasPrefix("mqtts:") == true
        ? questions.line("Its own certificate authority, a PEM file", default: "one that the system trusts") : nil)
    return answers
  }

  private func receiver(_ questions: Questions) async throws -> String? {
    if let gpsd { return gpsd == "none" ? nil : gpsd }
    Output.print("Looking for gpsd on this machine …")
    let isThere = await GPSDInput.answers(host: "127.0.0.1")
    Output.print(isThere ? "gpsd is here." : "There is none (or it doesn't answer).")
    for port in SerialPorts.present().paths { Output.print("There is a serial port: \(port)") }
    guard let answer = try questions.line("The host where gpsd runs, or none", default: isThere ? "127.0.0.1" : "none")
    else {
      return isThere ? "127.0.0.1" : nil
    }
    return answer == "none" ? nil : answer
  }

  private static func password(file: String) throws -> String {
    if file == "-" {
      guard let line = readLine(strippingNewline: true), !line.isEmpty else {
        Output.complain("waypost: standard input has no password")
        throw ExitCode(2)
      }
      return line
    }
    do {
      return try Secret.file(file).read()
    } catch {
      Output.complain("waypost: \(error.text)")
      throw ExitCode(2)
    }
  }
}
