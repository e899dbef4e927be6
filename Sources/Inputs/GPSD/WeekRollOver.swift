public import Model

/// GPS counts its weeks in ten bits, so a receiver whose firmware is old gives a date that is 1024 weeks, or 2048, too early
/// (IS-GPS-200, 20.3.3.3.1.1).
///
/// Only what is sure is corrected: a live fix cannot be older than the last roll-over, week 2048, since this program is younger
/// than that, nor can it be of a time that the program won't see. gpsd makes corrections of its own before: 3.22 takes what is earlier
/// than its own start for a roll-over, and so reads a log of 2011 as 2031, and with a clock that is ahead by decades a right time as one
/// that is 1024 weeks late. What lies between is kept as it is: a box that has no trusted clock can't tell it from a right one.
public enum WeekRollOver {
  /// How long GPS counts until it begins again: 1024 weeks.
  public static let period = Interval.hours(1024 * 7 * 24)
  /// The beginning of GPS week 2048 in UTC: 2019-04-06T23:59:42Z. To be raised before 2038-11-20, when the next 1024 weeks are over.
  static let floor = Timestamp(milliseconds: 1_554_595_182_000)
  /// 1024 weeks after 2026-11-01. To be raised with it, at least every ten years.
  static let ceiling = Timestamp(milliseconds: 1_793_491_200_000) + period

  /// The end of the first day of GPS, 1980-01-06: a receiver that doesn't know the time yet counts from its beginning.
  private static let dayOne = Timestamp(milliseconds: 315_964_800_000 + 86_400_000)

  /// The time that a live receiver meant; `nil` where it didn't know it.
  static func corrected(_ time: Timestamp) -> Timestamp? {
    guard time >= dayOne else { return nil }
    let length = period.nanoseconds / 1_000_000
    if time < floor {
      let steps = (floor.milliseconds - time.milliseconds + length - 1) / length
      return Timestamp(milliseconds: time.milliseconds + steps * length)
    }
    guard time >= ceiling else { return time }
    let steps = (time.milliseconds - ceiling.milliseconds) / length + 1
    return Timestamp(milliseconds: time.milliseconds - steps * length)
  }
}
