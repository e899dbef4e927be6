/// CRC-16/MODBUS, bit by bit as MODBUS over Serial Line V1.02, section 6.2.2, describes it.
enum ModbusChecksum {
  static func of(_ bytes: some Sequence<UInt8>) -> UInt16 {
    bytes.reduce(0xFFFF) { sum, byte in
      (0..<8).reduce(sum ^ UInt16(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xA001 : crc >> 1 }
    }
  }

  /// With its sum behind it, the low byte first.
  static func framed(_ bytes: [UInt8]) -> [UInt8] {
    let sum = of(bytes)
    return bytes + [UInt8(sum & 0xFF), UInt8(sum >> 8)]
  }
}
