import Config
import Model

/// A topic with places for what a record says: `sensors/{label.region}/{metric}/{device}`.
///
/// Names and labels have forms that can hold neither a separator nor a wildcard (`Names`), so what is filled in needs no escaping.
public struct TopicTemplate: Hashable, Sendable {
  enum Part: Hashable, Sendable {
    case text(String)
    case type, device, metric
  }

  /// With everything filled in that is the same for every record.
  let parts: [Part]

  /// What is wrong with a template, and what to do about it.
  public struct Problem: Error, Hashable, Sendable {
    public var message: String
    public var help: String?
    /// The fault's place, in bytes of the template's UTF-8.
    public var range: Range<Int>
  }

  /// What a kind of record can fill in.
  public struct Places: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let device = Places(rawValue: 1)
    public static let metric = Places(rawValue: 2)
  }

  /// - Parameters:
  ///   - text: the template as written.
  ///   - allowed: beyond `{gateway}`, `{type}` and `{label.X}`.
  ///   - gateway: its id.
  ///   - labels: its labels.
  public init(_ text: String, allowed: Places, gateway: String, labels: [String: String]) throws(Problem) {
    let bytes = Array(text.utf8)
    // Two names of at most 64 bytes each fit beside any text below this.
    guard (1...1024).contains(bytes.count) else {
      throw Problem(message: "a topic has from 1 to 1024 bytes", help: nil, range: 0..<bytes.count)
    }
    if bytes[0] == UInt8(ascii: "$") {
      throw Problem(
        message: "topics that begin with `$` belong to the broker", help: "begin with another character", range: 0..<1)
    }
    var parts: [Part] = []
    var literal: [UInt8] = []
    func flush() {
      if !literal.isEmpty { parts.append(.text(String(decoding: literal, as: UTF8.self))) }
      literal = []
    }
    var index = 0
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "{") else {
        try Self.check(bytes[index], next: index + 1 < bytes.count ? bytes[index + 1] : 0, at: index)
        literal.append(bytes[index])
        index += 1
        continue
      }
      guard let close = bytes[index...].firstIndex(of: UInt8(ascii: "}")) else {
        throw Problem(message: "`{` without `}` in the topic", help: "close it with `}`", range: index..<bytes.count)
      }
      let name = String(decoding: bytes[index + 1..<close], as: UTF8.self)
      let place = try Self.place(name, at: index..<close + 1, allowed: allowed, gateway: gateway, labels: labels)
      if case .text(let text) = place {
        literal += Array(text.utf8)
      } else {
        flush()
        parts.append(place)
      }
      index = close + 1
    }
    flush()
    self.parts = parts
  }

  private static func check(_ byte: UInt8, next: UInt8, at index: Int) throws(Problem) {
    let range = index..<index + 1
    switch byte {
    case UInt8(ascii: "#"), UInt8(ascii: "+"):
      throw Problem(
        message: "a topic to publish on can't hold the wildcards `#` and `+`", help: "name the topic in full",
        range: range)
    case UInt8(ascii: "}"):
      throw Problem(message: "`}` without `{` in the topic", help: "delete it, or open it with `{`", range: range)
    case UInt8(ascii: "$") where next == UInt8(ascii: "{"):
      throw Problem(message: "a place in a topic has no `$`", help: "delete it: `{gateway}`", range: range)
    case 0..<32, 127:
      throw Problem(message: "a topic can't hold control characters", help: "delete it", range: range)
    default: return
    }
  }

  /// A place's part; the gateway and its labels are filled in right away.
  private static func place(
    _ name: String, at range: Range<Int>, allowed: Places, gateway: String, labels: [String: String]
  ) throws(Problem) -> Part {
    if name.hasPrefix("label.") {
      let label = String(name.dropFirst(6))
      guard let value = labels[label] else {
        throw Problem(
          message: "the gateway has no label `\(label)`",
          help: Suggestion.closest(label, in: labels.keys.sorted()).map { "did you mean `{label.\($0)}`?" }
            ?? "add it to `labels` of `gateway`", range: range)
      }
      return .text(value)
    }
    switch name {
    case "gateway": return .text(gateway)
    case "type": return .type
    case "device" where allowed.contains(.device): return .device
    case "metric" where allowed.contains(.metric): return .metric
    case "device", "metric":
      throw Problem(
        message: "these messages have no `{\(name)}`", help: "only topics of kinds with a \(name) can name it",
        range: range)
    default:
      throw Problem(
        message: "the topic has an unknown place `{\(name)}`",
        help: Suggestion.closest(name, in: ["gateway", "type", "device", "metric"]).map { "did you mean `{\($0)}`?" }
          ?? "there are `{gateway}`, `{type}`, `{device}`, `{metric}` and `{label.NAME}`", range: range)
    }
  }

  /// True when the topic depends on more than the kind of message.
  public var isPerSignal: Bool { parts.contains(.device) || parts.contains(.metric) }

  /// The topic of a message of this type.
  func topic(type: String, device: String = "", metric: String = "") -> String {
    if parts.count == 1, case .text(let text) = parts[0] { return text }
    return parts.reduce(into: "") { topic, part in
      switch part {
      case .text(let text): topic += text
      case .type: topic += type
      case .device: topic += device
      case .metric: topic += metric
      }
    }
  }

  func topic(for record: StoredRecord) -> String {
    let type = record.kind.name
    switch record.body {
    case .position(let device, _): return topic(type: type, device: device)
    case .reading(let device, let metric, _, _, _): return topic(type: type, device: device, metric: metric)
    case .device(let name, _, _): return topic(type: type, device: name)
    case .event(let event):
      guard case .geofence(let crossing) = event.content else { return topic(type: type) }
      return topic(type: type, device: crossing.device)
    case .gap, .time, .health: return topic(type: type)
    }
  }

  /// What records of this kind can fill in.
  static func places(of kind: Record.Kind) -> Places {
    switch kind {
    case .reading: [.device, .metric]
    case .position, .device, .geofenceEvent: [.device]
    case .event, .gap, .time, .health: []
    }
  }
}

/// The topics of one uplink.
public struct MQTTTopics: Hashable, Sendable {
  /// Indexed by the kind's raw value.
  var kinds: [TopicTemplate]
  var batch: String
  var status: String
  /// Where commands come in and their answers go, where the uplink takes any.
  var commands: MQTTCommands?

  /// Kinds whose topic names the device or the metric go singly.
  var singly: RecordKinds {
    RecordKinds(Record.Kind.allCases.filter { kinds[Int($0.rawValue)].isPerSignal })
  }

  func topic(for route: MessageRoute) -> String {
    switch route {
    case .batch: batch
    case .record(let record): kinds[Int(record.kind.rawValue)].topic(for: record)
    }
  }
}
