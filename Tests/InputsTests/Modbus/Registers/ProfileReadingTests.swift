import Config
import Model
import Testing

@testable import Inputs

@Suite struct ProfileReadingTests {
  private func read(_ text: String) -> (profile: ModbusProfile?, findings: [Diagnostic]) {
    var diagnostics = Diagnostics()
    let profile = ModbusProfile.read(
      SourceFile(path: "devices/test.yaml", text: text), name: "test", diagnostics: &diagnostics)
    return (profile, diagnostics.sorted())
  }

  private func metric(_ text: String) throws -> ModbusMetric {
    let (map, findings) = MetricMistakeTests.findings(.init("m: \(text)"))
    #expect(findings.isEmpty, "\(findings)")
    return try #require(map?.first)
  }

  @Test func aProfileIsReadWhole() throws {
    let (profile, findings) = read(
      """
      model: XY-MD02
      description: Temperature and humidity transmitter, RS-485
      protocol: modbus
      source: https://example.com/map.pdf
      verified: source
      defaults: { baud: 9600, parity: none, data_bits: 8, stop_bits: 1, port: 503, unit: 1, timeout: 1 s, pause: 20 ms,
        every: 10 s, retries: 2, max_registers: 16, max_bits: 8, max_gap: 0, write: multiple }
      metrics:
        temperature: { input: 1, type: int16, scale: 0.1, unit: Cel }
        humidity: { register: 30003, type: uint16, scale: 0.1, unit: "%RH" }
        address: { holding: 257, type: uint16, access: read_write }
      """)
    #expect(findings.isEmpty, "\(findings)")
    let read = try #require(profile)
    var defaults = ModbusDefaults()
    defaults.baud = 9600
    defaults.parity = ModbusDefaults.Parity.none
    (defaults.dataBits, defaults.stopBits, defaults.port, defaults.unit) = (8, 1, 503, 1)
    (defaults.timeout, defaults.pause, defaults.every) = (.seconds(1), .milliseconds(20), .seconds(10))
    (defaults.retries, defaults.maxRegisters, defaults.maxBits, defaults.maxGap) = (2, 16, 8, 0)
    defaults.write = .multiple
    #expect(read.defaults == defaults)
    #expect(
      read.header
        == ProfileHeader(
          model: "XY-MD02", description: "Temperature and humidity transmitter, RS-485",
          sources: ["https://example.com/map.pdf"], verified: .source))
    #expect(
      read.metrics == [
        ModbusMetric(name: "temperature", table: .input, address: 1, type: .int16, scale: 0.1, unit: "Cel"),
        ModbusMetric(name: "humidity", table: .input, address: 2, type: .uint16, scale: 0.1, unit: "%RH"),
        ModbusMetric(name: "address", table: .holding, address: 257, type: .uint16, access: .readWrite),
      ])
  }

  /// The makers' numbers count from 1 and have the table in front.
  @Test(arguments: [
    ("30002", ModbusMetric.Table.input, 1), ("300002", .input, 1), ("40001", .holding, 0), ("400001", .holding, 0),
    ("465536", .holding, 65535), ("00001", .coil, 0), ("000017", .coil, 16), ("10001", .discrete, 0),
    ("165536", .discrete, 65535), ("49999", .holding, 9998),
  ]) func aRegistersNumberIsItsAddressPlusOne(_ number: String, _ table: ModbusMetric.Table, _ address: Int) throws {
    let metric = try metric("{ register: \(number)\(table.isBits ? "" : ", type: uint16") }")
    #expect(metric.table == table)
    #expect(metric.address == UInt16(address))
  }

  @Test(arguments: [
    ("int16", RegisterType.int16), ("uint16", .uint16), ("int32", .int32), ("uint32", .uint32), ("int64", .int64),
    ("uint64", .uint64), ("float32", .float32), ("float64", .float64), ("bool", .bool),
    ("string(7)", .string(bytes: 7)),
  ]) func everyTypeHasItsName(_ text: String, _ type: RegisterType) throws {
    let metric = try metric("{ holding: 0, type: \(text) }")
    #expect(metric.type == type)
    #expect(type.name == text)
  }

  @Test(arguments: [
    ("float32, order: ABCD", WordOrder.abcd), ("float32, order: CDAB", .cdab), ("int64, order: BADC", .badc),
    ("uint32, order: dcba", .dcba), ("int16, order: BA", .badc), ("uint16, order: AB", .abcd),
    ("string(4), order: BA", .badc), ("bits32, order: CDAB, bits: { x: 31 }", .cdab), ("float32", .abcd),
  ]) func ordersAreThoseOfTheBytes(_ text: String, _ order: WordOrder) throws {
    #expect(try metric("{ holding: 0, type: \(text) }").order == order)
  }

  @Test(arguments: [
    ("int16, invalid: 0x7FFF", [UInt64(0x7FFF)]), ("int16, invalid: 0x8000", [0x8000]),
    ("int16, invalid: -32768", [0x8000]),
    ("uint16, invalid: 65535", [65535]), ("int32, invalid: [0x7FFFFFFF, -1]", [0x7FFF_FFFF, 0xFFFF_FFFF]),
    ("uint64, invalid: 0xFFFFFFFFFFFFFFFF", [.max]), ("uint64, invalid: 18446744073709551615", [.max]),
    ("int64, invalid: -1", [.max]), ("float32, invalid: 0x7FC00000", [0x7FC0_0000]),
    ("float32, invalid: -100", [0xC2C8_0000]),
    ("float32, invalid: -9999.5", [UInt64(Float(-9999.5).bitPattern)]),
    ("float64, invalid: -100", [0xC059_0000_0000_0000]),
    ("bits, bits: { x: 0 }, invalid: 0xFFFF", [0xFFFF]),
  ]) func aMarkerIsRaw(_ text: String, _ invalid: [UInt64]) throws {
    #expect(try metric("{ holding: 0, type: \(text) }").invalid == invalid)
  }

  @Test func everythingElseIsRead() throws {
    let coil = try metric("{ coil: 3, pulse: 500 ms, every: 2 s, description: Opens the gate }")
    #expect(coil.access == .readWrite)
    #expect(coil.pulse == .milliseconds(500))
    #expect(coil.every == .seconds(2))
    #expect(coil.description == "Opens the gate")
    let mapped = try metric("{ holding: 3, type: int16, access: read_write, map: { 0: off, 0x1: on, -1: fault } }")
    #expect(mapped.map == [0: .text("off"), 1: .text("on"), -1: .text("fault")])
    #expect(try metric("{ coil: 3, map: { 0: closed, 1: open } }").map == [0: .text("closed"), 1: .text("open")])
    #expect(try metric("{ holding: 3, type: int16, map: { 7: true, 8: false } }").signals[0].kind == .boolean)
    #expect(try metric("{ holding: 3, type: int16, map: { 7: 1.5, 8: 2 } }").map == [7: .number(1.5), 8: .number(2)])
    let number = try metric("{ holding: 3, type: int16, scale: 0.5, offset: -40, min: -40, max: 215, scale_factor: 9 }")
    #expect((number.scale, number.offset, number.scaleFactor) == (0.5, -40, 9))
    #expect((number.minimum, number.maximum) == (-40, 215))
    #expect(try metric("{ register: 40004, type: int16, scale_factor: 40010 }").scaleFactor == 9)
    let bits = try metric("{ input: 0, type: bits32, bits: { a: 0, b: { from: 30, to: 31, map: { 0: off, 3: on } } } }")
    #expect(
      bits.type
        == .bits(
          [
            BitField(name: "a", bit: 0),
            BitField(name: "b", bit: 30, width: 2, map: [0: .text("off"), 3: .text("on")]),
          ], registers: 2))
  }

  @Test(arguments: [
    ("metrics: { a: { coil: 1 } }", ["missing-key", "missing-key"]),
    ("", ["missing-key", "missing-key", "missing-key"]),
    ("model: A\nprotocol: modbus\nmetrics: {}", ["out-of-range"]),
    ("model: A\nprotocol: modbuss\nmetrics: { a: { coil: 1 } }", ["unknown-value"]),
    ("model: A\nprotocol: modbus\nverified: source\nmetrics: { a: { coil: 1 } }", ["missing-key"]),
    ("model: A\nprotocol: modbus\nverified: yes\nmetrics: { a: { coil: 1 } }", ["unknown-value"]),
    ("model: A\nprotocol: modbus\ndefaults: { baud: 9 }\nmetrics: { a: { coil: 1 } }", ["out-of-range"]),
    ("model: A\nprotocol: modbus\ndefaults: { parity: N }\nmetrics: { a: { coil: 1 } }", ["unknown-value"]),
    ("model: A\nprotocol: modbus\nconnection: { tcp: a }\nmetrics: { a: { coil: 1 } }", ["unknown-key"]),
    ("model: A\nprotocol: modbus\nregisters: { a: { coil: 1 } }", ["unknown-key"]),
    ("model: 5\nprotocol: modbus\nmetrics: { a: { coil: 1 } }", ["wrong-type"]),
    ("model: A\nprotocol: modbus\nsource: [a, 5]\nmetrics: { a: { coil: 1 } }", ["wrong-type"]),
    ("[]", ["wrong-type"]), ("model: [", ["syntax"]),
  ]) func aProfileWithAMistakeIsNone(_ text: String, _ codes: [String]) {
    let (profile, findings) = read(text)
    #expect(profile == nil)
    if codes == ["syntax"] {
      #expect(!findings.isEmpty)
    } else {
      #expect(findings.map(\.code) == codes, "\(findings)")
    }
  }

  @Test func identityIsWhatItSaysAndNotHowItIsWritten() throws {
    let text = "model: A\nprotocol: modbus\nmetrics:\n  a: { coil: 1 }\n"
    let one = try #require(read(text).profile)
    #expect(try #require(read("# Other comments\n" + text).profile).identity == one.identity)
    #expect(try #require(read(text.replacing("coil: 1", with: "coil: 2")).profile).identity != one.identity)
  }
}
