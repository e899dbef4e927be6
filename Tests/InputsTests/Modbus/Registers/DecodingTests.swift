import Model
import Testing

@testable import Inputs

@Suite struct DecodingTests {
  static func metric(_ type: RegisterType, _ order: WordOrder = .abcd) -> ModbusMetric {
    ModbusMetric(name: "m", table: type == .bool ? .coil : .holding, address: 10, type: type, order: order)
  }

  /// What comes of registers for a metric of one signal; a bad one is `nil`, whatever else must hold of it is held here.
  static func value(_ metric: ModbusMetric, _ registers: [UInt16]) -> Value? {
    // Not from 0 on: a slice of an answer.
    let readings = metric.decode(([0xAAAA, 0xBBBB] + registers)[2...])
    #expect(readings.count == 1 && readings[0].metric == "m")
    #expect((readings[0].value == nil) == (readings[0].quality == .bad))
    #expect(readings[0].quality == .good || readings[0].quality == .bad)
    return readings[0].value
  }

  /// Bits of a type, and the number that they are.
  static let numbers: [(RegisterType, UInt64, Double)] = [
    (.int16, 0, 0), (.int16, 0x7FFF, 32767), (.int16, 0x8000, -32768), (.int16, 0xFFFF, -1),
    (.uint16, 0, 0), (.uint16, 0xFFFF, 65535), (.uint16, 0x8001, 32769),
    (.int32, 0x7FFF_FFFF, 2_147_483_647), (.int32, 0x8000_0000, -2_147_483_648), (.int32, 0xFFFF_FFFE, -2),
    (.uint32, 0xFFFF_FFFF, 4_294_967_295), (.uint32, 0x0001_86A0, 100_000),
    (.int64, 0xFFFF_FFFF_FFFF_FFFF, -1), (.int64, 0x8000_0000_0000_0000, -9_223_372_036_854_775_808),
    (.int64, 0x0020_0000_0000_0000, 9_007_199_254_740_992),
    (.uint64, 0xFFFF_FFFF_FFFF_FFFF, 0x1p64), (.uint64, 0x1_0000_0001, 4_294_967_297),
    (.float32, 0x41BB_3333, 23.4), (.float32, 0xC2F7_0000, -123.5), (.float32, 0x0000_0001, 1e-45),
    (.float32, 0x7F7F_FFFF, 3.4028235e38),
    (.float64, 0x4037_6666_6666_6666, 23.4), (.float64, 0xC05E_E000_0000_0000, -123.5), (.float64, 1, 0x1p-1074),
  ]

  @Test(arguments: numbers.indices, WordOrder.allCases)
  func everyTypeIsReadInEveryOrder(_ index: Int, _ order: WordOrder) {
    let (type, bits, expected) = Self.numbers[index]
    // Written down here once more, from the bits' own bytes, and not by the code under test.
    let bytes = (0..<type.registers * 2).map {
      UInt8(truncatingIfNeeded: bits >> (8 * UInt64(type.registers * 2 - 1 - $0)))
    }
    let words = stride(from: 0, to: bytes.count, by: 2).map { [bytes[$0], bytes[$0 + 1]] }
    let wire: [[UInt8]] =
      switch order {
      case .abcd: words
      case .badc: words.map { $0.reversed() }
      case .cdab: Array(words.reversed())
      case .dcba: words.reversed().map { $0.reversed() }
      }
    let registers = wire.map { UInt16($0[0]) << 8 | UInt16($0[1]) }
    #expect(Self.value(Self.metric(type, order), registers) == .number(expected))
  }

  @Test(arguments: [
    (RegisterType.float32, [UInt16(0x7FC0), 0]), (.float32, [0x7F80, 0]), (.float32, [0xFF80, 0]),
    (.float32, [0x7F80, 1]), (.float32, [0xFFFF, 0xFFFF]), (.float64, [0x7FF8, 0, 0, 0]),
    (.float64, [0xFFF0, 0, 0, 0]),
    (.float64, [0x7FF0, 0, 0, 1]),
  ]) func whatIsNoNumberOrInfiniteIsBad(_ type: RegisterType, _ registers: [UInt16]) {
    #expect(Self.value(Self.metric(type), registers) == nil)
  }

  @Test func minusZeroIsZero() {
    let reading = Self.value(Self.metric(.float32), [0x8000, 0])
    guard case .number(let number)? = reading else {
      Issue.record("\(String(describing: reading))")
      return
    }
    #expect(number.sign == .plus)
  }

  /// Without the dirt of binary fractions: 234 × 0.1 is 23.400000000000002.
  @Test(arguments: [
    (RegisterType.int16, UInt16(234), 0.1, 0.0, 23.4), (.int16, 0xFF16, 0.1, 0, -23.4), (.int16, 3, 0.1, 0, 0.3),
    (.uint16, 2931, 0.1, -273.1, 20), (.uint16, 3000, 0.1, -273.15, 26.85), (.uint16, 7, 0.01, 0, 0.07),
    (.uint16, 1000, 2.5, -40, 2460), (.uint16, 100, -1, 0, -100), (.uint16, 1, 1e-5, 0, 1e-5),
    (.uint16, 3, 0.3, 0.6, 1.5),
    (.uint16, 12, 100, 50, 1250), (.uint16, 29, 0.000_001, 0, 0.000_029), (.uint16, 65535, 1e30, 0, 6.5535e34),
    (.uint16, 1, 1e-30, 0, 1e-30), (.uint16, 1, 1, 1e-30, 1),
  ]) func scaleAndOffsetGiveTheDecimalsThatThePaperSays(
    _ type: RegisterType, _ raw: UInt16, _ scale: Double, _ offset: Double, _ expected: Double
  ) {
    var metric = Self.metric(type)
    metric.scale = scale
    metric.offset = offset
    #expect(Self.value(metric, [raw]) == .number(expected))
  }

  /// Every raw number of a register, against the nearest double to the decimal fraction.
  @Test(arguments: [(0.1, 1), (0.01, 2), (0.001, 3)]) func everyRegisterIsTheDecimalFractionThatItMeans(
    _ scale: Double, _ digits: Int
  ) {
    var metric = Self.metric(.int16)
    metric.scale = scale
    for raw in Int16.min...Int16.max {
      let text = String(raw.magnitude)
      let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
      let expected = Double((raw < 0 ? "-" : "") + padded.dropLast(digits) + "." + padded.suffix(digits))
      let reading = metric.decode([UInt16(bitPattern: raw)])
      guard case .number(let number)? = reading[0].value, number == expected else {
        Issue.record("\(raw): \(reading), not \(String(describing: expected))")
        return
      }
    }
  }

  @Test func aScaledFloatIsItsDecimals() {
    var metric = Self.metric(.float32)
    metric.scale = 0.001
    #expect(Self.value(metric, [0x41BB, 0x3333]) == .number(0.0234))
    metric.scale = 1000
    #expect(Self.value(metric, [0x41BB, 0x3333]) == .number(23400))
  }

  @Test func whatLeavesTheDoublesRangeIsBad() {
    var metric = Self.metric(.float64)
    metric.scale = 1e10
    #expect(Self.value(metric, [0x7FE0, 0, 0, 0]) == nil)
  }

  @Test(arguments: [
    (RegisterType.int16, [UInt16(0x7FFF)], UInt64(0x7FFF)), (.uint16, [0xFFFF], 0xFFFF), (.int16, [0x8000], 0x8000),
    (.uint32, [0xFFFF, 0xFFFF], 0xFFFF_FFFF), (.float32, [0xC2C8, 0], 0xC2C8_0000),
    (.uint64, [0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF], .max),
  ]) func anInvalidMarkerIsRawBeforeTheScale(_ type: RegisterType, _ registers: [UInt16], _ marker: UInt64) {
    var metric = Self.metric(type)
    metric.scale = 0.1
    #expect(Self.value(metric, registers) != nil)
    metric.invalid = [1, marker]
    #expect(Self.value(metric, registers) == nil)
  }

  @Test func aMarkerIsComparedInTheValuesOwnOrder() {
    var metric = Self.metric(.uint32, .cdab)
    metric.invalid = [0x0001_0002]
    #expect(Self.value(metric, [2, 1]) == nil)
    #expect(Self.value(metric, [1, 2]) == .number(131_073))
  }

  @Test func aReadingOutsideOfTheRangeIsBad() {
    var metric = Self.metric(.int16)
    metric.scale = 0.1
    (metric.minimum, metric.maximum) = (-40, 80)
    #expect(Self.value(metric, [800]) == .number(80))
    #expect(Self.value(metric, [801]) == nil)
    #expect(Self.value(metric, [UInt16(bitPattern: -400)]) == .number(-40))
    #expect(Self.value(metric, [UInt16(bitPattern: -401)]) == nil)
  }

  @Test func aMapSaysWhatNumbersMean() {
    var metric = Self.metric(.int16)
    metric.map = [0: .text("off"), 1: .text("on"), -1: .text("fault")]
    #expect(Self.value(metric, [0]) == .text("off"))
    #expect(Self.value(metric, [0xFFFF]) == .text("fault"))
    #expect(Self.value(metric, [2]) == nil)
    var coil = Self.metric(.bool)
    coil.map = [0: .text("closed"), 1: .text("open")]
    #expect(Self.value(coil, [1]) == .text("open"))
  }

  @Test func aBitIsTrueOrFalseAndInARegisterAnythingButZeroIsTrue() {
    #expect(Self.value(Self.metric(.bool), [0]) == .boolean(false))
    #expect(Self.value(Self.metric(.bool), [1]) == .boolean(true))
    let register = ModbusMetric(name: "m", table: .holding, address: 0, type: .bool)
    #expect(Self.value(register, [0]) == .boolean(false))
    #expect(Self.value(register, [0x0100]) == .boolean(true))
  }

  @Test func namedBitsAreSignalsOfTheirOwn() {
    let fields = [
      BitField(name: "low", bit: 0), BitField(name: "high", bit: 15), BitField(name: "stage", bit: 2, width: 2),
      BitField(name: "mode", bit: 4, width: 4, map: [0: .text("auto"), 5: .text("hand")]),
    ]
    let metric = ModbusMetric(name: "status", table: .input, address: 0, type: .bits(fields, registers: 1))
    #expect(metric.count == 1)
    #expect(metric.signals.map(\.name) == ["low", "high", "stage", "mode"])
    #expect(metric.signals.map(\.kind) == [.boolean, .boolean, .number, .text])
    let readings = metric.decode([0b1000_0000_0101_1001])
    #expect(readings.map(\.metric) == ["low", "high", "stage", "mode"])
    #expect(readings.map(\.value) == [.boolean(true), .boolean(true), .number(2), .text("hand")])
    #expect(metric.decode([0x00F0]).map(\.quality) == [.good, .good, .good, .bad])
  }

  @Test(arguments: [(WordOrder.abcd, [UInt16(0x8001), 0x0002]), (.cdab, [0x0002, 0x8001])])
  func bitsOfTwoRegistersAreCountedOverBoth(_ order: WordOrder, _ registers: [UInt16]) {
    let fields = [1, 16, 31, 30].map { BitField(name: "b\($0)", bit: $0) }
    var metric = ModbusMetric(
      name: "alarms", table: .holding, address: 0, type: .bits(fields, registers: 2), order: order)
    #expect(metric.count == 2)
    #expect(metric.decode(registers[...]).map(\.value) == [true, true, true, false].map { .boolean($0) })
    metric.invalid = [0x8001_0002]
    #expect(metric.decode(registers[...]).allSatisfy { $0.value == nil && $0.quality == .bad })
  }

  @Test func missingRegistersAreBadNotAsked() {
    #expect(Self.value(Self.metric(.float32), [0x41BB]) == nil)
    #expect(Self.value(Self.metric(.float32), []) == nil)
    #expect(Self.value(Self.metric(.int16), [1, 2]) == nil)
    let bits = ModbusMetric(
      name: "status", table: .input, address: 0,
      type: .bits([BitField(name: "a", bit: 0), BitField(name: "b", bit: 1)], registers: 1))
    #expect(bits.decode([]).map(\.metric) == ["a", "b"])
  }
}
