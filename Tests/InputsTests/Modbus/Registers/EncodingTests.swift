import Model
import Testing

@testable import Inputs

@Suite struct EncodingTests {
  private func writable(_ type: RegisterType, _ order: WordOrder = .abcd) -> ModbusMetric {
    var metric = DecodingTests.metric(type, order)
    metric.access = .readWrite
    return metric
  }

  @Test(arguments: DecodingTests.numbers.indices, WordOrder.allCases)
  func whatIsWrittenIsReadBackAsTheSame(_ index: Int, _ order: WordOrder) throws {
    let (type, bits, number) = DecodingTests.numbers[index]
    // Beyond 2^53 the nearest double may be the next type's.
    guard number.magnitude < 0x1p63 else { return }
    let metric = writable(type, order)
    let registers = try #require(metric.encode(.number(number), for: "m", over: []))
    #expect(registers == order.registers(of: bits, count: type.registers))
    #expect(DecodingTests.value(metric, registers) == .number(number))
  }

  @Test(arguments: [
    (RegisterType.int16, 32768.0), (.int16, -32769), (.uint16, -1), (.uint16, 65536), (.int32, 2_147_483_648),
    (.uint32, -1), (.uint32, 4_294_967_296), (.int64, 0x1p63), (.uint64, 0x1p64), (.uint64, -1), (.float32, 1e39),
    (.float64, .infinity), (.float64, .nan), (.int16, .nan), (.uint16, .infinity), (.int64, -1e300),
  ]) func whatTheTypeCannotHoldIsRefused(_ type: RegisterType, _ number: Double) {
    #expect(writable(type).encode(.number(number), for: "m", over: []) == nil)
  }

  @Test(arguments: [
    (0.1, 0.0, 23.4, UInt16(234)), (0.1, 0, 23.44, 234), (0.1, 0, 23.46, 235), (0.1, 0, -0.3, 0xFFFD),
    (0.1, -273.1, 20, 2931), (2.5, -40, 2460, 1000), (-1, 0, -100, 100), (1, 0, 0.5, 1), (1, 0, -0.5, 0xFFFF),
  ]) func scaleAndOffsetAreTakenBackAndTheNearestIsWritten(
    _ scale: Double, _ offset: Double, _ number: Double, _ raw: UInt16
  ) {
    var metric = writable(.int16)
    metric.scale = scale
    metric.offset = offset
    #expect(metric.encode(.number(number), for: "m", over: []) == [raw])
  }

  @Test func everyDecimalOfARegisterFindsItsRegister() {
    var metric = writable(.int16)
    metric.scale = 0.1
    for raw in Int16.min...Int16.max {
      let registers = [UInt16(bitPattern: raw)]
      guard let value = metric.decode(registers[...])[0].value, metric.encode(value, for: "m", over: []) == registers
      else {
        Issue.record("\(raw)")
        return
      }
    }
  }

  @Test func theRangeHoldsForWritesToo() {
    var metric = writable(.int16)
    metric.scale = 0.1
    (metric.minimum, metric.maximum) = (-40, 80)
    #expect(metric.encode(.number(80), for: "m", over: []) == [800])
    #expect(metric.encode(.number(80.1), for: "m", over: []) == nil)
    #expect(metric.encode(.number(-40.1), for: "m", over: []) == nil)
  }

  @Test func whatWouldReadAsInvalidIsNotWritten() {
    var metric = writable(.int16)
    metric.invalid = [0x7FFF]
    #expect(metric.encode(.number(32766), for: "m", over: []) == [32766])
    #expect(metric.encode(.number(32767), for: "m", over: []) == nil)
  }

  @Test func aMapIsTakenBack() {
    var metric = writable(.int16)
    metric.map = [0: .text("off"), 1: .text("on"), 2: .text("on"), -1: .text("fault")]
    #expect(metric.encode(.text("on"), for: "m", over: []) == [1])
    #expect(metric.encode(.text("fault"), for: "m", over: []) == [0xFFFF])
    #expect(metric.encode(.text("ON"), for: "m", over: []) == nil)
    #expect(metric.encode(.number(1), for: "m", over: []) == nil)
    var coil = writable(.bool)
    coil.map = [0: .text("closed"), 1: .text("open")]
    #expect(coil.encode(.text("open"), for: "m", over: []) == [1])
    #expect(coil.encode(.boolean(true), for: "m", over: []) == nil)
  }

  @Test func aValueOfAnotherKindIsRefused() {
    #expect(writable(.bool).encode(.boolean(true), for: "m", over: []) == [1])
    #expect(writable(.bool).encode(.boolean(false), for: "m", over: []) == [0])
    #expect(writable(.bool).encode(.number(1), for: "m", over: []) == nil)
    #expect(writable(.int16).encode(.boolean(true), for: "m", over: []) == nil)
    #expect(writable(.int16).encode(.text("1"), for: "m", over: []) == nil)
    #expect(writable(.string(bytes: 4)).encode(.number(1), for: "m", over: []) == nil)
  }

  @Test func whatIsOnlyReadIsNotWritten() {
    #expect(DecodingTests.metric(.int16).encode(.number(1), for: "m", over: []) == nil)
    #expect(writable(.int16).encode(.number(1), for: "other", over: []) == nil)
  }

  @Test func aBitIsWrittenOverWhatTheRegisterHolds() {
    let fields = [
      BitField(name: "pump", bit: 3), BitField(name: "stage", bit: 4, width: 2),
      BitField(name: "mode", bit: 8, width: 4, map: [0: .text("auto"), 5: .text("hand"), 16: .text("never")]),
    ]
    var metric = ModbusMetric(
      name: "control", table: .holding, address: 0, type: .bits(fields, registers: 1), access: .readWrite)
    func written(_ signal: String, _ value: Value, over current: [UInt16] = [0xF0F0]) -> [UInt16]? {
      metric.encode(value, for: signal, over: current)
    }
    #expect(metric.writesOverCurrent)
    #expect(written("pump", .boolean(true)) == [0xF0F8])
    #expect(written("pump", .boolean(false), over: [0xFFFF]) == [0xFFF7])
    #expect(written("stage", .number(1)) == [0xF0D0])
    #expect(written("stage", .number(4)) == nil)
    #expect(written("stage", .number(-1)) == nil)
    #expect(written("stage", .number(.nan)) == nil)
    #expect(written("mode", .text("hand")) == [0xF5F0])
    #expect(written("mode", .text("never")) == nil)
    #expect(written("pump", .number(1)) == nil)
    #expect(written("control", .boolean(true)) == nil)
    #expect(written("pump", .boolean(true), over: []) == nil)
    #expect(written("pump", .boolean(true), over: [0, 0]) == nil)
    metric.invalid = [0xF0F8]
    #expect(written("pump", .boolean(true)) == nil)
  }

  @Test func bitsOfTwoRegistersAreWrittenInTheirOrder() {
    let metric = ModbusMetric(
      name: "control", table: .holding, address: 0,
      type: .bits([BitField(name: "high", bit: 17), BitField(name: "low", bit: 0)], registers: 2), order: .cdab,
      access: .readWrite)
    #expect(metric.encode(.boolean(true), for: "high", over: [0x1111, 0x2220]) == [0x1111, 0x2222])
    #expect(metric.encode(.boolean(false), for: "low", over: [0x1111, 0x2220]) == [0x1110, 0x2220])
  }

  @Test func rulesKnowWhatMayBeWritten() {
    var metric = writable(.int16)
    metric.scale = 0.1
    #expect(metric.signals.first?.writing == .init(minimum: -3276.8, maximum: 3276.7))
    metric.minimum = -40
    #expect(metric.signals.first?.writing == .init(minimum: -40, maximum: 3276.7))
    metric.scale = -0.1
    #expect(metric.signals.first?.writing == .init(minimum: -40, maximum: 3276.8))
    #expect(writable(.float32).signals.first?.writing == .init())
    #expect(DecodingTests.metric(.int16).signals.first?.writing == nil)
    metric.map = [1: .text("on"), 0: .text("off"), 2: .text("on")]
    #expect(metric.signals.first?.writing == .init(choices: [.text("off"), .text("on")]))
    #expect(metric.signals.first?.kind == .text)
    var coil = writable(.bool)
    coil.pulse = .milliseconds(500)
    #expect(coil.signals.first == .init(name: "m", kind: .boolean, writing: .init(pulse: .milliseconds(500))))
    let bits = ModbusMetric(
      name: "b", table: .holding, address: 0,
      type: .bits([BitField(name: "x", bit: 0), BitField(name: "y", bit: 1, width: 3)], registers: 1),
      access: .readWrite)
    #expect(bits.signals.map(\.writing) == [.init(), .init(minimum: 0, maximum: 7)])
  }
}
