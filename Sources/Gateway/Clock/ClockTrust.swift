import Glibc
import Inputs
import Journal
import Model

/// Whether the wall clock can be believed: NTP says that it is synchronised, or the GPS has been telling steadily the time.
///
/// A pure value; `WallClock` feeds it. What comes out is the mapping from engine time to UTC that the engine gets as an observation.
/// Whoever vouches for it, a time outside of `believable` is wrong.
struct ClockTrust: Sendable {
  /// A mapping is told again when it moved by more than this.
  static let step = Interval.milliseconds(50)
  /// GPS is believed after this many fixes in a row whose times advance as the engine's do, within `gpsTolerance`.
  static let gpsFixes = 5
  /// They must come over at least so long. What had waited while the machine, or gpsd, stood still comes all at once: each fix is late by
  /// nearly the same, and would put the clock back.
  static let gpsTime = Interval.seconds(2)
  static let gpsTolerance = Interval.seconds(1)

  /// Fixes whose times go on as the engine's do.
  private struct Streak {
    /// The first one's UTC at engine time zero. All are held against it, not each against the one before: else a receiver that repeats
    /// one fix for ever, or is ever later, would draw the clock along in small steps.
    var mapping: Timestamp
    /// When the first one came.
    var since: EngineTime
    var last: Timestamp
    var count = 1
  }

  /// From the release on, for as long as GPS can count (1024 weeks).
  private let believable: Range<Timestamp>
  private var mapping: Timestamp?
  private var byGPS = false
  private var streak: Streak?

  /// - Parameter notBefore: The release's date. A time before it is wrong, and so is one 1024 weeks behind it: gpsd adds them to a right
  ///   time where it was started by a clock that is ahead.
  init(notBefore: Timestamp) {
    believable = notBefore..<notBefore + WeekRollOver.period
  }

  /// With this release's date.
  init() { self.init(notBefore: Timestamp(rfc3339: Version.releaseDate) ?? Timestamp(milliseconds: 0)) }

  /// One that believes a GPS from the beginning, as in a recorded drive, and follows it where it steps.
  /// - Parameter utcAtZero: What it said.
  init(recorded utcAtZero: Timestamp) {
    believable = Timestamp(milliseconds: .min)..<Timestamp(milliseconds: .max)
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
    guard believable.contains(wall) else { return nil }
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
    guard mapping == nil || byGPS, let fixTime, believable.contains(fixTime) else { return nil }
    let candidate = fixTime + Interval(nanoseconds: -time.nanoseconds)
    if let streak {
      // The rest of an epoch that comes in several reports, or a receiver that is stuck: says nothing of the time.
      guard fixTime != streak.last else { return nil }
      let isSteady =
        fixTime > streak.last && Self.agree(candidate, streak.mapping, within: Self.gpsTolerance)
      self.streak =
        isSteady
        ? Streak(
          mapping: streak.mapping, since: streak.since, last: fixTime, count: min(streak.count + 1, Self.gpsFixes))
        : Streak(mapping: candidate, since: time, last: fixTime)
    } else {
      streak = Streak(mapping: candidate, since: time, last: fixTime)
    }
    guard let streak, streak.count >= Self.gpsFixes, time - streak.since >= Self.gpsTime else { return nil }
    // Latency jitters by the receiver's cycle; only a real step is worth a new mapping.
    if let mapping, Self.agree(candidate, mapping, within: Self.gpsTolerance) { return nil }
    byGPS = true
    return adopt(candidate)
  }

  /// What the clocks say now, for the journal.
  /// - Parameter isSynchronised: whether somebody vouches for the wall clock.
  func reading(bootTime: Int64, wall: Timestamp, isSynchronised: Bool) -> JournalClock {
    JournalClock(
      bootTime: bootTime, wallTime: wall, isWallTrusted: isSynchronised && believable.contains(wall))
  }

  private mutating func adopt(_ candidate: Timestamp) -> SystemObservation? {
    if isNear(candidate) { return nil }
    mapping = candidate
    return .clock(utcAtZero: candidate)
  }

  private func isNear(_ candidate: Timestamp) -> Bool {
    mapping.map { Self.agree(candidate, $0, within: Self.step) } ?? false
  }

  private static func agree(_ a: Timestamp, _ b: Timestamp, within tolerance: Interval) -> Bool {
    (a - b).nanoseconds.magnitude <= tolerance.nanoseconds.magnitude
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
