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

  /// Below this speed, metres per second, a receiver's course is noise and no turn.
  static let steadyCourseSpeed = 1.0

  func matches(_ signal: SignalName) -> Bool { signals.contains { $0.matches(signal) } }

  var sendsEverything: Bool {
    every == nil && orMoved == nil && orTurned == nil && atLeast == nil && deadband == nil
  }

  /// Whether `every` and `deadband` say anything; `or_moved: 50 m` alone means "only after 50 m".
  private var hasPace: Bool { every != nil || deadband != nil || sendsEverything }

  enum Decision: Hashable {
    case send
    /// Not now; at the end of `every` if `untilEvery`, else only with `at_least`.
    case hold(untilEvery: Bool)
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
