import Model

/// A fix by where and when it was, as far as gpsd and the wire must agree on it.
struct PlaceAndTime: Hashable, Sendable, CustomStringConvertible {
  var latitude: Double
  var longitude: Double
  /// Milliseconds since 1970 modulo 1024 weeks: gpsd 3.22 and the gateway may correct a week roll-over differently. `nil` where gpsd
  /// gave no time; the record then carries its arrival's.
  var time: Int64?

  private static let rollover: Int64 = 1024 * 7 * 86_400_000

  init(latitude: Double, longitude: Double, time: Int64?) {
    self.latitude = latitude
    self.longitude = longitude
    self.time = time.map { ($0 % Self.rollover + Self.rollover) % Self.rollover }
  }

  init(_ report: GPSDReport) {
    self.init(latitude: report.latitude, longitude: report.longitude, time: report.time?.milliseconds)
  }

  init(_ record: ReceivedRecord) {
    let location = record.object["location"]
    self.init(
      latitude: location?["latitude"]?.number ?? .infinity, longitude: location?["longitude"]?.number ?? .infinity,
      time: record.fixTime)
  }

  var description: String { "\(latitude) \(longitude) at \(time.map(String.init) ?? "no time")" }

  /// Equal where both have a time, or one has none.
  static func == (a: Self, b: Self) -> Bool {
    a.latitude == b.latitude && a.longitude == b.longitude && (a.time == nil || b.time == nil || a.time == b.time)
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(latitude)
    hasher.combine(longitude)
  }
}
