public import Model

/// Reads a recorded drive, whatever its format.
public enum TrackReader {
  /// Bytes that a file may have; days of driving at 1 Hz.
  public static let byteLimit = 64 << 20
  /// Points that a track may have.
  public static let pointLimit = 1_000_000

  /// Reads the whole track; a second for some hundred thousand lines, and 200 bytes of memory a point.
  ///
  /// - Parameters:
  ///   - bytes: the file's content.
  ///   - file: its name, for errors.
  ///   - device: the name that the observations carry.
  ///   - notBefore: a moment before which the drive can't have been: earlier dates are moved on by 1024 weeks until they aren't
  ///     (IS-GPS-200, 20.3.3.3.1.1). `nil`: the dates are as recorded; unlike with a live receiver, they may really be that old.
  /// - Throws: when the file is of no known format, has no usable position, or is too large. Whatever else is wrong is in the track's
  ///   `issues`.
  public static func read(
    _ bytes: [UInt8], file: String, device: String, notBefore: Timestamp? = nil
  ) throws(TrackError) -> Track {
    guard bytes.count <= byteLimit else { throw tooLarge(file) }
    guard let format = TrackFormat.detect(bytes) else {
      throw TrackError(
        code: .unknownFormat, file: file,
        message: bytes.isEmpty ? "the file is empty" : "this is no recorded drive in any known format",
        help: "use NMEA 0183, gpsd JSON (gpspipe -w), GPX, or CSV with the columns t,lat,lon")
    }
    var builder = TrackBuilder(device: device, notBefore: notBefore)
    switch format {
    case .nmea: NMEATrack.read(bytes, into: &builder)
    case .gpsdJSON: GPSDTrack.read(bytes, into: &builder)
    case .gpx: GPXTrack.read(bytes, into: &builder)
    case .csv: CSVTrack.read(bytes, into: &builder)
    }
    if builder.isFull { throw tooLarge(file) }
    guard builder.hasPosition else {
      let passedOver = builder.issues.count == 0 ? "" : " (\(builder.issues.count) lines were passed over)"
      throw TrackError(
        code: .nothingUsable, file: file,
        message: "there is no usable position in this \(format.rawValue) file\(passedOver)", help: expectation(format))
    }
    return Track(format: format, points: builder.points, issues: builder.issues)
  }

  private static func tooLarge(_ file: String) -> TrackError {
    TrackError(
      code: .tooLarge, file: file, message: "the recorded drive is too large",
      help: "split it: at most \(byteLimit >> 20) MiB and \(pointLimit) points")
  }

  private static func expectation(_ format: TrackFormat) -> String {
    switch format {
    case .nmea: "expected RMC, GGA, GNS, GLL or PUBX,00 sentences with a fix and a right checksum"
    case .gpsdJSON: "expected TPV reports with a mode of 2 or 3, lat and lon"
    case .gpx: "expected trkpt, rtept or wpt elements with lat and lon"
    case .csv: "expected lines with numbers in the columns t, lat and lon"
    }
  }
}

/// Collects a track's points and sees to their order.
struct TrackBuilder {
  let device: String
  private let notBefore: Timestamp?
  private(set) var points: [TrackPoint] = []
  private(set) var hasPosition = false
  private(set) var isFull = false
  private var hasFix: Bool?
  var issues = TrackIssues()
  /// Where the track is by now.
  private(set) var offset = Interval.zero

  init(device: String, notBefore: Timestamp?) {
    self.device = device
    self.notBefore = notBefore
  }

  /// Lets the track's own clock go on. Never backwards; a jump of more than a day is a clock being set, not a drive, and counts as
  /// a second.
  mutating func advance(by interval: Interval) {
    guard interval > .zero else { return }
    offset = Interval(nanoseconds: offset.nanoseconds + (interval <= .days(1) ? interval : .seconds(1)).nanoseconds)
  }

  mutating func add(_ position: Position) {
    var position = position
    position.time = position.time.map(corrected)
    hasFix = true
    hasPosition = hasPosition || position.isUsable
    append(.position(device: device, position))
  }

  /// The receiver has no fix; news only when it had, or at the beginning.
  mutating func addLoss() {
    if hasFix != false { append(.positionLost(device: device)) }
    hasFix = false
  }

  mutating func append(_ content: Observation.Content) {
    guard points.count < TrackReader.pointLimit else {
      isFull = true
      return
    }
    if case .position(_, let position) = content, position.isUsable { hasPosition = true }
    points.append(TrackPoint(offset: offset, content: content))
  }

  func corrected(_ time: Timestamp) -> Timestamp {
    guard let notBefore, time < notBefore else { return time }
    let period: Int64 = 1024 * 7 * 86_400 * 1000
    let steps = (notBefore.milliseconds - time.milliseconds + period - 1) / period
    return Timestamp(milliseconds: time.milliseconds + steps * period)
  }
}
