import Config
import Geo
import Model
import Rules

/// The zones of one rule set or two, those first that belong to the drives, as many as a page can bear.
struct MapZones {
  private struct Entry {
    var zone: Zone
    /// `a` or `b` where only that rule set has it so.
    var run: String?
    /// Lower is drawn before: 0 with events, 1 near the track, 2 elsewhere.
    var rank: Int
  }

  private var entries: [Entry] = []
  private let frame: MapFrame

  init(_ runs: [ReplayMap.Run], frame: MapFrame) {
    self.frame = frame
    var told: Set<String> = []
    for trace in runs.flatMap(\.traces) {
      for event in trace.events {
        if case .geofence(let crossing) = event.event.content { told.insert(crossing.zone) }
      }
    }
    let places = runs[0].traces.flatMap { $0.driven.points.lazy.map(\.coordinate) }
    let near = BoundingBox(places.lazy.map { Coordinate(latitude: $0.latitude, longitude: frame.near($0.longitude)) })?
      .expanded(by: 5000)
    func add(_ zone: Zone, _ run: String?) {
      let isNear = near.map { MapZones.meet($0, zone.shape.boundingBox, frame) } ?? false
      entries.append(Entry(zone: zone, run: run, rank: told.contains(zone.id) ? 0 : isNear ? 1 : 2))
    }
    let first = runs[0].rules.zones
    guard runs.count > 1 else {
      for zone in first { add(zone, nil) }
      return
    }
    let second = Dictionary(runs[1].rules.zones.map { ($0.id, $0) }) { first, _ in first }
    var shared: Set<String> = []
    for zone in first {
      if second[zone.id]?.shape == zone.shape { shared.insert(zone.id) }
      add(zone, shared.contains(zone.id) ? nil : "a")
    }
    for zone in runs[1].rules.zones where !shared.contains(zone.id) { add(zone, "b") }
  }

  private static func meet(_ a: BoundingBox, _ b: BoundingBox, _ frame: MapFrame) -> Bool {
    guard a.south <= b.north, b.south <= a.north else { return false }
    let turn = frame.near(b.west) - b.west
    return a.west <= b.east + turn && b.west + turn <= a.east
      || a.west <= b.east + turn + 360 && b.west + turn + 360 <= a.east
  }

  /// Writes the member `zones`.
  func write(to writer: inout JSONWriter, _ notes: inout ReplayMap.Notes) {
    writer.key("zones")
    writer.beginArray()
    var drawn = 0
    var corners = 0
    let order = (0...2).flatMap { rank in entries.filter { $0.rank == rank } }
    for entry in order.prefix(ReplayMap.zoneLimit) {
      let outline = ZoneOutline(entry.zone.shape)
      corners += outline.pointCount
      guard corners <= ReplayMap.cornerLimit || drawn == 0 else { break }
      drawn += 1
      write(entry, outline, to: &writer)
    }
    writer.endArray()
    guard drawn < entries.count else { return }
    notes.add("Of \(entries.count) zones \(drawn) are drawn: those with events, then those near the track.")
  }

  private func write(_ entry: Entry, _ outline: ZoneOutline, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("id", entry.zone.id)
    if let name = entry.zone.name { writer.member("name", name) }
    writer.member("kind", outline.kind.rawValue)
    if let run = entry.run { writer.member("run", run) }
    if let radius = outline.radius { writer.member("radius", radius, decimals: 1) }
    if let width = outline.width { writer.member("width", width, decimals: 1) }
    writer.key("tags")
    writer.beginArray()
    for tag in entry.zone.tags { writer.string(tag) }
    writer.endArray()
    // As a whole: a ring that goes round a pole has steps that must not be taken for jumps.
    let box = entry.zone.shape.boundingBox
    let turn = frame.near((box.west + box.east) / 2) - (box.west + box.east) / 2
    writer.key("shapes")
    writer.beginArray()
    for rings in outline.shapes {
      writer.beginArray()
      for ring in rings {
        writer.beginObject()
        writer.differences("lat", ring.map { $0.latitude.millionths })
        writer.differences("lon", ring.map { ($0.longitude + turn).millionths })
        writer.endObject()
      }
      writer.endArray()
    }
    writer.endArray()
    writer.endObject()
  }
}
