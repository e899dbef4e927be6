import Model

/// What a device that gives positions offers as signals.
enum PositionField: String, CaseIterable, Sendable {
  case latitude, longitude, altitude, speed, course, accuracy, satellites, hdop, fix, moving, odometer
  case speedKmh = "speed_kmh"
  case speedMph = "speed_mph"
  case speedKn = "speed_kn"
  case tripDistance = "trip_distance"

  var kind: SignalCatalogue.Metric.Kind {
    switch self {
    case .fix, .moving: .boolean
    default: .number
    }
  }

  /// As in SenML, where it has one.
  var unit: String? {
    switch self {
    case .latitude: "lat"
    case .longitude: "lon"
    case .altitude, .accuracy, .odometer, .tripDistance: "m"
    case .speed: "m/s"
    case .speedKmh: "km/h"
    case .course: "deg"
    default: nil
    }
  }

  /// For the reference.
  var note: String {
    switch self {
    case .latitude: "degrees north"
    case .longitude: "degrees east"
    case .altitude: "metres above mean sea level"
    case .speed: "metres per second over ground"
    case .speedKmh: "kilometres per hour"
    case .speedMph: "miles per hour"
    case .speedKn: "knots"
    case .course: "degrees clockwise from true north"
    case .accuracy:
      "the fix's error in metres, as zones reckon with it: the receiver's own estimate, else 5 × HDOP, else 10"
    case .satellites: "satellites used"
    case .hdop: "horizontal dilution of precision"
    case .fix: "whether there is a fresh fix; never unknown"
    case .moving: "true from 1.5 m/s on, false after 10 s below 0.5 m/s"
    case .odometer: "metres driven, as far as fixes tell, since a rule first asked"
    case .tripDistance: "metres driven since the last stand of 5 minutes or more"
    }
  }

  /// True where it needs what `Motion` keeps from fix to fix.
  var isMotion: Bool { self == .moving || self == .odometer || self == .tripDistance }

  /// The field as a number, from the fix alone.
  func number(of position: Position) -> Double? {
    switch self {
    case .latitude: position.latitude
    case .longitude: position.longitude
    case .altitude: position.altitude
    case .speed: position.speed
    case .speedKmh: position.speed.map { $0 * 3.6 }
    case .speedMph: position.speed.map { $0 / 0.44704 }
    case .speedKn: position.speed.map { $0 * 3600 / 1852 }
    case .course: position.course
    case .accuracy: position.estimatedError
    case .satellites: position.satellites.map(Double.init)
    case .hdop: position.hdop
    case .fix, .moving, .odometer, .tripDistance: nil
    }
  }
}
