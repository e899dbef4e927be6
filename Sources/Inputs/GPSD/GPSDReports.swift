import Model

/// Turns gpsd's lines into what the engine knows: each TPV with a position becomes exactly one `position`, none dropped, none
/// merged, and the first that says "no fix" becomes a `positionLost`.
///
/// A value without a clock: the live driver and the reader of recorded gpsd JSON use the same one. It remembers per receiver
/// which driver gpsd has for it, and the last SKY and GST, which belong to the fixes beside them.
struct GPSDReports: Sendable {
  /// A line, and what became of it.
  struct Reading: Hashable, Sendable {
    var report: GPSDReport
    var content: Observation.Content?
    /// False for a fix whose time is the one of the fix before: the receiver repeats itself.
    var isFresh = false
  }

  /// How long after a SKY or a GST its figures are still taken for a fix, nanoseconds. SKY changes slowly, and some receivers
  /// give it every five seconds only; an error estimate is of its second.
  fileprivate static let skyLasts: Int64 = 10_000_000_000
  fileprivate static let noiseLasts: Int64 = 3_000_000_000
  /// gpsd has room for 4 receivers, or some more where it was built so.
  private static let receiverLimit = 64

  private struct Receiver: Sendable {
    var driver = ""
    var hdop: Double?
    var satellites: Int?
    var skyAt: Int64?
    var noise: Double?
    var noiseAt: Int64?

    /// True while the last SKY still counts.
    func hasSky(at time: Int64) -> Bool { skyAt.map { time - $0 <= GPSDReports.skyLasts } ?? false }
    func hasNoise(at time: Int64) -> Bool { noiseAt.map { time - $0 <= GPSDReports.noiseLasts } ?? false }
  }

  private let device: String
  private let correctsRollOver: Bool
  private var receivers: [String: Receiver] = [:]
  private var lastTime: Timestamp?
  /// Whether the last word was that there is a fix; `nil` before the first.
  private(set) var hasFix: Bool?

  /// - Parameters:
  ///   - device: the name that the observations carry.
  ///   - correctsRollOver: true for a live receiver; false for a recording, which may really be that old.
  init(device: String, correctsRollOver: Bool) {
    self.device = device
    self.correctsRollOver = correctsRollOver
  }

  /// Takes one line without its line feed. `time` is any clock that never goes backwards, nanoseconds; it only says how old a
  /// SKY or GST is.
  mutating func read(_ line: some Collection<UInt8>, at time: Int64) -> Reading {
    let report = GPSDReport(line: line)
    var reading = Reading(report: report)
    switch report {
    case .fix(let fix): take(fix, at: time, into: &reading)
    case .sky(let path, let hdop, let satellites):
      update(path) {
        // gpsd sends several of them for one epoch of NMEA, the first ones without what comes in later sentences.
        let isFirst = !$0.hasSky(at: time)
        if hdop != nil || isFirst { $0.hdop = hdop }
        if satellites != nil || isFirst { $0.satellites = satellites }
        $0.skyAt = time
      }
    case .noise(let path, let latitude, let longitude):
      let error = (latitude * latitude + longitude * longitude).squareRoot()
      update(path) {
        $0.noise = error.isFinite && error > 0 ? error : nil
        $0.noiseAt = time
      }
    case .receiver(let receiver):
      // Upon its activation gpsd doesn't know the driver; a second report tells.
      update(receiver.path) {
        if !receiver.isActive { $0 = Receiver() } else if !receiver.driver.isEmpty { $0.driver = receiver.driver }
      }
    case .receivers(let list):
      for receiver in list { update(receiver.path) { $0.driver = receiver.driver } }
    case .version, .error, .other, .malformed: break
    }
    return reading
  }

  /// The fix grew too old. Says whether that is news; a receiver that goes on repeating the old one is no news either.
  mutating func fixGrewOld() -> Observation.Content? {
    guard hasFix == true else { return nil }
    hasFix = false
    return .positionLost(device: device)
  }

  private mutating func take(_ fix: GPSDFix, at time: Int64, into reading: inout Reading) {
    guard fix.mode >= 2 else {
      lastTime = nil
      if hasFix != false { reading.content = .positionLost(device: device) }
      hasFix = false
      return
    }
    guard let latitude = fix.latitude, let longitude = fix.longitude else { return }
    let receiver = receivers[fix.receiver] ?? Receiver()
    let hasSky = receiver.hasSky(at: time)
    let noise = receiver.hasNoise(at: time) ? receiver.noise : nil
    let isEstimate = Self.estimatesError(driver: receiver.driver)
    reading.isFresh = fix.time == nil || fix.time != lastTime
    lastTime = fix.time
    if reading.isFresh { hasFix = true }
    reading.content = .position(
      device: device,
      Position(
        latitude: latitude, longitude: longitude, mode: fix.mode == 2 ? .twoD : .threeD,
        time: correctsRollOver ? fix.time.flatMap(WeekRollOver.corrected) : fix.time,
        altitude: fix.altitude, speed: fix.speed, course: fix.course,
        accuracy: noise ?? (isEstimate ? fix.eph : nil), hdop: hasSky ? receiver.hdop : nil,
        eph: fix.eph, satellites: hasSky ? receiver.satellites : nil))
  }

  private mutating func update(_ path: String, _ change: (inout Receiver) -> Void) {
    guard receivers[path] != nil || receivers.count < Self.receiverLimit else { return }
    change(&receivers[path, default: Receiver()])
  }

  /// Whether `eph` under that driver of gpsd's is the receiver's own estimate. For every other, gpsd makes it from HDOP
  /// (`gpsd_error_model`; 19 × HDOP in 3.22). A driver not listed here counts as one of those: then zones reckon with HDOP, which
  /// is right at worst, where an `eph` taken for an estimate would lose visits.
  static func estimatesError(driver: String) -> Bool {
    [
      "u-blox", "SiRF", "Allystar", "Garmin USB binary", "Garmin Serial binary", "Garmin Simple Text", "Zodiac",
      "GREIS",
    ].contains(driver)
  }
}
