import Config
import Journal
import Model

/// `format: owntracks`: positions and crossings of zones as OwnTracks' apps publish them (owntracks.org/booklet/tech/json), each in a
/// message of its own. What else there is it can't say.
///
/// Keys of our own, which its readers pass over: `gateway`, `journal`, `seq`, `device`, `timestamp` with milliseconds, `late`, `again`; and of a
/// record without UTC `boot` and `uptime` in the place of `tst`.
public struct OwnTracksMessages: MessageFormat {
  public init() {}
  public var name: String { "owntracks" }
  public var kinds: RecordKinds { RecordKinds([.position, .geofenceEvent]) }
  public var singly: RecordKinds { kinds }
  public func encoder(gateway: String) -> any RecordEncoder { OwnTracksEncoder(gateway: gateway) }
}

struct OwnTracksEncoder: RecordEncoder, Sendable {
  private let gateway: String
  private var writer = JSONWriter()

  init(gateway: String) { self.gateway = gateway }

  var size: Int { writer.bytes.count }

  mutating func beginRecord() { writer.removeAll() }

  /// Never asked for while records go singly, but for those that were refused; then of one record.
  mutating func beginBatch(number: UInt64, journal: String, cursors: LaneCursors, head: UInt64) { writer.removeAll() }

  mutating func append(_ record: StoredRecord, late: Bool) { append(record, late: late, again: false) }
  mutating func append(again record: StoredRecord) { append(record, late: true, again: true) }

  private mutating func append(_ record: StoredRecord, late: Bool, again: Bool) {
    writer.beginObject()
    switch record.body {
    case .position(let device, let position): location(position, device: device)
    case .event(let event):
      if case .geofence(let crossing) = event.content { transition(crossing, event) }
    case .reading, .device, .gap, .time, .health: break
    }
    text("tid", String(gateway.suffix(2)))
    switch record.moment {
    case .utc(let time):
      writer.member("tst", Int64((Double(time.milliseconds) / 1000).rounded(.down)))
      text("timestamp", time.description)
    case .unsynchronised(let boot, let uptime):
      text("boot", boot)
      number("uptime", uptime.seconds, decimals: 3)
    }
    text("gateway", gateway)
    text("journal", record.identity.journal)
    writer.member("seq", record.identity.seq)
    if late {
      writer.member("late", true)
    }
    if again {
      writer.member("again", true)
    }
    writer.endObject()
  }

  mutating func finish() -> [UInt8] {
    writer.take()
  }

  private mutating func location(_ position: Position, device: String) {
    text("_type", "location")
    place(position.latitude, position.longitude)
    number("alt", position.altitude, decimals: 0)
    // Kilometres per hour.
    number("vel", position.speed.map { $0 * 3.6 }, decimals: 0)
    // 359.7° is north, too.
    number("cog", position.course.map { $0.rounded().truncatingRemainder(dividingBy: 360) }, decimals: 0)
    number("acc", position.accuracy, decimals: 0)
    text("device", device)
  }

  private mutating func transition(_ crossing: GeofenceEvent, _ event: Event) {
    text("_type", "transition")
    text("event", crossing.kind == .entry ? "enter" : "leave")
    text("desc", crossing.zoneName ?? crossing.zone)
    text("rid", crossing.zone)
    place(crossing.latitude, crossing.longitude)
    text("device", crossing.device)
    text("id", event.id)
    text("rule", event.rule)
  }

  private mutating func place(_ latitude: Double, _ longitude: Double) {
    number("lat", latitude, decimals: 7)
    number("lon", longitude, decimals: 7)
  }

  private mutating func text(_ key: String, _ value: String) {
    writer.member(key, value)
  }

  private mutating func number(_ key: String, _ value: Double?, decimals: Int) {
    guard let value, value.isFinite else { return }
    writer.member(key, value, decimals: decimals)
  }
}
