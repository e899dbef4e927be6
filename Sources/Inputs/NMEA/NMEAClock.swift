import Model

/// Puts dates to times of day. Only RMC and ZDA bring a date; others may come in the first second of a day before the first of those.
struct NMEAClock: Sendable {
  /// Of the last epoch, days since 1970; counted from 0 while no date is known.
  private var day = 0
  private var timeOfDay: Int?
  private(set) var hasDate = false

  private static let dayLength = 86_400_000

  /// The epoch's moment, and how long it is after the one before (≤ 0 when it isn't). Without a date so far the moment is on
  /// 1970-01-01 or a day after.
  mutating func date(_ epoch: NMEAEpoch) -> (time: Timestamp, step: Interval)? {
    guard let now = epoch.timeOfDay else { return nil }
    let before = timeOfDay.map { Timestamp(milliseconds: Int64(day * Self.dayLength + $0)) }
    let hadDate = hasDate
    if let given = epoch.day {
      day = given
      hasDate = true
    } else if let last = timeOfDay {
      // Midnight, one way or, for a sentence that comes late, the other.
      if now < last - Self.dayLength / 2 { day += 1 } else if now > last + Self.dayLength / 2 { day -= 1 }
    }
    let last = timeOfDay
    timeOfDay = now
    let time = Timestamp(milliseconds: Int64(day * Self.dayLength + now))
    guard let before, let last else { return (time, .zero) }
    if hadDate == hasDate { return (time, time - before) }
    // The first date of the recording: only the times of day can be compared.
    let difference = (now - last + Self.dayLength) % Self.dayLength
    return (time, .milliseconds(Int64(difference > Self.dayLength / 2 ? difference - Self.dayLength : difference)))
  }

  /// RMC's date. Two digits of the year: GPS began in 1980.
  static func day(ddmmyy text: some Collection<UInt8>) -> Int? {
    guard text.count == 6, let number = Decimal.whole(text) else { return nil }
    let year = number % 100
    return day(year: year < 80 ? 2000 + year : 1900 + year, month: number / 100 % 100, day: number / 10_000)
  }

  /// Days since 1970; `nil` when there is no such date.
  static func day(year: Int, month: Int, day: Int) -> Int? {
    guard (1970...9999).contains(year),
      let midnight = Timestamp(year: year, month: month, day: day, hour: 0, minute: 0, milliseconds: 0)
    else { return nil }
    return Int(midnight.milliseconds / 86_400_000)
  }
}
