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
      Looks for gpsd, asks for the server, and writes waypost.yaml, and where there is gpsd a first file in devices.d and \
      rules.d. What is given as an option isn't asked for; with --yes, or where no terminal asks, nothing is. Files that \
      say something already are never written over.
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
    if !yes, !questions.asks { Output.print("Nothing is asked, since standard input is no terminal.") }
    let answers = try await answers(questions)
    if let mistake = answers.mistake ?? misplaced(answers) {
      Output.complain("waypost: \(mistake)\nNothing was written.")
      throw ExitCode(1)
    }
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
    if answers.gpsd == nil { Output.print("No receiver is declared yet: devices.d says what is connected.") }
    let isUsual = config.config == ConfigOption.standard
    let doctor = "waypost doctor" + (isUsual ? "" : " --config \(config.config)")
    let start = isUsual ? "systemctl restart waypost" : "waypost run --config \(config.config)"
    Output.print("Next: `\(doctor)` looks whether it works here; `\(start)` starts it.")
  }

  /// What was given for a server where there is none.
  private func misplaced(_ answers: FirstConfiguration) -> String? {
    guard answers.broker == nil else { return nil }
    let given = [("--username", username), ("--password-file", passwordFile), ("--ca", ca)].first { $0.1 != nil }
    return given.map { "`\($0.0)` goes with a server, and none was given; add `--broker`" }
  }

  private func answers(_ questions: Questions) async throws -> FirstConfiguration {
    var answers = FirstConfiguration()
    answers.id =
      try id
      ?? questions.line("This gateway's id", default: "from the machine's id") { answer in
        var probe = FirstConfiguration()
        probe.id = answer
        return probe.mistake
      }
    answers.gpsd = try await receiver(questions)
    let broker =
      try broker
      ?? questions.line("Where to send, as mqtts://broker.example.com", default: "nowhere yet") { answer in
        var probe = FirstConfiguration()
        probe.broker = answer == "none" ? nil : answer
        return probe.mistake
      }
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
    guard answer != "none" else { return nil }
    // Names aren't looked up here: that can take long where there is no network yet.
    let isAddress = answer.contains(":") || answer.allSatisfy { $0.isNumber || $0 == "." }
    if isAddress, await !GPSDInput.answers(host: answer) {
      Output.print("gpsd at \(answer) doesn't answer now; the gateway goes on trying.")
    }
    return answer
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
