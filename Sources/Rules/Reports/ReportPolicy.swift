import Geo
import Model

/// How often a signal is sent: when (Δt ≥ `every` and (no `deadband`, or |Δv| > `deadband`)), or moved ≥ `or_moved`, or turned
/// ≥ `or_turned`, or Δt ≥ `at_least`; differences are to what was sent last. A change of quality, of a boolean or of a text goes
/// at once. Without any of the five, everything is sent.
struct ReportPolicy: Sendable {
  var signals: [SignalPattern]
  /// Holds or doesn't for the moment; where it doesn't, or is unknown, the next policy is asked.
  var when: (any Condition)?
  var every: Interval?
  /// Metres, for positions.
  var orMoved: Double?
  /// Degrees of course, for positions.
  var orTurned: Double?
  var atLeast: Interval?
  /// In the signal's unit, for numbers.
  var deadband: Double?
  /// Metres, for positions: only those are sent that redraw the track so exactly (`TrackReducer`); goes with `atLeast` alone.
  var maxError: Double?
  /// Nothing of it is sent, which was meant: `send: never`. Goes with `when` alone.
  var isSilent = false
  /// Which of the set's budgets it has of its own.
  var budget: Int?

  /// Below this speed, metres per second, a receiver's course is noise and no turn.
  static let steadyCourseSpeed = 1.0

  /// What the gateway tells of itself is sent only where a policy asks for it by the name of its device.
  func matches(_ signal: SignalName) -> Bool {
    signals.contains { $0.matches(signal) && (signal.device != SystemSignal.device || $0.namesDevice(signal.device)) }
  }

  var sendsEverything: Bool {
    !isSilent && every == nil && orMoved == nil && orTurned == nil && atLeast == nil && deadband == nil
      && maxError == nil
  }

  /// Whether `every` and `deadband` say anything; `or_moved: 50 m` alone means "only after 50 m".
  private var hasPace: Bool { every != nil || deadband != nil || sendsEverything }

  enum Decision: Hashable {
    case send
    /// Not now; at the end of `every` if `untilEvery`, else only with `at_least`.
    case hold(untilEvery: Bool)
  }

  /// Intervals, also those of way and turn, `factor` times as long, as a budget wants it. What `max_error` promises stays as it is.
  func stretched(by factor: Double) -> ReportPolicy {
    guard factor > 1 else { return self }
    func longer(_ interval: Interval?) -> Interval? {
      interval.map { Interval(nanoseconds: Int64(min(Double($0.nanoseconds) * factor, 0x1p62))) }
    }
    var policy = self
    policy.every = longer(every)
    policy.atLeast = longer(atLeast)
    policy.orMoved = orMoved.map { $0 * factor }
    policy.orTurned = orTurned.map { $0 * factor }
    return policy
  }

  /// What is to be done with an observation `elapsed` after the last one sent.
  func decide(_ new: ReportedContent, since last: SentContent, elapsed: Interval) -> Decision {
    if last.mustFollowAtOnce(new) { return .send }
    if let atLeast, elapsed >= atLeast { return .send }
    if let orMoved, let moved = last.moved(to: new), moved >= orMoved { return .send }
    if let orTurned, let turned = last.turned(to: new), turned >= orTurned { return .send }
    guard hasPace, deadband.map({ last.differs(from: new, by: $0) }) ?? true else {
      return .hold(untilEvery: false)
    }
    guard let every, elapsed < every else { return .send }
    return .hold(untilEvery: last.differs(from: new, by: deadband ?? 0))
  }
}
