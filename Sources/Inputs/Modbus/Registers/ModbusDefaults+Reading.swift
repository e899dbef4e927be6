public import Config
import Model

extension ModbusDefaults {
  /// Reads a profile's `defaults:`; what is wrong is told and left out.
  public static func read(_ node: YAMLNode, diagnostics: inout Diagnostics) -> ModbusDefaults {
    var defaults = ModbusDefaults()
    guard
      var reader = MappingReader(
        node, what: "`defaults`", example: "{ baud: 9600, parity: none }", diagnostics: &diagnostics)
    else { return defaults }
    func integer(_ key: String, _ range: ClosedRange<Int>) -> Int? {
      reader.optional(key)?.integer("`\(key)`", in: range, diagnostics: &diagnostics)
    }
    defaults.baud = integer("baud", 300...4_000_000)
    defaults.parity = reader.optional("parity")?.choice(
      "`parity`", of: Parity.allCases.map { ($0.rawValue, $0) }, diagnostics: &diagnostics)
    defaults.dataBits = integer("data_bits", 7...8)
    defaults.stopBits = integer("stop_bits", 1...2)
    defaults.port = integer("port", 1...65535)
    defaults.unit = integer("unit", 0...255)
    defaults.timeout = reader.optional("timeout")?.interval(
      "`timeout`", in: .milliseconds(10) ... .minutes(1), diagnostics: &diagnostics)
    defaults.pause = reader.optional("pause")?.interval(
      "`pause`", in: .zero ... .seconds(10), diagnostics: &diagnostics)
    defaults.every = reader.optional("every")?.interval(
      "`every`", in: .milliseconds(100) ... .hours(24), diagnostics: &diagnostics)
    defaults.retries = integer("retries", 0...10)
    defaults.maxRegisters = integer("max_registers", 1...125)
    defaults.maxBits = integer("max_bits", 1...2000)
    defaults.maxGap = integer("max_gap", 0...124)
    defaults.write = reader.optional("write")?.choice(
      "`write`", of: WriteFunction.allCases.map { ($0.rawValue, $0) }, diagnostics: &diagnostics)
    reader.explain(
      ["connection", "rtu", "tcp"], "how a device is connected stands in its entry in `devices.d`")
    reader.finish(diagnostics: &diagnostics)
    return defaults
  }

  /// The keys that `read` asks for.
  public static var keys: [Schema.Key] {
    [
      .init("baud", .integer(300...4_000_000), "Bits a second on a serial line"),
      .init("parity", .choice(Parity.allCases.map(\.rawValue)), "Of a serial line"),
      .init("data_bits", .integer(7...8), "Of a serial line; Modbus RTU has 8"),
      .init("stop_bits", .integer(1...2), "Of a serial line"),
      .init("port", .integer(1...65535), "The TCP port, where it isn't 502"),
      .init("unit", .integer(0...255), "The unit address with which it leaves the factory"),
      .init("timeout", .quantity(.time), "How long it may take to answer"),
      .init("pause", .quantity(.time), "How long it must be left alone after an answer"),
      .init("every", .quantity(.time), "How often it is read"),
      .init("retries", .integer(0...10), "How often a request without an answer is tried again"),
      .init("max_registers", .integer(1...125), "The most registers that it gives in one answer"),
      .init("max_bits", .integer(1...2000), "The most coils or discrete inputs that it gives in one answer"),
      .init(
        "max_gap", .integer(0...124),
        "How many registers that nobody wants may be read along; 0 where it refuses to read what it hasn't"),
      .init(
        "write", .choice(WriteFunction.allCases.map(\.rawValue)),
        "`multiple` where it knows only the functions 15 and 16 for writing"),
    ]
  }
}
