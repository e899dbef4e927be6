import Model

/// GPS counts its weeks in ten bits, so a receiver whose firmware is old gives a date that is 1024 weeks, or 2048, too early
/// (IS-GPS-200, 20.3.3.3.1.1).
///
/// Only what is sure is corrected: a live fix cannot be older than the last roll-over, week 2048, since this program is younger
/// than that. gpsd makes corrections of its own before: 3.22 reads a log of 2011 as 2031. What it made too late is kept as it is,
/// since a date in the future can't be told from a right one by a box that has no trusted clock.
enum WeekRollOver {
  /// The beginning of GPS week 2048 in UTC: 2019-04-06T23:59:42Z. To be raised before 2038-11-20, when the next 1024 weeks are over.
  static let floor = Timestamp(milliseconds: 1_554_595_182_000)

  private static let period: Int64 = 1024 * 7 * 86_400 * 1000
  /// The end of the first day of GPS, 1980-01-06: a receiver that doesn't know the time yet counts from its beginning.
  private static let dayOne = Timestamp(milliseconds: 315_964_800_000 + 86_400_000)

  /// The time that a live receiver meant; `nil` where it didn't know it.
  static func corrected(_ time: Timestamp) -> Timestamp? {
    guard time >= dayOne else { return nil }
    guard time < floor else { return time }
    let steps = (floor.milliseconds - time.milliseconds + period - 1) / period
    return Timestamp(milliseconds: time.milliseconds + steps * period)
  }
}
