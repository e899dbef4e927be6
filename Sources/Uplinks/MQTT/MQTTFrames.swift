/// Cuts what a broker sends into packets (MQTT 5.0, section 2.1), however it comes in pieces.
///
/// It holds less than one packet of at most `limit` bytes, and nothing is set aside before it has come.
struct MQTTFrames {
  /// Bytes of a packet behind its fixed header. What a broker has to say to a gateway are answers and commands; it is told so when we connect.
  static let limit = 1 << 20
  /// A packet's length takes at most so many bytes.
  private static let lengthBytes = 4

  private var bytes: [UInt8] = []
  private var start = 0

  /// Bytes that wait for the rest of their packet.
  var held: Int { bytes.count - start }

  mutating func append(_ more: some Collection<UInt8>) {
    if start == bytes.count {
      bytes.removeAll(keepingCapacity: bytes.capacity <= 64 << 10)
      start = 0
    } else if start > 64 << 10 {
      bytes.removeFirst(start)
      start = 0
    }
    bytes += more
  }

  /// The next whole packet: its first byte and what stands behind the length.
  mutating func next() throws(MQTTFault) -> (first: UInt8, body: ArraySlice<UInt8>)? {
    var length = 0
    var index = start + 1
    while true {
      guard index < bytes.count else { return nil }
      let byte = bytes[index]
      length |= Int(byte & 0x7F) << (7 * (index - start - 1))
      index += 1
      if byte & 0x80 == 0 { break }
      guard index - start <= Self.lengthBytes else { throw .malformed("sent a packet whose length never ends") }
    }
    guard length <= Self.limit else {
      throw MQTTFault(code: .packetTooLarge, words: "sent a packet of \(length) bytes; \(Self.limit) are taken")
    }
    guard bytes.count - index >= length else { return nil }
    defer { start = index + length }
    return (bytes[start], bytes[index..<index + length])
  }
}
