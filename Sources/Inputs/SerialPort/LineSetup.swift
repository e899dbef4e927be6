import Config

/// How a device's entry says where its line is, and how a profile says how such a line is usually set.
///
/// ```yaml
/// connection: { port: /dev/serial/by-id/usb-…, baud: 4800, parity: even, data_bits: 7, stop_bits: 1, flow: none }
/// connection: { tcp: 192.168.1.20, port: 4001 }      # a serial server
/// ```
struct LineSetup: Hashable, Sendable {
  var baud: Int?
  /// `baud: auto`.
  var searchesBaud = false
  var parity: SerialSettings.Parity?
  var dataBits: Int?
  var stopBits: Int?
  var flow: SerialSettings.Flow?

  /// Asks for the keys that set a line, in an entry's `connection` or a profile's `defaults`.
  /// - Parameter allowsAuto: whether the driver can find the speed.
  /// - Returns: `nil` after at least one error in `diagnostics`.
  static func read(
    _ mapping: inout MappingReader, allowsAuto: Bool = false, diagnostics: inout Diagnostics
  ) -> LineSetup? {
    var setup = LineSetup()
    var isGood = true
    func take<T>(_ read: T?) -> T? {
      if read == nil { isGood = false }
      return read
    }
    if let node = mapping.optional("baud") {
      if allowsAuto, node.scalar?.text == "auto" {
        setup.searchesBaud = true
      } else {
        setup.baud = take(node.integer("`baud`", in: SerialSettings.speeds, diagnostics: &diagnostics))
      }
    }
    if let node = mapping.optional("parity") {
      setup.parity = take(
        node.choice("`parity`", of: [("none", .none), ("even", .even), ("odd", .odd)], diagnostics: &diagnostics))
    }
    if let node = mapping.optional("data_bits") {
      setup.dataBits = take(node.integer("`data_bits`", in: 5...8, diagnostics: &diagnostics))
    }
    if let node = mapping.optional("stop_bits") {
      setup.stopBits = take(node.integer("`stop_bits`", in: 1...2, diagnostics: &diagnostics))
    }
    if let node = mapping.optional("flow") {
      setup.flow = take(
        node.choice(
          "`flow`", of: [("none", .none), ("rtscts", .rtscts), ("xonxoff", .xonxoff)], diagnostics: &diagnostics))
    }
    mapping.explain(["bytesize", "databits", "bits"], "write `data_bits: 8`")
    mapping.explain(["stopbits"], "write `stop_bits: 1`")
    mapping.explain(["baudrate", "baud_rate", "speed"], "write `baud: 9600`")
    return isGood ? setup : nil
  }

  /// What is set here, else what the other says.
  func over(_ other: LineSetup) -> LineSetup {
    LineSetup(
      baud: baud ?? other.baud, searchesBaud: searchesBaud || (baud == nil && other.searchesBaud),
      parity: parity ?? other.parity, dataBits: dataBits ?? other.dataBits, stopBits: stopBits ?? other.stopBits,
      flow: flow ?? other.flow)
  }

  var settings: SerialSettings {
    let standard = SerialSettings()
    return SerialSettings(
      baud: baud ?? standard.baud, dataBits: dataBits ?? standard.dataBits, parity: parity ?? standard.parity,
      stopBits: stopBits ?? standard.stopBits, flow: flow ?? standard.flow)
  }

  /// The keys that `read` asks for.
  static func keys(allowsAuto: Bool = false, baud: String = "9600") -> [Schema.Key] {
    let number = Schema.integer(SerialSettings.speeds)
    return [
      .init(
        "baud", allowsAuto ? .either([number, .choice(["auto"])]) : number, standard: baud,
        "Bits a second\(allowsAuto ? "; `auto` tries the usual ones" : "")"),
      .init("parity", .choice(["none", "even", "odd"]), standard: "`none`", "The parity bit"),
      .init("data_bits", .integer(5...8), standard: "8", "Bits of a character"),
      .init("stop_bits", .integer(1...2), standard: "1", "Bits after each character"),
      .init(
        "flow", .choice(["none", "rtscts", "xonxoff"]), standard: "`none`",
        "How one side holds up the other: by the lines RTS and CTS, or by characters"),
    ]
  }
}
