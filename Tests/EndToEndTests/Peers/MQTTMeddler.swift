import Foundation

/// What a broker may do and mosquitto won't: refuse certain messages (MQTT 5, section 3.4.2.1), and acknowledge at its leisure.
final class MQTTMeddler: Meddler, @unchecked Sendable {
  private struct Stream {
    var partial: [TCPProxy.Direction: [UInt8]] = [:]
    /// Answers that wait for their turn.
    var held: [[UInt8]] = []
    var isFive = false
  }

  private let lock = NSLock()
  /// What a message's records are.
  private let read: (Subscriber.Message) throws -> [ReceivedRecord]
  private var streams: [Int: Stream] = [:]
  private var pace: Double?
  private var nextTurn = Instant.now
  private var isRefusing = false
  private var refused = Refusals()

  init(_ read: @escaping (Subscriber.Message) throws -> [ReceivedRecord]) { self.read = read }

  /// What was refused so far.
  var refusals: Refusals { lock.withLock { refused } }

  /// At most so many acknowledgements a second; `nil`: at once.
  func set(pace: Double?) {
    lock.withLock {
      self.pace = pace
      nextTurn = .now
    }
  }

  func set(refusing: Bool) { lock.withLock { isRefusing = refusing } }

  func pass(_ bytes: [UInt8], _ direction: TCPProxy.Direction, of connection: Int) -> (onward: [UInt8], back: [UInt8]) {
    lock.withLock {
      var stream = streams[connection] ?? Stream()
      defer { streams[connection] = stream }
      stream.partial[direction, default: []] += bytes
      var onward: [UInt8] = []
      var back: [UInt8] = []
      while let packet = Self.cut(&stream.partial[direction, default: []]) {
        switch (direction, packet[0] >> 4) {
        case (.toServer, 1):
          // The protocol's name has four letters since 3.1.1; its version follows.
          stream.isFive = packet.dropFirst(Self.header(packet) + 6).first == 5
          onward += packet
        case (.toServer, 3):
          if let answer = refusal(packet, isFive: stream.isFive) { back += answer } else { onward += packet }
        case (.toClient, 4) where pace != nil || !stream.held.isEmpty: stream.held.append(packet)
        default: onward += packet
        }
      }
      return (onward, back)
    }
  }

  func due(for connection: Int) -> [UInt8] {
    lock.withLock {
      guard var stream = streams[connection], !stream.held.isEmpty else { return [] }
      defer { streams[connection] = stream }
      var due: [UInt8] = []
      while !stream.held.isEmpty {
        if let pace {
          guard Instant.now >= nextTurn else { break }
          nextTurn = max(nextTurn, .now) + 1 / pace
        }
        due += stream.held.removeFirst()
      }
      return due
    }
  }

  /// The PUBACK that refuses this PUBLISH of QoS 1, if it is to be refused.
  private func refusal(_ packet: [UInt8], isFive: Bool) -> [UInt8]? {
    guard isRefusing, isFive, packet[0] >> 1 & 3 == 1 else { return nil }
    var offset = Self.header(packet)
    let topic = Int(packet[offset]) << 8 | Int(packet[offset + 1])
    let name = String(decoding: packet[offset + 2..<offset + 2 + topic], as: UTF8.self)
    offset += 2 + topic
    let id = packet[offset..<offset + 2]
    offset += 2
    let properties = Self.number(packet, at: offset)
    let payload = Array(packet.dropFirst(properties.next + properties.value))
    // A payload that isn't to be read is the judge's matter, not the broker's.
    let message = Subscriber.Message(topic: name, payload: payload, isRetained: false, time: .now)
    guard let records = try? read(message), records.contains(where: \.isPoison) else {
      return nil
    }
    refused.add(records)
    // 0x99: payload format invalid.
    return [0x40, 3] + id + [0x99]
  }

  /// Takes a whole packet off the front.
  private static func cut(_ bytes: inout [UInt8]) -> [UInt8]? {
    guard bytes.count >= 2, bytes.prefix(5).dropFirst().contains(where: { $0 < 0x80 }) else { return nil }
    let length = number(bytes, at: 1)
    let end = length.next + length.value
    guard bytes.count >= end else { return nil }
    defer { bytes.removeFirst(end) }
    return Array(bytes[..<end])
  }

  private static func header(_ packet: [UInt8]) -> Int { number(packet, at: 1).next }

  /// A variable byte integer (section 1.5.5), and where it ends.
  private static func number(_ bytes: [UInt8], at start: Int) -> (value: Int, next: Int) {
    var value = 0
    var offset = start
    while offset < bytes.count, offset < start + 4 {
      value |= Int(bytes[offset] & 0x7F) << (7 * (offset - start))
      offset += 1
      if bytes[offset - 1] < 0x80 { break }
    }
    return (value, offset)
  }
}
