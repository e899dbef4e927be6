import Testing

@testable import Inputs

@Suite struct ModbusRequestTests {
  /// The examples of MODBUS Application Protocol V1.1b3, section 6.
  @Test(arguments: [
    (ModbusRequest.read(.coil, address: 0x13, count: 0x13), [0x01, 0x00, 0x13, 0x00, 0x13] as [UInt8]),
    (.read(.discrete, address: 0xC4, count: 0x16), [0x02, 0x00, 0xC4, 0x00, 0x16]),
    (.read(.holding, address: 0x6B, count: 3), [0x03, 0x00, 0x6B, 0x00, 0x03]),
    (.read(.input, address: 8, count: 1), [0x04, 0x00, 0x08, 0x00, 0x01]),
    (.writeCoil(address: 0xAC, true), [0x05, 0x00, 0xAC, 0xFF, 0x00]),
    (.writeRegister(address: 1, 3), [0x06, 0x00, 0x01, 0x00, 0x03]),
    (
      .writeCoils(address: 0x13, [true, false, true, true, false, false, true, true, true, false]),
      [0x0F, 0x00, 0x13, 0x00, 0x0A, 0x02, 0xCD, 0x01]
    ),
    (.writeRegisters(address: 1, [10, 0x102]), [0x10, 0x00, 0x01, 0x00, 0x02, 0x04, 0x00, 0x0A, 0x01, 0x02]),
  ]) func requestsAreAsTheSpecificationHasThem(_ request: ModbusRequest, _ bytes: [UInt8]) {
    #expect(request.bytes == bytes)
  }

  @Test func answersAreReadAsTheSpecificationHasThem() {
    #expect(
      ModbusRequest.read(.coil, address: 0x13, count: 0x13).answer(in: [0x01, 0x03, 0xCD, 0x6B, 0x05])
        == .registers([1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1]))
    #expect(
      ModbusRequest.read(.holding, address: 0x6B, count: 3).answer(in: [3, 6, 2, 0x2B, 0, 0, 0, 0x64])
        == .registers([0x22B, 0, 0x64]))
    #expect(
      ModbusRequest.read(.coil, address: 0, count: 1).answer(in: [0x81, 2]) == .exception(.illegalDataAddress))
    #expect(ModbusRequest.writeCoil(address: 0xAC, true).answer(in: [5, 0, 0xAC, 0xFF, 0]) == .written)
    #expect(ModbusRequest.writeRegisters(address: 1, [10, 2]).answer(in: [0x10, 0, 1, 0, 2]) == .written)
  }

  @Test(
    arguments: [
      // Another function, length, count, a cut one, one that is too long, an exception of another function or without a code.
      [4, 4, 0, 1, 0, 2], [3, 2, 0, 1], [3, 3, 0, 1, 0, 2], [3, 4, 0, 1, 0], [3, 4, 0, 1, 0, 2, 0], [3], [], [0x84, 2],
      [0x83], [0x83, 0], [0x83, 2, 0],
    ] as [[UInt8]]) func whatAnswersSomethingElseIsNoAnswer(_ frame: [UInt8])
  {
    #expect(ModbusRequest.read(.holding, address: 0, count: 2).answer(in: frame[...]) == nil)
  }

  @Test func theEchoOfAnotherWriteIsNoAnswer() {
    // libmodbus 3.1.6 lets these pass.
    #expect(ModbusRequest.writeCoil(address: 1, true).answer(in: [5, 0, 2, 0xFF, 0]) == nil)
    #expect(ModbusRequest.writeCoil(address: 1, true).answer(in: [5, 0, 1, 0, 0]) == nil)
    #expect(ModbusRequest.writeRegister(address: 1, 7).answer(in: [6, 0, 1, 0, 8]) == nil)
    #expect(ModbusRequest.writeRegisters(address: 1, [1, 2]).answer(in: [16, 0, 1, 0, 3]) == nil)
  }

  @Test func aFrameOverTCPNamesItsTransactionAndUnit() {
    let frame = TCPFrame(transaction: 0x1234, unit: 17, content: [3, 0, 0, 0, 1])
    #expect(frame.bytes == [0x12, 0x34, 0, 0, 0, 6, 17, 3, 0, 0, 0, 1])
    #expect(TCPFrame(frame.bytes[...])?.content == [3, 0, 0, 0, 1])
    // Another protocol, another length, a header alone.
    #expect(TCPFrame([0, 1, 0, 1, 0, 3, 1, 3, 0]) == nil)
    #expect(TCPFrame([0, 1, 0, 0, 0, 4, 1, 3, 0]) == nil)
    #expect(TCPFrame([0, 1, 0, 0, 0, 1, 1]) == nil)
  }
}
