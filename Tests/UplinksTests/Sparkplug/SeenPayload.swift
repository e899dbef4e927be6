import Model

@testable import Uplinks

/// A payload as a host sees it, read by field numbers alone.
struct SeenPayload {
  struct Metric {
    var name: String?
    var alias: UInt64?
    var timestamp: UInt64?
    var kind: UInt64?
    var isHistorical = false
    var isNull = false
    var value: ProtobufReader.Content?
    var properties: [String: ProtobufReader.Content] = [:]

    var number: Double? {
      guard case .fixed(let bits) = value else { return nil }
      return Double(bitPattern: bits)
    }
    var integer: UInt64? { if case .varint(let number) = value { number } else { nil } }
    var flag: Bool? { integer.map { $0 != 0 } }
    var text: String? { value.flatMap(SeenPayload.text) }
    func property(_ key: String) -> UInt64? {
      if case .varint(let number) = properties[key] { number } else { nil }
    }
    func words(_ key: String) -> String? { properties[key].flatMap(SeenPayload.text) }
  }

  var timestamp: UInt64?
  var seq: UInt64?
  var metrics: [Metric] = []

  init(_ bytes: [UInt8]) throws {
    var reader = ProtobufReader(bytes[...])
    while let (field, content) = try reader.next() {
      switch (field, content) {
      case (1, .varint(let number)): timestamp = number
      case (2, .bytes(let metric)): metrics.append(try Self.metric(metric))
      case (3, .varint(let number)): seq = number
      default: throw ProtobufReader.Damage(what: "field \(field) of a payload")
      }
    }
  }

  subscript(name: String) -> Metric? { metrics.first { $0.name == name } }

  private static func metric(_ bytes: ArraySlice<UInt8>) throws -> Metric {
    var metric = Metric()
    var reader = ProtobufReader(bytes)
    while let (field, content) = try reader.next() {
      switch (field, content) {
      case (1, _): metric.name = text(content)
      case (2, .varint(let number)): metric.alias = number
      case (3, .varint(let number)): metric.timestamp = number
      case (4, .varint(let number)): metric.kind = number
      case (5, .varint(let number)): metric.isHistorical = number != 0
      case (7, .varint(let number)): metric.isNull = number != 0
      case (9, .bytes(let set)): metric.properties = try properties(set)
      case (10...15, _): metric.value = content
      default: throw ProtobufReader.Damage(what: "field \(field) of a metric")
      }
    }
    return metric
  }

  private static func properties(_ bytes: ArraySlice<UInt8>) throws -> [String: ProtobufReader.Content] {
    var keys: [String] = []
    var values: [ProtobufReader.Content] = []
    var reader = ProtobufReader(bytes)
    while let (field, content) = try reader.next() {
      if field == 1, let key = text(content) { keys.append(key) }
      guard field == 2, case .bytes(let member) = content else { continue }
      var inner = ProtobufReader(member)
      while let (field, content) = try inner.next() {
        if field >= 3 { values.append(content) }
      }
    }
    guard keys.count == values.count else { throw ProtobufReader.Damage(what: "keys without values") }
    return Dictionary(uniqueKeysWithValues: zip(keys, values))
  }

  static func text(_ content: ProtobufReader.Content) -> String? {
    if case .bytes(let bytes) = content { String(decoding: bytes, as: UTF8.self) } else { nil }
  }
}
