import Config
import Model
import Testing

@testable import Inputs

/// Every mistake in a line of a register map is told at its place, with what to do.
@Suite struct MetricMistakeTests {
  /// `metrics:` with what is expected to be underlined between « and ».
  struct Marked: CustomStringConvertible, Sendable {
    let description: String
    init(_ text: String) { description = text }

    var text: String { description.filter { $0 != "«" && $0 != "»" } }

    /// The marked stretches, in bytes of the text.
    var ranges: [Range<Int>] {
      var ranges: [Range<Int>] = []
      var (offset, start) = (0, 0)
      for character in description {
        switch character {
        case "«": start = offset
        case "»": ranges.append(start..<offset)
        default: offset += String(character).utf8.count
        }
      }
      return ranges
    }
  }

  static func findings(_ metrics: Marked, defaults: String = "{}") -> (map: [ModbusMetric]?, findings: [Diagnostic]) {
    let file = SourceFile(path: "test.yaml", text: metrics.text)
    var diagnostics = Diagnostics()
    let root = YAML.parse(file, diagnostics: &diagnostics)
    let limits = YAML.parse(SourceFile(path: "defaults.yaml", text: defaults), diagnostics: &diagnostics)
    let read = limits.map { ModbusDefaults.read($0, diagnostics: &diagnostics) } ?? ModbusDefaults()
    let map = root.flatMap { ModbusProfile.metrics($0, defaults: read, diagnostics: &diagnostics) }
    return (map, diagnostics.sorted())
  }

  /// Exactly these mistakes, at exactly these places.
  private func expect(_ text: String, _ codes: [String], _ help: String, isWarning: Bool = false) {
    let marked = Marked(text)
    let (map, findings) = Self.findings(marked)
    #expect(findings.map(\.code) == codes, "\(text): \(findings)")
    #expect((map != nil) == isWarning)
    let places = findings.compactMap { $0.span.map { $0.start.offset..<$0.end.offset } }
    #expect(places == marked.ranges, "\(text): \(findings.map { "\($0.message) \(String(describing: $0.span))" })")
    #expect(findings.allSatisfy { $0.help?.isEmpty == false }, "\(findings)")
    #expect(findings.first?.help?.contains(help) == true, "\(findings.first?.help ?? "")")
    #expect(findings.allSatisfy { ($0.severity == .warning) == isWarning })
  }

  @Test(arguments: [
    ("a: «{ type: int16 }»", "missing-key", "input: 0"),
    ("a: { holding: 1, input: «2», type: int16 }", "either-or", "delete one"),
    ("a: { holding: «65536», type: int16 }", "out-of-range", "0 to 65535"),
    ("a: { holding: «-1», type: int16 }", "out-of-range", "0 to 65535"),
    ("a: { holding: «one», type: int16 }", "wrong-type", "number"),
    ("a: { register: «2», type: int16 }", "register", "five or six digits"),
    ("a: { register: «20001», type: int16 }", "register", "3 for input"),
    ("a: { register: «40000», type: int16 }", "register", "from 1"),
    ("a: { register: «465537», type: int16 }", "register", "from 1"),
    ("a: { register: «4x0001», type: int16 }", "register", "five or six digits"),
    ("a: { register: «0x9C41», type: int16 }", "register", "five or six digits"),
    ("a: { register: 10001, type: «int16» }", "impossible-type", "holding"),
    ("a: { holding: «65535», type: float32 }", "beyond-the-table", "address"),
    ("a: { register: «365536», type: int64 }", "beyond-the-table", "address"),
  ]) func anAddressIsHeldToTheTable(_ text: String, _ code: String, _ help: String) {
    expect(text, [code], help)
  }

  @Test func aKeyOfAnotherProductIsExplained() {
    expect("a: { «address»: 5, type: int16 }", ["unknown-key"], "counted from 0")
  }

  @Test(arguments: [
    ("a: «{ holding: 1 }»", "missing-key", "type: uint16"),
    ("a: { holding: 1, type: «int61» }", "unknown-value", "did you mean `int16`"),
    ("a: { holding: 1, type: «word» }", "unknown-value", "did you mean `uint16`"),
    ("a: { holding: 1, type: «float» }", "unknown-value", "did you mean `float32`"),
    ("a: { holding: 1, type: «uint8» }", "unknown-value", "from: 8"),
    ("a: { holding: 1, type: «5» }", "unknown-value", "int16"),
    ("a: { holding: 1, type: «[int16]» }", "wrong-type", "int16"),
    ("a: { holding: 1, type: «string» }", "unknown-value", "string(16)"),
    ("a: { holding: 1, type: «string(0)» }", "out-of-range", "125 registers"),
    ("a: { holding: 1, type: «string(251)» }", "out-of-range", "125 registers"),
    ("a: { coil: 1, type: «uint16» }", "impossible-type", "holding"),
    ("a: { discrete: 1, bits: «{ x: 0 }» }", "impossible-type", "holding"),
    ("a: { holding: 1, type: «bits» }", "missing-key", "bits: {"),
    ("a: { holding: 1, bits: «{ x: 0 }» }", "missing-key", "type: bits"),
    ("a: { holding: 1, type: «int16», bits: { x: 0 } }", "either-or", "type: bits"),
  ]) func aTypeIsOneThatTheTableHolds(_ text: String, _ code: String, _ help: String) { expect(text, [code], help) }

  @Test(arguments: [
    ("a: { holding: 1, type: int16, order: «CDAB» }", "impossible-order", "BA"),
    ("a: { holding: 1, type: bits, order: «CDAB», bits: { x: 0 } }", "impossible-order", "delete"),
    ("a: { holding: 1, type: string(4), order: «DCBA» }", "impossible-order", "BA"),
    ("a: { holding: 1, type: bool, order: «ABCD» }", "impossible-order", "delete"),
    ("a: { coil: 1, order: «ABCD» }", "impossible-order", "delete"),
    ("a: { holding: 1, type: float32, order: «BA» }", "impossible-order", "CDAB"),
    ("a: { holding: 1, type: bits32, order: «BA», bits: { x: 0 } }", "impossible-order", "CDAB"),
    ("a: { holding: 1, type: float32, order: «ACBD» }", "unknown-value", "highest"),
    ("a: { holding: 1, type: float32, order: «little» }", "unknown-value", "CDAB"),
    ("a: { holding: 1, type: float32, order: «big-endian» }", "unknown-value", "leave it out"),
  ]) func anOrderIsOneThatTheTypeCanHave(_ text: String, _ code: String, _ help: String) { expect(text, [code], help) }

  @Test(arguments: [
    ("a: { holding: 1, type: int16, scale: «0» }", "out-of-range", "leave it out"),
    ("a: { holding: 1, type: int16, scale: «0,1» }", "decimal-comma", "0.1"),
    ("a: { holding: 1, type: int16, offset: «\"5\"» }", "wrong-type", "without quotes"),
    ("a: { holding: 1, type: int16, min: 5, max: «5» }", "out-of-range", "exchange"),
    ("a: { holding: 1, type: uint16, min: «-40», max: 80 }", "impossible-range", "type: int16"),
    ("a: { holding: 1, type: int16, scale: 0.1, max: «5000» }", "impossible-range", "scale"),
    ("a: { holding: 1, type: float32, invalid: «0x100000000» }", "out-of-range", "raw number"),
    ("a: { holding: 1, type: int16, invalid: «0x10000» }", "out-of-range", "0x7FFF"),
    ("a: { holding: 1, type: uint16, invalid: «-1» }", "out-of-range", "0x7FFF"),
    ("a: { holding: 1, type: int16, invalid: «x» }", "wrong-type", "number"),
    ("a: { holding: 1, type: int16, invalid: [1, «0.5»] }", "wrong-type", "fraction"),
    ("a: { holding: 1, type: string(4), invalid: «1» }", "either-or", "delete"),
    ("a: { coil: 1, invalid: «1» }", "either-or", "delete"),
    ("a: { coil: 1, scale: «0.1» }", "either-or", "delete"),
    ("a: { coil: 1, unit: «V» }", "either-or", "delete"),
    ("a: { holding: 1, type: string(4), max: «1» }", "either-or", "delete"),
    ("a: { holding: 1, type: bits, bits: { x: 0 }, min: «1» }", "either-or", "delete"),
    ("a: { holding: 5, type: int16, scale_factor: «5» }", "impossible-scale-factor", "scale"),
    ("a: { holding: 5, type: uint32, scale_factor: «6» }", "impossible-scale-factor", "scale"),
    ("a: { holding: 5, type: int16, scale_factor: «130» }", "impossible-scale-factor", "scale"),
    ("a: { register: 40005, type: int16, scale_factor: «30007» }", "wrong-table", "first digit"),
    ("a: { holding: 5, type: int16, scale_factor: «6», access: read_write }", "impossible-scale-factor", "scale"),
  ]) func aNumberIsOneThatCanCome(_ text: String, _ code: String, _ help: String) { expect(text, [code], help) }

  @Test(arguments: [
    ("a: { holding: 1, type: int16, map: «{}» }", "out-of-range", "0: off"),
    ("a: { holding: 1, type: int16, map: «[off, on]» }", "wrong-type", "0: off"),
    ("a: { holding: 1, type: int16, map: { «off»: 0 } }", "wrong-type", "number first"),
    ("a: { coil: 1, map: { «true»: open } }", "wrong-type", "`1` for true"),
    ("a: { coil: 1, map: { «2»: open } }", "out-of-range", "check"),
    ("a: { holding: 1, type: uint16, map: { «-1»: off } }", "out-of-range", "check"),
    ("a: { holding: 1, type: uint16, map: { «65536»: off } }", "out-of-range", "check"),
    ("a: { holding: 1, type: uint16, map: { 0: off, «0x0»: on } }", "duplicate-key", "delete"),
    ("a: { holding: 1, type: uint16, map: «{ 0: off, 1: true }» }", "wrong-type", "quotes"),
    ("a: { holding: 1, type: uint16, access: read_write, map: { 0: off, 1: «off» } }", "ambiguous-map", "of its own"),
    ("a: { holding: 1, type: uint16, scale: «0.1», map: { 0: off } }", "either-or", "delete one"),
    ("a: { holding: 1, type: uint16, unit: «V», map: { 0: off } }", "either-or", "numbers"),
    ("a: { holding: 1, type: float32, map: «{ 0: off }» }", "either-or", "whole numbers"),
    ("a: { holding: 1, type: bits, map: «{ 0: off }», bits: { x: 0 } }", "either-or", "`bits`"),
    ("a: { holding: 1, type: bits, bits: { x: «16» } }", "out-of-range", "0 to 15"),
    ("a: { holding: 1, type: bits, bits: «{}» }", "out-of-range", "lowest"),
    ("a: { holding: 1, type: bits, bits: { x: { from: 4, to: «2» } } }", "out-of-range", "4 to 15"),
    ("a: { holding: 1, type: bits, bits: { x: «{ from: 4 }» } }", "missing-key", "to"),
    ("a: { holding: 1, type: bits, bits: { x: { from: 4, to: 5, map: { «4»: on } } } }", "out-of-range", "check"),
    ("a: { holding: 1, type: bits, bits: { «X»: 1 } }", "name", "`x`"),
  ]) func aMapSaysWhatCanCome(_ text: String, _ code: String, _ help: String) {
    expect(text, [code], help)
  }

  @Test(arguments: [
    ("a: { input: 1, type: int16, access: «read_write» }", "not-writable", "holding"),
    ("a: { discrete: 1, access: «write» }", "not-writable", "coil"),
    ("a: { discrete: 1, pulse: «1 s» }", "not-writable", "coil"),
    ("a: { holding: 1, type: uint16, pulse: «1 s» }", "impossible-pulse", "coil"),
    ("a: { coil: 1, pulse: 1 s, access: «read» }", "impossible-pulse", "delete"),
    ("a: { coil: 1, pulse: «0 s» }", "out-of-range", "10 ms"),
    ("a: { coil: 1, pulse: «1» }", "missing-unit", "1 s"),
    ("a: { coil: 1, access: «rw» }", "unknown-value", "read_write"),
    ("a: { coil: 1, every: «1 ms» }", "out-of-range", "100 ms"),
    ("a: { holding: «1», type: string(248), access: read_write }", "impossible-access", "string(246)"),
    ("a: { holding: «1», type: bits, bits: { x: 0 }, access: write }", "impossible-access", "read_write"),
    ("a: { coil: 1, «acess»: read }", "unknown-key", "did you mean `access`"),
    ("«A»: { coil: 1 }", "name", "`a`"),
    ("«in»: { coil: 1 }", "reserved-name", "in_"),
    ("a: «5»", "wrong-type", "{ input: 1"),
  ]) func whatMayBeDoneIsWhatTheTableAllows(_ text: String, _ code: String, _ help: String) {
    expect(text, [code], help)
  }

  @Test(arguments: [
    ("a: { holding: 1, type: float32 }\n«b»: { holding: 2, type: int16 }", "overlapping-registers", "32-bit"),
    ("a: { holding: 2, type: int16 }\n«b»: { holding: 1, type: float32 }", "overlapping-registers", "32-bit"),
    (
      "a: { holding: 1, type: string(8) }\nc: { holding: 9, type: int16 }\n«b»: { holding: 4, type: int16 }",
      "overlapping-registers", "half of n"
    ),
    ("a: { holding: 1, type: int64 }\n«b»: { holding: 3, type: uint16 }\n", "overlapping-registers", ""),
    ("a: { coil: 1 }\n«a_»: { holding: 1, type: bits, bits: { a: 0 } }", "duplicate-metric", "bits count"),
    (
      "a: { holding: 1, type: bits, bits: { x: 0 } }\n«b»: { holding: 2, type: bits, bits: { x: 1 } }",
      "duplicate-metric", "another name"
    ),
  ]) func registersBelongToOneMetric(_ text: String, _ code: String, _ help: String) { expect(text, [code], help) }

  @Test(arguments: [
    ("a: { holding: 1, type: int16 }\n«b»: { holding: 1, type: int16 }", "same-register", "delete"),
    ("a: { coil: 1 }\n«b»: { coil: 1 }", "same-register", "delete"),
    ("a: { holding: 1, type: bits, bits: { x: 0, y: «0» } }", "same-bit", "lowest"),
    ("a: { holding: 1, type: int16, unit: «°C» }", "wrong-unit", "write `Cel`"),
    ("a: { holding: 1, type: int16, unit: «kwh» }", "wrong-unit", "write `kWh`"),
    ("a: { holding: 1, type: int16, unit: «bar» }", "wrong-unit", "write `hPa`"),
    ("a: { holding: 1, type: int16, unit: «parsec» }", "wrong-unit", "RFC 8798"),
    ("«a»: { holding: 40001, type: int16 }\nb: { holding: 40003, type: int16 }", "register-as-address", "holding: 0"),
    ("«a»: { input: 30011, type: int16 }\nb: { holding: 3, type: int16 }", "register-as-address", "register: 30011"),
  ]) func whatIsOddIsAWarning(_ text: String, _ code: String, _ help: String) {
    expect(text, [code], help, isWarning: true)
  }

  /// Two views of the same registers, and SunSpec's map from 40000 on, are as they should be.
  @Test(arguments: [
    "a: { holding: 1, type: uint16 }\nb: { holding: 1, type: bits, bits: { x: 0 } }",
    "a: { holding: 1, type: uint32 }\nb: { holding: 2, type: bits, bits: { x: 0 } }",
    "a: { holding: 1, type: int16, scale: 0.1 }\nb: { holding: 1, type: int16 }",
    "a: { holding: 1, type: uint16, scale_factor: 4 }\nb: { holding: 2, type: uint16, scale_factor: 4 }",
    "a: { holding: 40000, type: string(4) }\nb: { holding: 40071, type: uint16 }",
    "a: { register: 40001, type: uint16 }", "a: { input: 1, type: uint16 }\nb: { holding: 1, type: float32 }",
    "a: { coil: 1 }\nb: { coil: 2 }\nc: { discrete: 1 }",
  ]) func whatIsRightIsLetPass(_ text: String) {
    let (map, findings) = Self.findings(Marked(text))
    #expect(findings.isEmpty, "\(findings)")
    #expect(map?.isEmpty == false)
  }

  @Test func aValueFitsIntoOneAnswer() {
    let (_, findings) = Self.findings(Marked("a: { holding: 1, type: float64 }"), defaults: "{ max_registers: 2 }")
    #expect(findings.map(\.code) == ["beyond-one-answer"])
  }

  @Test func allMistakesAreTold() {
    let (map, findings) = Self.findings(
      Marked("a: { holding: 70000, type: float, scale: x, unit: V, pulse: 1, foo: 1 }\nb: { coil: 1, order: CDAB }"))
    #expect(map == nil)
    #expect(findings.count == 6, "\(findings.map(\.message))")
  }
}
