/// Messages that go to the event loop. They are taken in parts, each of which is written out before the next: a full window would else lie in
/// memory as messages, as packets and as what the socket takes, all at once.
struct MessageQueue: Sendable {
  /// Bytes of payload in a part, about.
  private static let part = 32 << 10

  private var messages = ChunkedQueue<(OutgoingMessage, [UInt8])>()

  var isEmpty: Bool { messages.isEmpty }

  mutating func append(_ message: OutgoingMessage, payload: [UInt8]) { messages.append((message, payload)) }

  /// The oldest, at least one where there is any.
  mutating func takePart() -> [(OutgoingMessage, [UInt8])] {
    var part: [(OutgoingMessage, [UInt8])] = []
    var bytes = 0
    while !messages.isEmpty, bytes < Self.part {
      bytes += messages[0].1.count
      part.append(messages[0])
      messages.dropFirst()
    }
    return part
  }
}
