import Config
import Model

/// One SenML record of a Waypost record: a name below the gateway's, and a value.
struct SenMLEntry: Hashable {
  var name: String
  var unit: String?
  var value: Value

  init(_ name: String, _ value: Value, unit: String? = nil) {
    self.name = name
    self.value = value
    self.unit = unit
  }

  /// At least one.
  static func entries(of body: Record.Body) -> [SenMLEntry] {
    switch body {
    case .position(let device, let position): return entries(of: position, device: device)
    case .reading(let device, let metric, let value, let unit, let quality):
      var entries: [SenMLEntry] = []
      if let value, isSayable(value) {
        let isNumber = if case .number = value { true } else { false }
        entries.append(SenMLEntry("\(device):\(metric)", value, unit: isNumber ? unit : nil))
      }
      if quality != .good || entries.isEmpty {
        entries.append(SenMLEntry("\(device):\(metric):quality", .text(quality.name)))
      }
      return entries
    case .event(let event): return entries(of: event)
    case .device(let name, let isUp, let reason):
      return [SenMLEntry("\(name):up", .boolean(isUp))]
        + (reason.map { [SenMLEntry("\(name):reason", .text($0))] } ?? [])
    case .gap(let first, let last, let count, let reason, let thinned):
      let entries = [
        SenMLEntry("gap:first", .number(Double(first))), SenMLEntry("gap:last", .number(Double(last))),
        SenMLEntry("gap:count", .number(Double(count))), SenMLEntry("gap:reason", .text(reason)),
      ]
      switch thinned {
      case .positions(let error): return entries + [SenMLEntry("gap:error", .number(rounded(error, 100)), unit: "m")]
      case .readings(let interval):
        return entries + [SenMLEntry("gap:interval", .number(interval.seconds), unit: "s")]
      case nil: return entries
      }
    case .time(let boot, let utcAtStart):
      return [SenMLEntry("time:boot", .text(boot)), SenMLEntry("time:offset", .number(utcAtStart.seconds), unit: "s")]
    case .health(let health): return entries(of: health)
    }
  }

  private static func entries(of health: Health) -> [SenMLEntry] {
    var entries = [
      SenMLEntry("health:version", .text(health.version)),
      SenMLEntry("health:uptime", .number(rounded(health.uptime.seconds, 1)), unit: "s"),
      SenMLEntry("health:running", .number(rounded(health.running.seconds, 1)), unit: "s"),
      SenMLEntry("health:clock", .boolean(health.isClockTrusted)),
      SenMLEntry("health:journal", .number(Double(health.journalBytes)), unit: "B"),
      SenMLEntry("health:dead_letters", .number(Double(health.deadLetters))),
    ]
    if let configuration = health.configuration {
      entries.append(SenMLEntry("health:configuration", .text(configuration)))
    }
    for (name, bytes) in [
      ("disk_free", health.diskFree), ("memory", health.memory), ("memory_free", health.memoryFree),
    ] {
      if let bytes { entries.append(SenMLEntry("health:\(name)", .number(Double(bytes)), unit: "B")) }
    }
    if let temperature = health.temperature {
      entries.append(SenMLEntry("health:temperature", .number(rounded(temperature, 10)), unit: "Cel"))
    }
    for uplink in health.uplinks {
      entries.append(SenMLEntry("health:\(uplink.name):connected", .boolean(uplink.isUp)))
      entries.append(SenMLEntry("health:\(uplink.name):waiting", .number(Double(uplink.waiting))))
      entries.append(SenMLEntry("health:\(uplink.name):bytes_today", .number(Double(uplink.bytesToday)), unit: "B"))
    }
    return entries
  }

  private static func entries(of position: Position, device: String) -> [SenMLEntry] {
    var entries = [
      SenMLEntry("\(device):lat", .number(rounded(position.latitude, 1e7)), unit: "lat"),
      SenMLEntry("\(device):lon", .number(rounded(position.longitude, 1e7)), unit: "lon"),
    ]
    func add(_ name: String, _ value: Double?, _ unit: String, _ scale: Double = 100) {
      guard let value, value.isFinite else { return }
      entries.append(SenMLEntry("\(device):\(name)", .number(rounded(value, scale)), unit: unit))
    }
    add("altitude", position.altitude, "m")
    add("speed", position.speed, "m/s")
    // SenML has no degrees but those of latitude and longitude.
    add("heading", position.course.map { $0 * .pi / 180 }, "rad", 1e4)
    add("accuracy", position.accuracy, "m")
    return entries
  }

  private static func entries(of event: Event) -> [SenMLEntry] {
    switch event.content {
    case .geofence(let crossing):
      let name = "geofence:\(crossing.zone)"
      return [
        SenMLEntry(name, .text(crossing.kind == .entry ? "entry" : "exit")), SenMLEntry("\(name):id", .text(event.id)),
        SenMLEntry("\(name):lat", .number(rounded(crossing.latitude, 1e7)), unit: "lat"),
        SenMLEntry("\(name):lon", .number(rounded(crossing.longitude, 1e7)), unit: "lon"),
        SenMLEntry("\(name):rule", .text(event.rule)),
      ] + (crossing.gap ? [SenMLEntry("\(name):gap", .boolean(true))] : [])
    case .general(let content):
      let name = "event:\(content.type)"
      let severity =
        switch content.severity {
        case .info: "info"
        case .warning: "warning"
        case .critical: "critical"
        }
      return [
        SenMLEntry(name, .text(content.state == .raised ? "raised" : "cleared")),
        SenMLEntry("\(name):id", .text(event.id)), SenMLEntry("\(name):severity", .text(severity)),
        SenMLEntry("\(name):rule", .text(event.rule)),
      ] + (content.reason.map { [SenMLEntry("\(name):reason", .text($0))] } ?? [])
        + content.data.filter { isSayable($0.value) }.map { SenMLEntry("\(name):data:\($0.key)", $0.value) }
    }
  }

  /// SenML has no word for what is not finite.
  private static func isSayable(_ value: Value) -> Bool {
    if case .number(let number) = value { number.isFinite } else { true }
  }

  /// The characters that names may have (section 4.5.1); others become `_`.
  static func name(_ text: String) -> String {
    String(
      decoding: text.utf8.map { byte -> UInt8 in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "a")...UInt8(ascii: "z"):
          byte
        default: "-:./_".utf8.contains(byte) ? byte : UInt8(ascii: "_")
        }
      }, as: UTF8.self)
  }

  private static func rounded(_ value: Double, _ scale: Double) -> Double { (value * scale).rounded() / scale }
}

/// A label and its value, in JSON or CBOR (RFC 8428, sections 4.3 and 6).
struct SenMLField: Hashable {
  enum Label: Hashable {
    case baseName, baseTime, name, unit, value, text, flag, time
    case own(String)
  }

  enum Content: Hashable {
    case text(String)
    case number(Double)
    case unsigned(UInt64)
    case boolean(Bool)
  }

  var label: Label
  var content: Content

  init(_ label: Label, _ content: Content) {
    self.label = label
    self.content = content
  }

  /// The name in JSON, and the number in CBOR where it has one.
  private var spelling: (String, Int64?) {
    switch label {
    case .baseName: ("bn", -2)
    case .baseTime: ("bt", -3)
    case .name: ("n", 0)
    case .unit: ("u", 1)
    case .value: ("v", 2)
    case .text: ("vs", 3)
    case .flag: ("vb", 4)
    case .time: ("t", 6)
    case .own(let name): (name, nil)
    }
  }

  func write(to writer: inout JSONWriter) {
    writer.key(spelling.0)
    switch content {
    case .text(let text): writer.string(text)
    case .number(let number): writer.number(number)
    case .unsigned(let number): writer.number(number)
    case .boolean(let flag): writer.boolean(flag)
    }
  }

  func write(to writer: inout CBORWriter) {
    if let number = spelling.1 { writer.integer(number) } else { writer.text(spelling.0) }
    switch content {
    case .text(let text): writer.text(text)
    case .number(let number): writer.number(number)
    case .unsigned(let number): writer.unsigned(number)
    case .boolean(let flag): writer.boolean(flag)
    }
  }
}
