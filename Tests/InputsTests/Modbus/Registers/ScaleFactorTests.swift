import Model
import Testing

@testable import Inputs

/// SunSpec's `sunssf`: the power of ten stands in a register of its own behind the value.
@Suite struct ScaleFactorTests {
  private let metric = ModbusMetric(
    name: "m", table: .holding, address: 71, type: .uint16, scaleFactor: 75, invalid: [0xFFFF])

  @Test func theSpanReachesToTheFactor() {
    #expect(metric.valueCount == 1)
    #expect(metric.count == 5)
  }

  @Test(arguments: [(Int16(-2), 12.34), (0, 1234), (3, 1_234_000), (-10, 1.234e-7), (10, 1.234e13)])
  func theValueIsMultipliedByThePowerOfTen(_ factor: Int16, _ expected: Double) {
    #expect(DecodingTests.value(metric, [1234, 1, 2, 3, UInt16(bitPattern: factor)]) == .number(expected))
  }

  @Test func aFactorThatIsNotThereIsBad() {
    for factor: UInt16 in [0x8000, 11, UInt16(bitPattern: -11)] {
      #expect(DecodingTests.value(metric, [1234, 0, 0, 0, factor]) == nil)
    }
    #expect(DecodingTests.value(metric, [0xFFFF, 0, 0, 0, 0]) == nil)
  }

  @Test func theProfilesOwnScaleComesOnTop() {
    var metric = metric
    metric.scale = 0.001
    #expect(DecodingTests.value(metric, [1234, 0, 0, 0, 1]) == .number(12.34))
  }

  @Test func suchAValueIsNotWritten() {
    var metric = metric
    metric.access = .readWrite
    #expect(metric.encode(.number(1), for: "m", over: []) == nil)
  }
}
