import Foundation

/// NMEA 0183 sentences of one fix, as a receiver sends them: GGA, GSA, RMC with the same time.
struct NMEASentence {
  /// `$`, body, `*`, checksum (the exclusive or of the body's bytes), CR LF.
  static func frame(_ body: String) -> String {
    let sum = body.utf8.reduce(0 as UInt8) { $0 ^ $1 }
    return "$\(body)*\(String(format: "%02X", sum))\r\n"
  }

  /// ddmm.mmmmmm with the hemisphere.
  private static func angle(_ degrees: Double, digits: Int, positive: String, negative: String) -> String {
    // Rounded as a whole, so that 59.9999999 minutes never become 60.
    let units = Int((abs(degrees) * 60e6).rounded())
    let (whole, rest) = units.quotientAndRemainder(dividingBy: 60_000_000)
    return String(format: "%0\(digits)d%02d.%06d,", whole, rest / 1_000_000, rest % 1_000_000)
      + (degrees < 0 ? negative : positive)
  }

  /// hhmmss.ss and ddmmyy of milliseconds since 1970.
  static func moment(_ milliseconds: Int64) -> (clock: String, date: String) {
    var time = time_t(milliseconds / 1000)
    var parts = tm()
    gmtime_r(&time, &parts)
    return (
      String(format: "%02d%02d%02d.%02d", parts.tm_hour, parts.tm_min, parts.tm_sec, milliseconds % 1000 / 10),
      String(format: "%02d%02d%02d", parts.tm_mday, parts.tm_mon + 1, parts.tm_year % 100)
    )
  }

  static func place(latitude: Double, longitude: Double) -> String {
    angle(latitude, digits: 2, positive: "N", negative: "S") + ","
      + angle(longitude, digits: 3, positive: "E", negative: "W")
  }

  static func fix(_ fix: SyntheticFix) -> String {
    let (clock, date) = moment(fix.milliseconds)
    let place = place(latitude: fix.latitude, longitude: fix.longitude)
    let knots = String(format: "%.2f", fix.speed * 3600 / 1852)
    let course = String(format: "%.2f", fix.course)
    return frame("GPGGA,\(clock),\(place),1,10,0.8,400.0,M,48.0,M,,")
      + frame("GPGSA,A,3,02,04,05,07,10,12,15,20,24,28,,,1.5,0.8,1.2")
      + frame("GPRMC,\(clock),A,\(place),\(knots),\(course),\(date),,,A")
  }
}

/// One fix of the synthetic drive. Its time is its identity: no two are the same.
struct SyntheticFix: Hashable, Sendable {
  /// UTC, milliseconds since 1970, a multiple of 10 (NMEA gives hundredths).
  var milliseconds: Int64
  var latitude: Double
  var longitude: Double
  /// Metres per second over ground.
  var speed: Double
  /// Degrees true.
  var course: Double
}

/// A vehicle that goes round and round a circle on which the test's zones lie, so that borders are crossed again and again.
struct SyntheticDrive: Sendable {
  /// Degrees; the circle's centre.
  static let center = (latitude: 46.2, longitude: 6.15)
  /// Metres.
  static let radius = 500.0
  /// Seconds for a lap: 79 m/s, fast, but below the 300 km/h at which a jump needs a second fix to agree.
  var lap = 40.0

  /// The zones' centres: `zones` of them, evenly on the circle.
  static func zoneCenter(_ index: Int, of zones: Int) -> (latitude: Double, longitude: Double) {
    place(angle: 2 * .pi * (Double(index) + 0.5) / Double(zones))
  }

  static func place(angle: Double) -> (latitude: Double, longitude: Double) {
    let metresPerDegree = 111_200.0
    return (
      center.latitude + radius * cos(angle) / metresPerDegree,
      center.longitude + radius * sin(angle) / (metresPerDegree * cos(center.latitude * .pi / 180))
    )
  }

  /// Where it is `seconds` after its beginning.
  func fix(after seconds: Double, milliseconds: Int64) -> SyntheticFix {
    let angle = 2 * .pi * seconds / lap
    let place = Self.place(angle: angle)
    let course = (angle * 180 / .pi + 90).truncatingRemainder(dividingBy: 360)
    return SyntheticFix(
      milliseconds: milliseconds, latitude: place.latitude, longitude: place.longitude,
      speed: 2 * .pi * Self.radius / lap, course: course)
  }
}
