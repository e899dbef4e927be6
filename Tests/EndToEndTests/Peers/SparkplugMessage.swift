import Foundation
import Model

/// A payload of Sparkplug B, by the field numbers of its definition (Sparkplug 3.0, section 6.4.1), as far as a record's name and essence
/// go. Of the tests' own, so that the product's writer isn't judged by the product's reader.
struct SparkplugMessage {
  struct Metric {
    var name: String?
    var alias: UInt64?
    /// Milliseconds since 1970.
    var timestamp: UInt64?
    var isHistorical = false
    var value: Field?
    var properties: [String: Field] = [:]
  }

  /// What a field holds.
  enum Field {
    case number(UInt64)
    case fixed(UInt64)
    case bytes([UInt8])

    var number: UInt64? { if case .number(let number) = self { number } else { nil } }
    var double: Double? { if case .fixed(let bits) = self { Double(bitPattern: bits) } else { nil } }
    var text: String? { if case .bytes(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil } }
  }

  private(set) var metrics: [Metric] = []

  init(_ payload: [UInt8]) throws {
    for case (2, .bytes(let bytes)) in try Self.fields(payload) { metrics.append(try Self.metric(bytes)) }
  }

  private static func metric(_ bytes: [UInt8]) throws -> Metric {
    var metric = Metric()
    for (number, field) in try fields(bytes) {
      switch number {
      case 1: metric.name = field.text
      case 2: metric.alias = field.number
      case 3: metric.timestamp = field.number
      case 5: metric.isHistorical = field.number != 0
      case 9:
        guard case .bytes(let set) = field else { throw Failure("properties that are no message") }
        let members = try fields(set)
        let keys = members.compactMap { $0.number == 1 ? $0.field.text : nil }
        let values = try members.compactMap { number, field -> Field? in
          guard number == 2, case .bytes(let value) = field else { return nil }
          return try fields(value).last { $0.number >= 3 }?.field
        }
        guard keys.count == values.count else { throw Failure("properties without values") }
        metric.properties = Dictionary(uniqueKeysWithValues: zip(keys, values))
      case 10...15: metric.value = field
      default: break
      }
    }
    return metric
  }

  /// The fields of a message in the wire format of Protocol Buffers.
  private static func fields(_ bytes: [UInt8]) throws -> [(number: Int, field: Field)] {
    var offset = 0
    func varint() throws -> UInt64 {
      var value: UInt64 = 0
      for shift in stride(from: 0, to: 64, by: 7) {
        guard offset < bytes.count else { throw Failure("a number that doesn't end") }
        let byte = bytes[offset]
        offset += 1
        value |= UInt64(byte & 0x7F) << UInt64(shift)
        if byte < 0x80 { return value }
      }
      throw Failure("a number of more than ten bytes")
    }
    func take(_ count: Int) throws -> [UInt8] {
      guard count <= bytes.count - offset else { throw Failure("a field that is cut off") }
      defer { offset += count }
      return Array(bytes[offset..<offset + count])
    }
    var fields: [(number: Int, field: Field)] = []
    while offset < bytes.count {
      let key = try varint()
      let field: Field
      switch key & 7 {
      case 0: field = .number(try varint())
      case 1: field = .fixed(try take(8).reversed().reduce(0) { $0 << 8 | UInt64($1) })
      case 2: field = .bytes(try take(Int(clamping: try varint())))
      default: throw Failure("a field of kind \(key & 7)")
      }
      fields.append((Int(key >> 3), field))
    }
    return fields
  }
}

/// What a host knows of a node: the names that births gave to aliases.
struct SparkplugHost {
  private var names: [UInt64: String] = [:]

  /// The record that a message is, if it is one of a position or a crossing.
  mutating func record(in message: Subscriber.Message) throws -> ReceivedRecord? {
    let parts = message.topic.split(separator: "/").map(String.init)
    guard parts.count >= 4, parts[1] != "STATE" else { return nil }
    let payload = try SparkplugMessage(message.payload)
    if parts[2].hasSuffix("BIRTH") {
      for metric in payload.metrics { if let alias = metric.alias { names[alias] = metric.name } }
      return nil
    }
    guard parts[2].hasSuffix("DATA"), let first = payload.metrics.first,
      let seq = first.properties["waypost_seq"]?.number, let journal = first.properties["waypost_journal"]?.text
    else { return nil }
    func value(_ name: String) throws -> SparkplugMessage.Field? {
      try payload.metrics.first { metric in
        guard let alias = metric.alias, let known = names[alias] else { throw Failure("data before its birth") }
        return known == name
      }?.value
    }
    let time = first.properties["boot"] == nil ? first.timestamp.map { Int64($0) } : nil
    let moment = time.map { ",\"timestamp\":\"\(Timestamp(milliseconds: $0))\"" } ?? ""
    let device = parts.count > 4 ? parts[4] : ""
    let text: String
    if let latitude = try value("latitude")?.double, let longitude = try value("longitude")?.double {
      text =
        "{\"type\":\"position\",\"device\":\"\(device)\",\"lat\":\(latitude),\"lon\":\(longitude)\(moment)}"
    } else if try value("Geofence") != nil, let id = first.properties["id"]?.text {
      text = "{\"type\":\"geofence_event\",\"event\":{\"id\":\"\(id)\"}\(moment)}"
    } else {
      return nil
    }
    let object = try WireValue.parse(Array(text.utf8))
    return ReceivedRecord(
      identity: .init(gateway: parts[3], journal: journal, seq: Int(seq)), type: object["type"]?.text ?? "",
      isLate: first.isHistorical, content: text, object: object, time: message.time)
  }
}
