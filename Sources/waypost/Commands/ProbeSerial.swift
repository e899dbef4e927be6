import ArgumentParser
import Config
import Glibc
import Inputs
import Model

/// `waypost probe serial`: shows what a serial line says, guesses its speed, and tries a profile on it.
struct ProbeSerial: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serial",
    abstract: "Show what a serial line says, guess its speed, and try a profile on it.",
    usage: """
      waypost probe serial /dev/serial/by-id/usb-FTDI_FT232R-if00-port0
      waypost probe serial /dev/ttyUSB0 --baud 9600 --profile /usr/share/waypost/devices/maxbotix-hrxl-wr.yaml
      """,
    discussion: """
      It listens, and says nothing unless --send is given, which it asks about first. Without --baud the usual speeds \
      are tried, each for --seconds. `--profile FILE` shows what that profile makes of what came.
      Exit code: 0 something came, 1 nothing that can be read, 2 the line could not be used.
      """)

  @Argument(help: "The serial port.")
  var path: String

  @Option(name: .long, help: "Bits per second; else the usual ones are tried.")
  var baud: Int?

  @Option(name: .long, help: "The line's parity: none, even, odd.")
  var parity = "none"

  @Option(name: .long, help: "The line's data bits: 7 or 8.")
  var dataBits = 8

  @Option(name: .long, help: "The line's stop bits: 1 or 2.")
  var stopBits = 1

  @Option(name: .long, help: "How long to listen, at each speed.")
  var seconds = 3

  @Option(
    name: .long, help: ArgumentHelp("Send this first, with \\r and \\n for the ends of lines.", valueName: "text"))
  var send: String?

  @Option(name: .long, help: ArgumentHelp("Show what this profile makes of it.", valueName: "file"))
  var profile: String?

  @Flag(name: .long, help: "Don't ask before sending.")
  var yes = false

  func run() throws {
    let profile = try self.profile.map(load)
    try ProbeTrouble.refuseBesideTheGateway(path)
    if let send { try ProbeTrouble.ask("This sends `\(send)` over \(path). Go on?", yes: yes) }
    var best: (baud: Int, bytes: [UInt8], guess: LineGuess)?
    for speed in baud.map({ [$0] }) ?? SerialProbe.speeds {
      let bytes = try listen(at: speed)
      let guess = LineGuess(bytes)
      if baud == nil {
        Output.complain(
          "\(speed): \(bytes.count) bytes\(bytes.isEmpty ? "" : ", \(Int(guess.confidence * 100)) % like text")")
      }
      if best.map({ guess.confidence > $0.guess.confidence }) ?? true { best = (speed, bytes, guess) }
      if guess.confidence > 0.94 { break }
    }
    guard let best, !best.bytes.isEmpty else {
      for line in LineGuess([]).remedy { Output.complain("waypost: \(line)") }
      throw ExitCode(1)
    }
    Output.print("\(best.baud) baud, \(best.bytes.count) bytes:")
    for line in best.guess.lines { Output.print("  \(line)") }
    for line in best.guess.remedy { Output.print(line) }
    if let profile { show(LineGuess.Trial(profile, best.bytes)) }
    if best.guess.kind == .binary, profile == nil { throw ExitCode(1) }
  }

  private func listen(at speed: Int) throws -> [UInt8] {
    guard let parity = ModbusDefaults.Parity(rawValue: parity), (7...8).contains(dataBits), (1...2).contains(stopBits),
      speed > 0
    else {
      throw ProbeTrouble.stop(
        "the line's settings are wrong", "--parity none, even or odd; --data-bits 7 or 8; --stop-bits 1 or 2")
    }
    do throws(SerialProbe.Trouble) {
      let probe = try SerialProbe(path, baud: speed, parity: parity, dataBits: dataBits, stopBits: stopBits)
      return try probe.listen(
        for: .seconds(Double(max(1, min(seconds, 3600)))), command: Array(Self.unescaped(send ?? "").utf8))
    } catch {
      throw ProbeTrouble.stop("\(path): \(error)", error.remedy ?? "check the cable")
    }
  }

  private func show(_ trial: LineGuess.Trial) {
    Output.print("the profile takes \(trial.right) frames of it, and \(trial.wrong) it can't read:")
    for (name, value) in trial.readings { Output.print("  \(name): \(value?.plainText ?? "bad")") }
    if trial.readings.isEmpty { Output.print("  no metric of it is in them") }
  }

  private func load(_ path: String) throws -> SerialProfile {
    var diagnostics = Diagnostics()
    var sources: [SourceFile] = []
    do throws(Diagnostic) {
      let file = try SourceFile.read(path: path)
      sources = [file]
      if let profile = SerialProfile.read(file, name: path, diagnostics: &diagnostics) { return profile }
    } catch {
      diagnostics.append(error)
    }
    Output.show(diagnostics, sources: sources, format: .text)
    throw ExitCode(2)
  }

  /// `\r`, `\n`, `\t` and `\\` for what can't be typed.
  static func unescaped(_ text: String) -> String {
    var result = ""
    var isEscaped = false
    for character in text {
      guard isEscaped || character == "\\" else {
        result.append(character)
        continue
      }
      if isEscaped { result.append(["r": "\r", "n": "\n", "t": "\t"][character] ?? String(character)) }
      isEscaped.toggle()
    }
    return result
  }
}
