import Testing

@testable import Inputs

@Suite struct WordOrderTests {
  /// The four orders of 0x0102_0304 (A = 01 … D = 04), byte for byte.
  @Test(arguments: [
    (WordOrder.abcd, [UInt16(0x0102), 0x0304]), (.dcba, [0x0403, 0x0201]), (.badc, [0x0201, 0x0403]),
    (.cdab, [0x0304, 0x0102]),
  ]) func theLettersAreTheBytesInTheOrderInWhichTheyCome(_ order: WordOrder, _ registers: [UInt16]) {
    #expect(order.pattern(of: registers) == 0x0102_0304)
    #expect(order.registers(of: 0x0102_0304, count: 2) == registers)
  }

  @Test(arguments: [
    (WordOrder.abcd, [UInt16(0x0102), 0x0304, 0x0506, 0x0708]), (.dcba, [0x0807, 0x0605, 0x0403, 0x0201]),
    (.badc, [0x0201, 0x0403, 0x0605, 0x0807]), (.cdab, [0x0708, 0x0506, 0x0304, 0x0102]),
  ]) func eightBytesFollowTheSameRule(_ order: WordOrder, _ registers: [UInt16]) {
    #expect(order.pattern(of: registers) == 0x0102_0304_0506_0708)
    #expect(order.registers(of: 0x0102_0304_0506_0708, count: 4) == registers)
  }

  @Test(arguments: [(WordOrder.abcd, UInt16(0x0102)), (.badc, 0x0201)])
  func oneRegisterHasItsBytesInOrderOrSwapped(_ order: WordOrder, _ register: UInt16) {
    #expect(order.pattern(of: [register]) == 0x0102)
    #expect(order.registers(of: 0x0102, count: 1) == [register])
  }
}
