public import Model

/// How sure a fix must be before a zone's border counts as crossed. Every member can be set per zone; the defaults are measured
/// on phone drives against survey-grade truth: the errors of fixes are correlated over tens of seconds, so that distance from
/// the border helps against jitter and counting fixes does not.
public struct ZoneBand: Hashable, Sendable {
  /// Metres inside the border from which the vehicle counts as inside; `nil`: by the fix's error, see `enterThreshold`.
  public var enterMargin: Double?
  /// Metres outside the border from which it counts as outside; `nil`: by the fix's error, see `exitThreshold`.
  public var exitMargin: Double?
  /// Metres per second; a fix that implies a higher speed since the one before needs a second one to agree.
  public var maxSpeed: Double
  /// After how long without an accepted fix the zone's state is unknown.
  public var lostAfter: Interval
  /// Raises `enter` also when the first sure state ever is inside.
  public var raisesInitial: Bool

  public static let standardMaxSpeed = 300 / 3.6
  public static let standardLostAfter = Interval.seconds(30)

  public init(
    enterMargin: Double? = nil, exitMargin: Double? = nil, maxSpeed: Double = ZoneBand.standardMaxSpeed,
    lostAfter: Interval = ZoneBand.standardLostAfter, raisesInitial: Bool = false
  ) {
    self.enterMargin = enterMargin
    self.exitMargin = exitMargin
    self.maxSpeed = maxSpeed
    self.lostAfter = lostAfter
    self.raisesInitial = raisesInitial
  }

  /// Metres inside that make a fix with horizontal error `error` surely inside a zone of half width `radius` (both metres):
  /// max(e, 3 m), but no more than a third of the half width, so that small zones can be entered at all.
  func enterThreshold(error: Double, radius: Double) -> Double {
    enterMargin ?? min(max(error, 3), radius / 3)
  }

  /// Metres from the border beyond which the exact distance decides nothing: twice the widest margin, so that rounding never does.
  /// 50 m is the largest error that a fix is taken to have, 30 m the widest standard exit margin.
  var reach: Double { 2 * max(50, enterMargin ?? 0, exitMargin ?? 0) }

  /// Metres outside that make a fix surely outside: max(2e, 5 m), at most 30 m.
  func exitThreshold(error: Double) -> Double {
    exitMargin ?? min(max(2 * error, 5), 30)
  }
}
