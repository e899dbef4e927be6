import Model
import Testing

@testable import Inputs

@Suite struct RegisterTextTests {
  private func value(_ bytes: Int, _ registers: [UInt16], _ order: WordOrder = .abcd) -> Value? {
    DecodingTests.value(DecodingTests.metric(.string(bytes: bytes), order), registers)
  }

  @Test(arguments: [
    (8, [UInt16(0x4162), 0x6364, 0, 0], "Abcd"), (8, [0x4162, 0x6300, 0x4141, 0], "Abc"),
    (8, [0x4162, 0x2020, 0x2020, 0x2020], "Ab"), (4, [0x2041, 0x2042], " A B"), (3, [0x4142, 0x4344], "ABC"),
    (4, [0, 0], ""), (4, [0x2020, 0x2020], ""), (4, [0xC3A9, 0x6500], "ée"), (4, [0x32B0, 0x4300], "2°C"),
    (6, [0xE6B8, 0xA920, 0x2000], "温"),
  ]) func twoBytesAreInARegister(_ bytes: Int, _ registers: [UInt16], _ text: String) {
    #expect(value(bytes, registers) == .text(text))
  }

  @Test func bytesCanBeSwapped() { #expect(value(4, [0x6241, 0x0063], .badc) == .text("Abc")) }

  @Test(arguments: [[UInt16(0xFFFF), 0xFFFF], [0x4101, 0x4200], [0x1B5B, 0x4100], [0x8586, 0x8788]])
  func whatIsNoTextIsBad(_ registers: [UInt16]) { #expect(value(4, registers) == nil) }

  @Test func textIsWrittenWithNulsBehindIt() {
    func encoded(_ text: String, _ bytes: Int, _ order: WordOrder = .abcd) -> [UInt16]? {
      var metric = DecodingTests.metric(.string(bytes: bytes), order)
      metric.access = .readWrite
      return metric.encode(.text(text), for: "m", over: [])
    }
    #expect(encoded("Abc", 6) == [0x4162, 0x6300, 0])
    #expect(encoded("ABC", 3) == [0x4142, 0x4300])
    #expect(encoded("Abc", 4, .badc) == [0x6241, 0x0063])
    #expect(encoded("", 2) == [0])
    #expect(encoded("é", 2) == [0xC3A9])
    #expect(encoded("Abc", 2) == nil)
    #expect(encoded("A\nB", 4) == nil)
  }
}
