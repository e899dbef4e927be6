/// One position fix, WGS 84. What the receiver did not say is `nil`, never 0.
public struct Position: Hashable, Sendable {
  /// What kind of fix it is, as in NMEA GSA and gpsd's `mode`.
  public enum Mode: UInt8, Sendable { case none = 1, twoD = 2, threeD = 3 }

  /// Degrees north, −90…90.
  public var latitude: Double
  /// Degrees east, −180…180.
  public var longitude: Double
  public var mode: Mode
  /// The fix's own time, as the receiver gave it, corrected for week roll-over. Speed, interpolation and track reduction use it.
  public var time: Timestamp?
  /// Metres above mean sea level.
  public var altitude: Double?
  /// Metres per second over ground.
  public var speed: Double?
  /// Course over ground, degrees clockwise from true north, 0..<360.
  public var course: Double?
  /// The receiver's own estimate of its horizontal error, metres (GST, PUBX, or gpsd's `eph` from a driver that isn't plain NMEA).
  public var accuracy: Double?
  /// Horizontal dilution of precision.
  public var hdop: Double?
  /// gpsd's derived `eph`, metres, where it is no estimate of the receiver's: gpsd 3.22 makes it 19 × HDOP for plain NMEA.
  public var eph: Double?
  /// Satellites used in the solution.
  public var satellites: Int?

  public init(
    latitude: Double, longitude: Double, mode: Mode = .threeD, time: Timestamp? = nil,
    altitude: Double? = nil, speed: Double? = nil, course: Double? = nil, accuracy: Double? = nil,
    hdop: Double? = nil, eph: Double? = nil, satellites: Int? = nil
  ) {
    self.latitude = latitude
    self.longitude = longitude
    self.mode = mode
    self.time = time
    self.altitude = altitude
    self.speed = speed
    self.course = course
    self.accuracy = accuracy
    self.hdop = hdop
    self.eph = eph
    self.satellites = satellites
  }

  /// True when both coordinates are finite and within the Earth's, and the receiver claims a fix. Anything else is dropped and counted.
  public var isUsable: Bool {
    mode != .none && abs(latitude) <= 90 && abs(longitude) <= 180
  }

  /// *e*, the horizontal error that zones reckon with, metres: the receiver's own estimate, else 5 m × HDOP, else `eph`/4, else 10 m;
  /// at most 50 m. A value that is not finite and positive counts as absent.
  public var estimatedError: Double {
    func sane(_ value: Double?) -> Double? {
      guard let value, value.isFinite, value > 0 else { return nil }
      return value
    }
    return min(50, sane(accuracy) ?? sane(hdop).map { 5 * $0 } ?? sane(eph).map { $0 / 4 } ?? 10)
  }
}
