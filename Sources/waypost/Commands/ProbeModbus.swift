import ArgumentParser
import Config
import Glibc
import Inputs
import Model

/// `waypost probe modbus`: scans a bus for units, reads registers, guesses what they hold.
struct ProbeModbus: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "modbus",
    abstract: "Scan a Modbus bus for units, read registers by hand, guess types from a known value.",
    usage: """
      waypost probe modbus --tcp 192.168.1.20 --units 1..10
      waypost probe modbus --rtu /dev/serial/by-id/usb-FTDI_FT232R-if00-port0 --baud 9600
      waypost probe modbus --tcp 192.168.1.20:502 --unit 3 input 0..80 --expect 230.5
      """,
    discussion: """
      Without --unit it asks every unit of --units whether it is there. With one it reads a table (holding, input, \
      coil, discrete) over a range of protocol addresses, counted from 0; `register 40001` of a maker's list is \
      `holding 0`. `--expect 230.5` lists the addresses, types, orders and scales that give that value, as the \
      device's own display shows it; `--profile FILE` writes a first profile of what was found.
      Exit code: 0 something answered, 1 nothing did, 2 the line could not be used.
      """)

  @Option(name: .long, help: ArgumentHelp("A Modbus TCP host.", valueName: "host[:port]"))
  var tcp: String?

  @Option(name: .long, help: ArgumentHelp("A serial port.", valueName: "path"))
  var rtu: String?

  @Option(name: .long, help: "The serial line's speed, bits per second.")
  var baud = 9600

  @Option(name: .long, help: "The serial line's parity: none, even, odd.")
  var parity = "none"

  @Option(name: .long, help: "The serial line's stop bits: 1 or 2.")
  var stopBits = 1

  @Option(name: .long, help: "The unit to read.")
  var unit: UInt8?

  @Option(name: .long, help: ArgumentHelp("The units to look for.", valueName: "first..last"))
  var units = "1..247"

  @Option(name: .long, help: "How long a unit may take to answer, milliseconds.")
  var timeout = 500

  @Option(
    name: .long,
    help: "Also show the values of this type: int16, uint16, int32, uint32, int64, uint64, float32, float64.")
  var type: String?

  @Option(name: .long, help: "The order of a value's bytes: ABCD, CDAB, BADC, DCBA.")
  var order = "ABCD"

  @Option(name: .long, help: "What a value is multiplied by.")
  var scale = 1.0

  @Option(name: .long, help: "A value that the device shows: list what gives it.")
  var expect: Double?

  @Option(name: .long, help: "By what share that value may differ, since it is read a moment later.")
  var within = 0.01

  @Option(name: .long, help: ArgumentHelp("Write a first profile of what was found.", valueName: "file"))
  var profile: String?

  @Flag(name: .long, help: "Don't ask before speaking on the bus.")
  var yes = false

  @Argument(help: "The table: holding, input, coil, discrete.")
  var table: String?

  @Argument(help: ArgumentHelp("Protocol addresses, the first and the last, or one.", valueName: "first..last"))
  var range: String?

  func run() throws {
    let line = try line()
    if let rtu { try ProbeTrouble.refuseBesideTheGateway(rtu) }
    try ask()
    let probe = try open(line)
    if let unit { try read(unit, probe) } else { try scan(probe) }
  }

  // MARK: The line

  private func line() throws -> ModbusProbe.Line {
    switch (tcp, rtu) {
    case (let place?, nil):
      let colon = place.lastIndex(of: ":")
      guard let colon, let port = UInt16(place[place.index(after: colon)...]) else {
        return .tcp(host: place, port: 502)
      }
      return .tcp(host: String(place[..<colon]), port: port)
    case (nil, let path?):
      guard let parity = ModbusDefaults.Parity(rawValue: parity), [1, 2].contains(stopBits), baud > 0 else {
        throw ProbeTrouble.stop(
          "the line's settings are wrong", "--parity none, even or odd; --stop-bits 1 or 2; --baud 9600")
      }
      return .rtu(path: path, baud: baud, parity: parity, stopBits: stopBits)
    default:
      throw ProbeTrouble.stop("the bus must be named", "give either --tcp HOST or --rtu /dev/serial/by-id/…")
    }
  }

  private func ask() throws {
    try ProbeTrouble.ask(
      "This sends read requests over \(tcp ?? rtu ?? ""); whoever else reads there may be disturbed. Go on?", yes: yes)
  }

  private func open(_ line: ModbusProbe.Line) throws -> ModbusProbe {
    do throws(ModbusProbe.Trouble) {
      return try ModbusProbe(line, timeout: .milliseconds(Int64(max(10, min(timeout, 60_000)))))
    } catch {
      let remedy: String
      switch error.description {
      case "busy": remedy = "another program has it; if that is the gateway: systemctl stop waypost"
      case "permission denied": remedy = "run it with sudo, or join the group dialout"
      case "unplugged": remedy = "is the adapter plugged in? See /dev/serial/by-id"
      case "refused", "closed":
        remedy =
          "is Modbus TCP switched on there? A device that takes one connection only may be the gateway's: systemctl stop waypost"
      default: remedy = "check host, port and cable"
      }
      throw ProbeTrouble.stop("\(tcp ?? rtu ?? ""): \(error)", remedy)
    }
  }

  // MARK: Units

  private func scan(_ probe: ModbusProbe) throws {
    let limits = tcp == nil ? 1...247 : 0...255
    guard let range = Self.range(units, in: limits) else {
      throw ProbeTrouble.stop(
        "`\(units)` are no units", "as `1..20`, from \(limits.lowerBound) to \(limits.upperBound)")
    }
    let isTerminal = isatty(STDERR_FILENO) == 1
    var found = 0
    for unit in range {
      if isTerminal { Output.write(Array("\runit \(unit) of \(range.upperBound) … ".utf8), to: STDERR_FILENO) }
      let answer = try trouble { () throws(ModbusProbe.Trouble) in try probe.isThere(UInt8(unit)) }
      if isTerminal { Output.write(Array("\r\u{1B}[K".utf8), to: STDERR_FILENO) }
      switch answer {
      case .registers: Output.print("unit \(unit) answers")
      case .refused(let why): Output.print("unit \(unit) answers (holding 0: \(why))")
      case .garbled:
        Output.print("unit \(unit): something that is no frame; another speed or parity, or two units of one number?")
      case .silent: continue
      }
      found += 1
    }
    guard found == 0 else { return }
    Output.complain(
      "waypost: no unit from \(range.lowerBound) to \(range.upperBound) answers; try another --baud or --parity, "
        + "swap A and B, or a longer --timeout")
    throw ExitCode(1)
  }

  // MARK: Registers

  private func read(_ unit: UInt8, _ probe: ModbusProbe) throws {
    let name = table ?? "holding"
    guard let table = ModbusMetric.Table(rawValue: name) else {
      throw ProbeTrouble.stop("there is no table `\(name)`", "it is holding, input, coil or discrete")
    }
    guard let range = Self.range(self.range ?? "0..31", in: 0...65_535), range.count <= 10_000 else {
      throw ProbeTrouble.stop("`\(self.range ?? "")` are no addresses", "as `0..80`, 10,000 at most")
    }
    let (runs, refusal) = try trouble { () throws(ModbusProbe.Trouble) in
      try probe.read(unit, table, UInt16(range.lowerBound)...UInt16(range.upperBound))
    }
    guard !runs.isEmpty else {
      Output.complain("waypost: unit \(unit), \(name) \(range.lowerBound)..\(range.upperBound): \(Self.words(refusal))")
      throw ExitCode(1)
    }
    for line in ProbeView.lines(of: runs, table: table) { Output.print(line) }
    if let refusal { Output.complain("waypost: and then: \(Self.words(refusal))") }
    try show(runs)
    let metrics = try guess(runs, table)
    if let profile { try save(profile, unit, metrics ?? Self.plain(runs, table)) }
  }

  private func show(_ runs: [(first: UInt16, registers: [UInt16])]) throws {
    guard let type else { return }
    guard let values = ProbeView.values(of: runs, type: type, order: order, scale: scale) else {
      throw ProbeTrouble.stop(
        "there is no type `\(type)` with the order `\(order)`",
        "types are \(ProbeView.typeNames.joined(separator: ", ")); orders \(ProbeView.orderNames.joined(separator: ", "))"
      )
    }
    Output.print("")
    for (address, value) in values { Output.print("\(address): \(value?.plainText ?? "no number")") }
  }

  private func guess(
    _ runs: [(first: UInt16, registers: [UInt16])], _ table: ModbusMetric.Table
  ) throws -> [(name: String, line: String)]? {
    guard let expect else { return nil }
    let guesses = RegisterGuesses.all(of: runs, giving: expect, within: max(0, min(within, 0.5)))
    Output.print("")
    guard !guesses.isEmpty else {
      Output.complain(
        "waypost: nothing here gives \(expect); try other addresses, the other table, or a larger --within")
      throw ExitCode(1)
    }
    Output.print("\(Value.number(expect).plainText) may be, the likeliest first:")
    for guess in guesses.prefix(20) {
      Output.print("  \(guess.line(in: table))  gives \(Value.number(guess.value).plainText)")
    }
    return guesses.prefix(1).map { ("value", $0.line(in: table)) }
  }

  private static func plain(
    _ runs: [(first: UInt16, registers: [UInt16])], _ table: ModbusMetric.Table
  ) -> [(name: String, line: String)] {
    runs.flatMap { first, registers in
      registers.indices.map { index in
        let address = Int(first) + index
        return (
          "\(table.rawValue)_\(address)", "{ \(table.rawValue): \(address)\(table.isBits ? "" : ", type: uint16") }"
        )
      }
    }
  }

  private func save(_ file: String, _ unit: UInt8, _ metrics: [(name: String, line: String)]) throws {
    guard metrics.count <= 1000 else {
      throw ProbeTrouble.stop("a profile has 1000 metrics at most", "read a smaller range")
    }
    let text = ProbeView.profile(
      metrics: metrics, unit: unit, baud: tcp == nil ? baud : nil,
      comment: "Read by waypost probe, unit \(unit) of \(tcp ?? rtu ?? "")")
    do {
      try Output.save(Array(text.utf8), to: file, replaces: false)
    } catch {
      throw ProbeTrouble.stop("\(error)", "choose another name")
    }
    Output.print("\nfirst profile written to \(file); put it into profiles.d, and name it as `profile:` of a device")
  }

  // MARK: Words

  private static func words(_ answer: ModbusProbe.Answer?) -> String {
    switch answer {
    case .refused(let why): why
    case .garbled: "something that is no frame; another speed or parity?"
    case .silent: "no answer; is the unit's number right?"
    case .registers, nil: "nothing"
    }
  }

  /// `3`, `1..20`; `nil` where it is neither, or leaves the limits.
  static func range(_ text: String, in limits: ClosedRange<Int>) -> ClosedRange<Int>? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: true)
    guard let first = parts.first.flatMap({ Int($0) }), parts.count <= 2 else { return nil }
    guard parts.count == 2 else { return !text.contains(".") && limits.contains(first) ? first...first : nil }
    guard text.contains(".."), let last = Int(parts[1]), first <= last, limits.contains(first), limits.contains(last)
    else { return nil }
    return first...last
  }

  private func trouble<Value>(_ body: () throws(ModbusProbe.Trouble) -> Value) throws -> Value {
    do throws(ModbusProbe.Trouble) { return try body() } catch {
      throw ProbeTrouble.stop("the line was lost: \(error)", "check the cable, and begin again")
    }
  }
}
