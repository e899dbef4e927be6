/// A request and what is an answer to it: MODBUS Application Protocol V1.1b3, section 6. Bytes as they stand between the unit's
/// address and the checksum, which libmodbus puts around them.
enum ModbusRequest: Hashable, Sendable {
  case read(ModbusMetric.Table, address: UInt16, count: Int)
  case writeCoil(address: UInt16, Bool)
  case writeRegister(address: UInt16, UInt16)
  case writeCoils(address: UInt16, [Bool])
  case writeRegisters(address: UInt16, [UInt16])

  /// What one request can ask for, and carry.
  static let maxRegisters = 125
  static let maxBits = 2000
  static let maxWrittenRegisters = 123

  /// All by which an answer can be told from another unit's or an earlier one's, where the line has no transaction ids: its function and
  /// length. Two reads of the same shape get answers that look alike, whatever their addresses are.
  struct Shape: Hashable, Sendable {
    var function: UInt8
    /// The bytes of data that an answer has; 0 for a write, whose answer repeats address and value.
    var bytes: Int
  }

  var function: UInt8 {
    switch self {
    case .read(.coil, _, _): 1
    case .read(.discrete, _, _): 2
    case .read(.holding, _, _): 3
    case .read(.input, _, _): 4
    case .writeCoil: 5
    case .writeRegister: 6
    case .writeCoils: 15
    case .writeRegisters: 16
    }
  }

  var isWrite: Bool { function > 4 }

  var shape: Shape { Shape(function: function, bytes: answerBytes) }

  /// Bytes of data in the answer to a read.
  private var answerBytes: Int {
    guard case .read(let table, _, let count) = self else { return 0 }
    return table.isBits ? (count + 7) / 8 : count * 2
  }

  /// The answer's length when all is well, function and data.
  var answerCount: Int { isWrite ? 5 : 2 + answerBytes }

  /// Function and data.
  var bytes: [UInt8] {
    switch self {
    case .read(_, let address, let count): head(address, UInt16(count))
    case .writeCoil(let address, let isOn): head(address, isOn ? 0xFF00 : 0)
    case .writeRegister(let address, let value): head(address, value)
    case .writeCoils(let address, let bits):
      head(address, UInt16(bits.count)) + [UInt8((bits.count + 7) / 8)] + Self.packed(bits)
    case .writeRegisters(let address, let values):
      head(address, UInt16(values.count)) + [UInt8(values.count * 2)] + values.flatMap { Self.bytes($0) }
    }
  }

  private func head(_ address: UInt16, _ word: UInt16) -> [UInt8] {
    [function] + Self.bytes(address) + Self.bytes(word)
  }

  private static func bytes(_ word: UInt16) -> [UInt8] { [UInt8(word >> 8), UInt8(word & 0xFF)] }

  private static func packed(_ bits: [Bool]) -> [UInt8] {
    stride(from: 0, to: bits.count, by: 8).map { start in
      bits[start..<min(start + 8, bits.count)].enumerated().reduce(UInt8(0)) { $0 | ($1.element ? 1 << $1.offset : 0) }
    }
  }
}

/// What a whole frame is to a request that waits for its answer.
enum ModbusAnswer: Hashable, Sendable {
  /// Registers, or bits as 0 and 1, as many as were asked for.
  case registers([UInt16])
  /// The write arrived: the answer repeats it.
  case written
  case exception(ModbusException)
}

extension ModbusRequest {
  /// What the frame answers; `nil` where it can't be the answer to this request: of another function or length, or about another write.
  ///
  /// Stricter than libmodbus' own check, which lets the answer to a write of one coil or register pass whatever its address and value.
  /// - Parameter frame: Function and data.
  func answer(in frame: ArraySlice<UInt8>) -> ModbusAnswer? {
    let frame = Array(frame)
    guard let first = frame.first else { return nil }
    if first == function | 0x80 {
      return frame.count == 2 && frame[1] != 0 ? .exception(ModbusException(code: frame[1])) : nil
    }
    guard first == function, frame.count == answerCount else { return nil }
    switch self {
    case .read(let table, _, let count):
      guard Int(frame[1]) == frame.count - 2 else { return nil }
      return .registers(table.isBits ? Self.bits(frame[2...], count) : Self.words(frame[2...]))
    case .writeCoil, .writeRegister, .writeCoils, .writeRegisters:
      // Address and value, or address and count.
      return frame == Array(bytes.prefix(5)) ? .written : nil
    }
  }

  private static func bits(_ bytes: ArraySlice<UInt8>, _ count: Int) -> [UInt16] {
    (0..<count).map { index in
      let byte = bytes[bytes.startIndex + index / 8]
      return UInt16(byte >> UInt8(index % 8) & 1)
    }
  }

  private static func words(_ bytes: ArraySlice<UInt8>) -> [UInt16] {
    stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
  }
}
