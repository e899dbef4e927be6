import Config
import Geo
import Model

/// An event as the page shows it.
struct MapEvent {
  private let match: EventMatch
  private let drive: Int
  private let start: Int64

  /// - Parameters:
  ///   - drive: Which of the drives.
  ///   - start: The drive's first moment.
  init(_ match: EventMatch, drive: Int, start: Int64) {
    self.match = match
    self.drive = drive
    self.start = start
  }

  func write(to writer: inout JSONWriter, _ frame: MapFrame) {
    let (traced, run): (ReplayTrace.TracedEvent, String?) =
      switch match {
      case .both(let event, _): (event, nil)
      case .onlyA(let event): (event, "a")
      case .onlyB(let event): (event, "b")
      }
    writer.beginObject()
    writer.member("drive", drive)
    writer.member("t", Int(traced.milliseconds - start))
    if let run { writer.member("run", run) }
    if match.shift != 0 { writer.member("moved", Double(match.shift) / 1000, decimals: 3) }
    if let place = traced.place {
      writer.member("lat", place.latitude, decimals: 6)
      writer.member("lon", frame.near(place.longitude), decimals: 6)
    }
    writer.member("id", traced.event.id)
    writer.member("rule", traced.event.rule)
    var data: [GeneralEvent.Member] = []
    switch traced.event.content {
    case .geofence(let crossing):
      writer.member("kind", crossing.kind == .entry ? "entry" : "exit")
      writer.member("zone", crossing.zone)
      if let name = crossing.zoneName { writer.member("zoneName", name) }
      if crossing.gap { writer.member("gap", true) }
    case .general(let general):
      writer.member("kind", general.state == .raised ? "raised" : "cleared")
      writer.member("type", general.type)
      writer.member("severity", general.severity.name)
      data = general.data
    }
    writer.key("data")
    writer.beginArray()
    for member in data {
      writer.beginArray()
      writer.string(member.key)
      writer.string(member.value.words)
      writer.endArray()
    }
    writer.endArray()
    writer.endObject()
  }
}

extension GeneralEvent.Severity {
  /// As in rule files.
  var name: String {
    switch self {
    case .info: "info"
    case .warning: "warning"
    case .critical: "critical"
    }
  }
}

extension Value {
  /// For people: a number with six decimals at most.
  var words: String {
    switch self {
    case .number(let number): number.rounded(to: 6)
    case .boolean(let flag): "\(flag)"
    case .text(let text): text
    }
  }
}
