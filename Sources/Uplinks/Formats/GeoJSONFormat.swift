import Config
import Journal
import Model

/// `format: geojson` (RFC 7946): a record is a Feature, a batch a FeatureCollection with its envelope as foreign members.
///
/// Positions and crossings of zones are points; what has no place has the geometry `null`. The properties are those of the JSON format,
/// with `gateway`, `journal` and `seq`.
public struct GeoJSONMessages: MessageFormat {
  public init() {}
  public var name: String { "geojson" }
  public func encoder(gateway: String) -> any RecordEncoder { GeoJSONEncoder(gateway: gateway) }
}

struct GeoJSONEncoder: RecordEncoder, Sendable {
  private let gateway: String
  private var writer = JSONWriter()
  private var isBatch = false

  init(gateway: String) { self.gateway = gateway }

  var size: Int { writer.bytes.count }

  mutating func beginRecord() {
    writer.removeAll()
    isBatch = false
  }

  mutating func beginBatch(number: UInt64, journal: String, cursors: LaneCursors, head: UInt64) {
    writer.removeAll()
    isBatch = true
    writer.beginObject()
    writer.member("type", "FeatureCollection")
    writer.member("gateway", gateway)
    writer.member("journal", journal)
    writer.member("batch", number)
    JSONStatus.append(low: cursors, head: head, to: &writer)
    writer.key("features")
    writer.beginArray()
  }

  mutating func append(_ record: StoredRecord, late: Bool) { append(record, late: late, again: false) }
  mutating func append(again record: StoredRecord) { append(record, late: true, again: true) }

  private mutating func append(_ record: StoredRecord, late: Bool, again: Bool) {
    writer.beginObject()
    writer.member("type", "Feature")
    writer.key("geometry")
    geometry(of: record.body)
    writer.key("properties")
    JSONFormat.append(record, gateway: gateway, late: late, again: again, place: .elsewhere, to: &writer)
    writer.endObject()
  }

  mutating func finish() -> [UInt8] {
    if isBatch {
      writer.endArray()
      writer.endObject()
    }
    return writer.take()
  }

  private mutating func geometry(of body: Record.Body) {
    switch body {
    case .position(_, let position): point(position.latitude, position.longitude, position.altitude)
    case .event(let event):
      if case .geofence(let crossing) = event.content {
        point(crossing.latitude, crossing.longitude, nil)
      } else {
        writer.null()
      }
    case .reading, .device, .gap, .time, .health: writer.null()
    }
  }

  /// Longitude first; the altitude is above sea level, as receivers have it, and not above the ellipsoid.
  private mutating func point(_ latitude: Double, _ longitude: Double, _ altitude: Double?) {
    writer.beginObject()
    writer.member("type", "Point")
    writer.key("coordinates")
    writer.beginArray()
    writer.number(longitude, decimals: 7)
    writer.number(latitude, decimals: 7)
    if let altitude, altitude.isFinite { writer.number(altitude, decimals: 2) }
    writer.endArray()
    writer.endObject()
  }
}
