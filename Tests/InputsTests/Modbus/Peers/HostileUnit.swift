@testable import Inputs

/// Answers that no honest unit gives, to a request of the driver's: frames as they stand on the wire.
struct HostileUnit {
  enum Wire: CaseIterable { case serial, tcp }

  let wire: Wire
  var random: SeededRandom

  init(_ wire: Wire, seed: UInt64) {
    self.wire = wire
    random = SeededRandom(seed: seed)
  }

  /// What a register of a unit holds.
  static func value(_ unit: UInt8, _ table: ModbusMetric.Table, _ address: Int) -> UInt16 {
    UInt16(ModbusServer.value(Int(unit), table, address))
  }

  /// A request of any kind and length.
  mutating func request() -> ModbusRequest {
    let address = UInt16.random(in: 0...60_000, using: &random)
    switch Int.random(in: 0..<12, using: &random) {
    case 0: return .writeCoil(address: address, .random(using: &random))
    case 1: return .writeRegister(address: address, .random(in: 0...UInt16.max, using: &random))
    case 2: return .writeCoils(address: address, (0...Int.random(in: 0..<100, using: &random)).map { $0 % 3 == 0 })
    case 3: return .writeRegisters(address: address, (0...UInt16.random(in: 0..<100, using: &random)).map { $0 })
    case let kind:
      let table = ModbusMetric.Table.allCases[kind % 4]
      let limit = table.isBits ? ModbusRequest.maxBits : ModbusRequest.maxRegisters
      return .read(table, address: address, count: .random(in: 1...limit, using: &random))
    }
  }

  /// What an honest unit would answer: function and data.
  static func honest(_ unit: UInt8, _ request: ModbusRequest) -> [UInt8] {
    guard case .read(let table, let address, let count) = request else { return Array(request.bytes.prefix(5)) }
    let values = (0..<count).map { value(unit, table, Int(address) + $0) }
    guard table.isBits else {
      return [request.function, UInt8(count * 2)] + values.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }
    var bytes = [UInt8](repeating: 0, count: (count + 7) / 8)
    for (index, value) in values.enumerated() where value != 0 { bytes[index / 8] |= 1 << UInt8(index % 8) }
    return [request.function, UInt8(bytes.count)] + bytes
  }

  /// - Parameter sent: The request's frame as it came over the wire.
  func frame(unit: UInt8, _ content: [UInt8], answering sent: [UInt8]) -> [UInt8] {
    switch wire {
    case .serial: ModbusChecksum.framed([unit] + content)
    case .tcp:
      TCPFrame(
        transaction: sent.count > 1 ? UInt16(sent[0]) << 8 | UInt16(sent[1]) : 0, unit: unit, content: content[...]
      ).bytes
    }
  }

  private mutating func byte() -> UInt8 { .random(in: 0...255, using: &random) }

  private mutating func bytes(_ range: ClosedRange<Int>) -> [UInt8] {
    (0..<Int.random(in: range, using: &random)).map { _ in byte() }
  }

  /// Never by chance of the shape of an answer: one with a sum and all would be the truth, as far as anybody can tell.
  private mutating func lie(_ content: [UInt8], _ request: ModbusRequest) -> [UInt8] {
    switch request.answer(in: content[...]) {
    case .registers, .written: content + [byte()]
    case .exception, nil: content
    }
  }

  /// What it says to a request, all in one piece; what is true of the request is in it never, once, or behind something else.
  mutating func reply(to request: ModbusRequest, unit: UInt8, sent: [UInt8]) -> [UInt8] {
    let honest = Self.honest(unit, request)
    let whole = frame(unit: unit, honest, answering: sent)
    switch Int.random(in: 0..<20, using: &random) {
    case 0: return bytes(0...400)
    case 1: return whole.dropLast(Int.random(in: 1...whole.count, using: &random))
    case 2: return whole + bytes(1...300)
    case 3:
      // Bits of a frame with a sum; of one without, those of its header.
      var broken = whole
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let index = Int.random(in: 0..<(wire == .serial ? broken.count : min(broken.count, 9)), using: &random)
        broken[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      }
      return broken
    case 4: return frame(unit: unit &+ 1, Self.honest(unit &+ 1, request), answering: sent)
    case 5: return frame(unit: byte(), lie(bytes(1...250), request), answering: sent)
    case 6: return frame(unit: unit, lie([request.function] + bytes(0...252), request), answering: sent)
    case 7: return frame(unit: unit, [request.function | 0x80, byte()], answering: sent)
    case 8: return frame(unit: unit, [byte() | 0x80] + bytes(0...3), answering: sent)
    case 9: return frame(unit: unit, [honest[0], byte()] + honest.dropFirst(2), answering: sent)
    case 10: return frame(unit: unit, honest + bytes(1...40), answering: sent)
    case 11: return frame(unit: unit &+ 1, Self.honest(unit &+ 1, request), answering: sent) + whole
    case 12: return sent
    case 13: return sent + whole
    case 14: return [UInt8](repeating: Bool.random(using: &random) ? 0xFF : 0, count: 300)
    case 15: return frame(unit: 0, honest, answering: sent)
    case 16: return frame(unit: unit, lie([request.function, 255] + bytes(0...255), request), answering: sent)
    case 17 where wire == .tcp:
      var stale = whole
      stale[1] &-= 1
      return stale
    case 18 where wire == .tcp:
      var lying = whole
      lying[4] = byte()
      lying[5] = byte()
      return lying
    default: return whole
    }
  }
}
