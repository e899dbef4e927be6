import Glibc
import Model

/// Whether the wall clock can be believed: NTP says that it is synchronised, or the GPS has been telling steadily the time.
///
/// A pure value; `WallClock` feeds it. What comes out is the mapping from engine time to UTC that the engine gets as an observation.
struct ClockTrust: Sendable {
  /// A mapping is told again when it moved by more than this.
  static let step = Interval.milliseconds(50)
  /// GPS is believed after this many fixes in a row whose times advance as the engine's do, within `gpsTolerance`.
  static let gpsFixes = 5
  static let gpsTolerance = Interval.seconds(1)

  private let notBefore: Timestamp
  private var mapping: Timestamp?
  private var byGPS = false
  private var gpsMapping: Timestamp?
  private var gpsAgreed = 0

  /// - Parameter notBefore: A GPS time before this is wrong (week roll-over): the release's date.
  init(notBefore: Timestamp) { self.notBefore = notBefore }

  /// One that believes a GPS from the beginning, as in a recorded drive, and follows it where it steps.
  /// - Parameter utcAtZero: What it said.
  init(recorded utcAtZero: Timestamp) {
    notBefore = Timestamp(milliseconds: .min)
    mapping = utcAtZero
    byGPS = true
  }

  /// The UTC at engine time zero, while the clock is trusted.
  var utcAtZero: Timestamp? { mapping }

  /// Who vouches for the mapping; `nil` while nobody does.
  var source: Source? { mapping == nil ? nil : byGPS ? .gps : .ntp }

  enum Source: String, Sendable {
    case ntp, gps
  }

  /// The wall clock was looked at. Returns what to tell the engine, if anything.
  ///
  /// - Parameter isSynchronised: Asked only where the answer changes something, since it may cost a program's run.
  mutating func wallClock(
    _ wall: Timestamp, isSynchronised: @autoclosure () -> Bool, at time: EngineTime
  ) -> SystemObservation? {
    let candidate = wall + Interval(nanoseconds: -time.nanoseconds)
    if !byGPS, isNear(candidate) { return nil }
    guard isSynchronised() else {
      // What GPS said holds on; what NTP said holds too until the next restart, since the engine's own clock carries it on.
      return nil
    }
    byGPS = false
    return adopt(candidate)
  }

  /// A fix came in. Returns what to tell the engine, if anything.
  mutating func fix(_ fixTime: Timestamp?, at time: EngineTime) -> SystemObservation? {
    guard mapping == nil || byGPS, let fixTime, fixTime >= notBefore else { return nil }
    let candidate = fixTime + Interval(nanoseconds: -time.nanoseconds)
    if let previous = gpsMapping, abs((candidate - previous).nanoseconds) <= Self.gpsTolerance.nanoseconds {
      gpsAgreed += 1
    } else {
      gpsAgreed = 1
    }
    gpsMapping = candidate
    guard gpsAgreed >= Self.gpsFixes else { return nil }
    // Latency jitters by the receiver's cycle; only a real step is worth a new mapping.
    if let mapping, abs((candidate - mapping).nanoseconds) <= Self.gpsTolerance.nanoseconds { return nil }
    byGPS = true
    return adopt(candidate)
  }

  private mutating func adopt(_ candidate: Timestamp) -> SystemObservation? {
    if isNear(candidate) { return nil }
    mapping = candidate
    return .clock(utcAtZero: candidate)
  }

  private func isNear(_ candidate: Timestamp) -> Bool {
    guard let mapping else { return false }
    return abs((candidate - mapping).nanoseconds) <= Self.step.nanoseconds
  }
}

/// What the system says of its wall clock.
enum WallClock {
  /// The wall clock now.
  static var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }
}
