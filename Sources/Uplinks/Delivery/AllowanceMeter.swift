import Model

/// How much may still go over a link that is paid for: an allowance that comes in evenly, so that it lasts the whole day, of which an hour's worth can be
/// saved. Everything counts, events as well; what isn't an event waits while it is used up.
///
/// What is handed over counts at once by its size before it is deflated, and is set right as soon as the link tells what it carried.
struct AllowanceMeter: Sendable {
  /// Bytes per second.
  let rate: Double
  private var left: Double
  private var filledAt: BootTime?
  /// Counted, and not told by the link yet.
  private var guessed = 0.0

  /// So much is saved at most.
  private var most: Double { rate * 3600 }
  /// So much is owed at most: a day of events is not paid off for a week.
  private var least: Double { -rate * 86_400 }

  /// Begins with ten minutes' debt, so that a gateway that is started again and again gets no more than another.
  init(rate: Double) {
    self.rate = rate
    left = -rate * 600
  }

  mutating func allows(now: BootTime) -> Bool {
    if let filledAt { left = min(most, left + max(0, (now - filledAt).seconds) * rate) }
    filledAt = now
    return left > 0
  }

  mutating func sent(_ bytes: Int) {
    guessed += Double(bytes)
    left = max(least, left - Double(bytes))
  }

  mutating func carried(_ bytes: UInt64) {
    left = min(most, max(least, left + guessed - Double(bytes)))
    guessed = 0
  }

  /// When something may go again; `nil` where it may now, or nobody has asked yet.
  func nextPositive(after now: BootTime) -> BootTime? {
    guard let filledAt, left <= 0 else { return nil }
    return max(now, filledAt) + .seconds(1e-3 - left / rate)
  }
}
