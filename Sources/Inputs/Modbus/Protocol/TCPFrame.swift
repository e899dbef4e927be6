/// A frame of Modbus over TCP: MODBUS Messaging on TCP/IP Implementation Guide V1.0b, section 3.1.3. Its header names the transaction
/// and the unit, so that an answer that belongs to another request can be told.
struct TCPFrame: Hashable, Sendable {
  var transaction: UInt16
  var unit: UInt8
  /// Function and data.
  var content: ArraySlice<UInt8>

  /// The header's length, the unit included.
  static let headerCount = 7

  var bytes: [UInt8] {
    let length = UInt16(content.count + 1)
    return [
      UInt8(transaction >> 8), UInt8(transaction & 0xFF), 0, 0, UInt8(length >> 8), UInt8(length & 0xFF), unit,
    ] + content
  }
}

extension TCPFrame {
  /// `nil` where the header is none of Modbus, or tells another length than came.
  init?(_ bytes: ArraySlice<UInt8>) {
    let bytes = Array(bytes)
    guard bytes.count > Self.headerCount, bytes[2] == 0, bytes[3] == 0,
      Int(bytes[4]) << 8 | Int(bytes[5]) == bytes.count - 6
    else { return nil }
    transaction = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
    unit = bytes[6]
    content = bytes[Self.headerCount...]
  }
}
