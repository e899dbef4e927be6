import Model

/// A fix by where and when it was, as far as gpsd and the wire must agree on it.
struct PlaceAndTime: Equatable, Sendable, CustomStringConvertible {
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
    let place = record.object.place
    self.init(latitude: place.latitude ?? .infinity, longitude: place.longitude ?? .infinity, time: record.fixTime)
  }

  var description: String { "\(latitude) \(longitude) at \(time.map(String.init) ?? "no time")" }

  /// The same place to the 7 decimals of the wire (about a centimetre), and the same time where both have one.
  static func == (a: Self, b: Self) -> Bool {
    abs(a.latitude - b.latitude) < 0.6e-7 && abs(a.longitude - b.longitude) < 0.6e-7
      && (a.time == nil || b.time == nil || a.time == b.time)
  }

  /// The same place as a receiver's sentences give it, with six decimals of a minute.
  func isNear(_ other: Self) -> Bool {
    abs(latitude - other.latitude) < 2e-7 && abs(longitude - other.longitude) < 2e-7
  }
}

extension WireValue {
  /// Where a position was, in the words of any format.
  var place: (latitude: Double?, longitude: Double?) {
    let location = self["location"]
    return (
      (location?["latitude"] ?? self["lat"])?.number, (location?["longitude"] ?? self["lng"] ?? self["lon"])?.number
    )
  }
}
