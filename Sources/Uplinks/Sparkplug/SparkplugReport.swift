import Model

/// A record as metrics of the node, or of one of its devices.
///
/// A position is metrics of its device, and what the receiver didn't say is null, so that the host keeps no height of yesterday beside the place of
/// today. Events of one type are one metric of the node, true while raised: that is what an alarm is in a control room. Crossings of zones are
/// one metric of the device, since zones may be a hundred thousand and each metric stands in each birth.
struct SparkplugReport {
  /// Whose metrics they are.
  enum Place: Hashable, Sendable {
    case node
    case device(String)
  }

  struct Entry: Hashable, Sendable {
    var name: String
    /// `nil`: nothing has said so yet.
    var kind: SparkplugValue.Kind?
    var value: SparkplugValue?
    var unit: String?
    var quality = Quality.good
    var properties: [SparkplugProperty] = []
  }

  /// A device came or went.
  struct Turn: Hashable, Sendable {
    var device: String
    var isUp: Bool
  }

  var place = Place.node
  /// At least one.
  var entries: [Entry]
  var turn: Turn?

  static func event(_ type: String) -> Entry { Entry(name: "Events/\(type)", kind: .boolean) }
  static func device(_ name: String) -> Entry { Entry(name: "Devices/\(name)", kind: .boolean) }
  static let gap = Entry(name: "Waypost/Gap", kind: .uint64)
  static let offset = Entry(name: "Waypost/Time Offset", kind: .double, unit: "s")
  static let health = [
    Entry(name: "Health/Uptime", kind: .double, unit: "s"), Entry(name: "Health/Clock", kind: .boolean),
    Entry(name: "Health/Disk Free", kind: .uint64, unit: "B"), Entry(name: "Health/Memory", kind: .uint64, unit: "B"),
    Entry(name: "Health/Temperature", kind: .double, unit: "Cel"),
    Entry(name: "Health/Journal", kind: .uint64, unit: "B"), Entry(name: "Health/Dead Letters", kind: .uint64),
    Entry(name: "Health/Waiting", kind: .uint64),
  ]
  static let crossing = Entry(name: "Geofence", kind: .text)
  /// Of a device that gives positions.
  static let position = [
    Entry(name: "latitude", kind: .double, unit: "lat"), Entry(name: "longitude", kind: .double, unit: "lon"),
    Entry(name: "altitude", kind: .double, unit: "m"), Entry(name: "speed", kind: .double, unit: "m/s"),
    Entry(name: "heading", kind: .double, unit: "deg"), Entry(name: "accuracy", kind: .double, unit: "m"),
  ]

  init(_ body: Record.Body) {
    switch body {
    case .position(let device, let position):
      place = .device(device)
      let values = [
        Self.rounded(position.latitude, 1e7), Self.rounded(position.longitude, 1e7), Self.rounded(position.altitude),
        Self.rounded(position.speed), Self.rounded(position.course), Self.rounded(position.accuracy),
      ]
      entries = zip(Self.position, values).map { entry, value in entry.with(value) }
    case .reading(let device, let metric, let value, let unit, let quality):
      place = .device(device)
      var entry = Entry(name: metric, kind: value.map { SparkplugValue($0).kind }, unit: unit)
      entry.value = value.flatMap(Self.sayable)
      entry.quality = quality
      entries = [entry]
    case .event(let event):
      (place, entries) = Self.entries(of: event)
    case .device(let name, let isUp, let reason):
      entries = [
        Self.device(name).with(.boolean(isUp), reason.map { [SparkplugProperty("reason", $0)] } ?? [])
      ]
      turn = Turn(device: name, isUp: isUp)
    case .gap(let first, let last, let count, let reason, let thinned):
      var properties = [
        SparkplugProperty("first", .uint64(first)), SparkplugProperty("last", .uint64(last)),
        SparkplugProperty("reason", reason),
      ]
      switch thinned {
      case .positions(let error): properties.append(SparkplugProperty("error", .double(error)))
      case .readings(let interval): properties.append(SparkplugProperty("interval", .double(interval.seconds)))
      case nil: break
      }
      entries = [Self.gap.with(.uint64(count), properties)]
    case .time(let boot, let utcAtStart):
      entries = [Self.offset.with(.double(utcAtStart.seconds), [SparkplugProperty("boot", boot)])]
    case .health(let health): entries = Self.entries(of: health)
    }
  }

  /// What a control room would want an alarm on; a node has as many metrics whatever its uplinks.
  private static func entries(of health: Health) -> [Entry] {
    let values: [SparkplugValue?] = [
      .double(health.uptime.seconds), .boolean(health.isClockTrusted), health.diskFree.map(SparkplugValue.uint64),
      health.memory.map(SparkplugValue.uint64), health.temperature.map(SparkplugValue.double),
      .uint64(health.journalBytes), .uint64(health.deadLetters), .uint64(health.uplinks.map(\.waiting).max() ?? 0),
    ]
    return zip(Self.health, values).map { entry, value in entry.with(value) }
  }

  private static func entries(of event: Event) -> (Place, [Entry]) {
    var properties = [SparkplugProperty("id", event.id), SparkplugProperty("rule", event.rule)]
    switch event.content {
    case .geofence(let crossing):
      properties.append(SparkplugProperty("geofence_id", crossing.zone))
      if let name = crossing.zoneName { properties.append(SparkplugProperty("geofence_name", name)) }
      if let latitude = rounded(crossing.latitude, 1e7), let longitude = rounded(crossing.longitude, 1e7) {
        properties += [SparkplugProperty("latitude", latitude), SparkplugProperty("longitude", longitude)]
      }
      if crossing.gap { properties.append(SparkplugProperty("gap", .boolean(true))) }
      let kind = crossing.kind == .entry ? "entry" : "exit"
      return (.device(crossing.device), [Self.crossing.with(.text(kind), properties)])
    case .general(let content):
      properties.append(SparkplugProperty("severity", "\(content.severity)"))
      if let reason = content.reason { properties.append(SparkplugProperty("reason", reason)) }
      for member in content.data {
        guard let value = sayable(member.value) else { continue }
        properties.append(SparkplugProperty("data/\(member.key)", value))
      }
      return (.node, [Self.event(content.type).with(.boolean(content.state == .raised), properties)])
    }
  }

  /// Hosts differ in what they make of what is not finite.
  private static func sayable(_ value: Value) -> SparkplugValue? {
    if case .number(let number) = value, !number.isFinite { return nil }
    return SparkplugValue(value)
  }

  private static func rounded(_ value: Double?, _ scale: Double = 100) -> SparkplugValue? {
    guard let value, value.isFinite else { return nil }
    return .double((value * scale).rounded() / scale)
  }
}

extension SparkplugReport.Entry {
  fileprivate func with(_ value: SparkplugValue?, _ properties: [SparkplugProperty] = []) -> Self {
    var entry = self
    entry.value = value
    entry.properties = properties
    return entry
  }
}
