public import Config
public import Journal
public import Model

/// Records as JSON (RFC 8259), the default format; its description for receivers is docs/wire.md.
///
/// SI units, WGS 84, RFC 3339 UTC with milliseconds; units of readings as in SenML (RFC 8428). What isn't known is absent.
public enum JSONFormat {
  /// Appends a stored record as one object.
  ///
  /// - Parameters:
  ///   - envelope: the object stands in a batch, whose envelope says gateway and journal for all.
  ///   - late: it was there before the connection came up.
  ///   - again: it is sent once more because somebody asked for that, whatever `low` says; that is late, too.
  ///   - place: whether it says where a position or crossing was.
  public static func append(
    _ record: StoredRecord, gateway: String, late: Bool, again: Bool = false, inBatch envelope: Bool = false,
    place: Place = .here, to writer: inout JSONWriter
  ) {
    begin(record.kind, &writer)
    if case .flat(let longitude, let latitude) = place {
      writer.member("lng", longitude, decimals: 7)
      writer.member("lat", latitude, decimals: 7)
    }
    if !envelope {
      writer.member("gateway", gateway)
      writer.member("journal", record.identity.journal)
    }
    writer.member("seq", record.identity.seq)
    switch record.moment {
    case .utc(let time): timestamp(time, &writer)
    case .unsynchronised(let boot, let uptime):
      writer.member("time_quality", "unsynchronised")
      writer.member("boot", boot)
      writer.member("uptime", uptime.seconds, decimals: 3)
    }
    if late || again {
      writer.member("late", true)
    }
    if again {
      writer.member("again", true)
    }
    if case .health(let health) = record.body {
      // What has no UTC says its `uptime` above.
      if case .utc = record.moment { JSONHealth.uptime(of: health, to: &writer) }
    }
    body(record.body, gateway: gateway, place: place, &writer)
    writer.endObject()
  }

  /// Where it stands where something was.
  public enum Place: Sendable, Hashable {
    case here
    /// The format around it says so.
    case elsewhere
    /// As members `lng` and `lat` of the object itself.
    case flat(longitude: Double, latitude: Double)
  }

  /// Appends a record that has no number: what a replay would send. One without UTC says its engine time, in seconds.
  public static func append(_ record: Record, gateway: String, to writer: inout JSONWriter) {
    begin(record.kind, &writer)
    writer.member("gateway", gateway)
    if let time = record.timestamp {
      timestamp(time, &writer)
    } else {
      writer.member("engine_time", record.time.seconds, decimals: 3)
    }
    body(record.body, gateway: gateway, place: .here, &writer)
    writer.endObject()
  }

  private static func begin(_ kind: Record.Kind, _ writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("type", kind.name)
  }

  private static func timestamp(_ time: Timestamp, _ writer: inout JSONWriter) {
    writer.member("timestamp", time.description)
  }

  private static func body(_ body: Record.Body, gateway: String, place: Place, _ writer: inout JSONWriter) {
    switch body {
    case .position(let device, let position): append(position, device: device, place, &writer)
    case .reading(let device, let metric, let value, let unit, let quality):
      text("device", device, &writer)
      text("metric", metric, &writer)
      if let value, isKnown(value) {
        writer.key("value")
        append(value, &writer)
      }
      if let unit { text("unit", unit, &writer) }
      text("quality", quality.name, &writer)
    case .event(let event): append(event, gateway: gateway, place, &writer)
    case .device(let name, let isUp, let reason):
      text("device", name, &writer)
      text("state", isUp ? "up" : "down", &writer)
      if let reason { text("reason", reason, &writer) }
    case .gap(let first, let last, let count, let reason, let thinned):
      number("first", first, &writer)
      number("last", last, &writer)
      number("count", count, &writer)
      text("reason", reason, &writer)
      switch thinned {
      // Metres.
      case .positions(let error): rounded("error", error, &writer)
      // Seconds.
      case .readings(let interval): rounded("interval", interval.seconds, &writer)
      case nil: break
      }
    case .time(let boot, let utcAtStart):
      text("boot", boot, &writer)
      // Seconds since 1970: a record of that boot was at this plus its uptime.
      writer.member("offset", utcAtStart.seconds, decimals: 3)
    case .health(let health): JSONHealth.append(health, to: &writer)
    }
  }

  private static func append(_ position: Position, device: String, _ place: Place, _ writer: inout JSONWriter) {
    text("device", device, &writer)
    if place == .here { location(position.latitude, position.longitude, &writer) }
    rounded("altitude", position.altitude, &writer)
    rounded("speed", position.speed, &writer)
    rounded("heading", position.course, &writer)
    rounded("accuracy", position.accuracy, &writer)
  }

  private static func append(_ event: Event, gateway: String, _ place: Place, _ writer: inout JSONWriter) {
    writer.key("event")
    writer.beginObject()
    text("id", event.id, &writer)
    switch event.content {
    case .geofence(let crossing):
      // Fleet servers know the vehicle as the device.
      text("device_id", gateway, &writer)
      text("geofence_id", crossing.zone, &writer)
      if let name = crossing.zoneName { text("geofence_name", name, &writer) }
      text("event_type", crossing.kind == .entry ? "entry" : "exit", &writer)
      if place == .here { location(crossing.latitude, crossing.longitude, &writer) }
      text("rule", event.rule, &writer)
      if crossing.gap {
        writer.member("gap", true)
      }
    case .general(let content):
      text("type", content.type, &writer)
      text("severity", name(content.severity), &writer)
      text("state", content.state == .raised ? "raised" : "cleared", &writer)
      if let reason = content.reason { text("reason", reason, &writer) }
      text("rule", event.rule, &writer)
      if !content.data.isEmpty {
        writer.key("data")
        writer.beginObject()
        for member in content.data where isKnown(member.value) {
          writer.key(member.key)
          append(member.value, &writer)
        }
        writer.endObject()
      }
    }
    writer.endObject()
  }

  private static func name(_ severity: GeneralEvent.Severity) -> String {
    switch severity {
    case .info: "info"
    case .warning: "warning"
    case .critical: "critical"
    }
  }

  /// JSON has no word for infinity or what is no number; null would be a second way to say that nothing is known.
  private static func isKnown(_ value: Value) -> Bool {
    if case .number(let number) = value { number.isFinite } else { true }
  }

  private static func append(_ value: Value, _ writer: inout JSONWriter) {
    switch value {
    case .number(let number): writer.number(number)
    case .boolean(let flag): writer.boolean(flag)
    case .text(let text): writer.string(text)
    }
  }

  private static func location(_ latitude: Double, _ longitude: Double, _ writer: inout JSONWriter) {
    writer.key("location")
    writer.beginObject()
    // Seven decimals are about a centimetre.
    writer.member("latitude", latitude, decimals: 7)
    writer.member("longitude", longitude, decimals: 7)
    writer.endObject()
  }

  private static func rounded(_ key: String, _ value: Double?, _ writer: inout JSONWriter) {
    guard let value, value.isFinite else { return }
    writer.member(key, value, decimals: 2)
  }

  private static func text(_ key: String, _ value: String, _ writer: inout JSONWriter) {
    writer.member(key, value)
  }

  private static func number(_ key: String, _ value: UInt64, _ writer: inout JSONWriter) {
    writer.member(key, value)
  }
}

/// Messages of JSON: a record, or a batch whose envelope says gateway and journal once, and what is settled.
public struct JSONEncoder: RecordEncoder, Sendable {
  private let gateway: String
  private var writer = JSONWriter()
  private var isBatch = false

  public init(gateway: String) { self.gateway = gateway }

  public var size: Int { writer.bytes.count }

  public mutating func beginRecord() {
    writer.removeAll()
    isBatch = false
  }

  public mutating func beginBatch(number: UInt64, journal: String, cursors: LaneCursors, head: UInt64) {
    writer.removeAll()
    isBatch = true
    writer.beginObject()
    writer.member("type", "batch")
    writer.member("gateway", gateway)
    writer.member("journal", journal)
    writer.member("batch", number)
    JSONStatus.append(low: cursors, head: head, to: &writer)
    writer.key("messages")
    writer.beginArray()
  }

  public mutating func append(_ record: StoredRecord, late: Bool) {
    JSONFormat.append(record, gateway: gateway, late: late, inBatch: isBatch, to: &writer)
  }

  public mutating func append(again record: StoredRecord) {
    JSONFormat.append(record, gateway: gateway, late: true, again: true, inBatch: isBatch, to: &writer)
  }

  public mutating func finish() -> [UInt8] {
    if isBatch {
      writer.endArray()
      writer.endObject()
    }
    return writer.take()
  }
}
