import Model

/// `budget: { uplink: 20 MB per day }`: how much reports may cost in a stretch of time.
struct ReportBudget: Hashable, Sendable {
  var bytes: Int64
  var per: Interval
  /// True for one that all policies share.
  var isShared: Bool

  var canonical: String { "budget \(bytes) per \(per.nanoseconds)\(isShared ? " shared" : "")" }
}

/// What a budget's reports cost so far.
///
/// Periods are whole multiples of `per` in engine time, so that they need no wall clock; a day's begins when the journal was made,
/// not at midnight.
struct BudgetMeter: Hashable, Sendable {
  /// Which multiple the period is.
  var period: Int64 = 0
  /// Bytes, by `ReportSize`.
  var used: Int64 = 0
  /// What it would have been without any stretching.
  var unstretched = 0.0

  /// How far intervals are stretched at most.
  static let most = 10_000.0

  /// Enters the period of `time`.
  mutating func enter(_ time: EngineTime, _ budget: ReportBudget) {
    let now = max(0, time.nanoseconds) / max(1, budget.per.nanoseconds)
    if now != period { self = BudgetMeter(period: now) }
  }

  /// What intervals are multiplied with, so that the rest lasts to the period's end at the pace of this period so far; at least 1. As the rest
  /// goes to nothing it grows without a bound, so that a burst late in the day ends in time.
  func stretch(at time: EngineTime, _ budget: ReportBudget) -> Double {
    let rest = Double(budget.bytes - used)
    guard rest > 0 else { return Self.most }
    let length = Double(max(1, budget.per.nanoseconds))
    let over = Double(max(0, time.nanoseconds) % max(1, budget.per.nanoseconds))
    // In the first thousandth nothing can be said of a pace.
    let pace = unstretched / max(over, length / 1000)
    return min(Self.most, max(1, pace * (length - over) / rest))
  }

  /// Counts a report of `size` bytes.
  mutating func charge(_ size: Int64, at time: EngineTime, _ budget: ReportBudget) {
    enter(time, budget)
    unstretched += Double(size) * stretch(at: time, budget)
    used += size
  }
}

/// About how many bytes a report takes on the way up: as one of a batch of JSON, without compression.
enum ReportSize {
  /// Type, number and time, with their keys.
  private static let head = 90

  static func of(_ name: SignalName, _ content: ReportedContent) -> Int64 {
    switch content {
    case .position(let position):
      let more = [
        position.altitude != nil, position.speed != nil, position.course != nil, position.accuracy != nil,
      ].count { $0 }
      return Int64(head + 60 + name.device.utf8.count + 16 * more)
    case .reading(let value, _):
      let size =
        switch value {
        case .number?: 12
        case .boolean?: 5
        case .text(let text)?: text.utf8.count + 2
        case nil: 0
        }
      return Int64(head + 60 + name.device.utf8.count + name.metric.utf8.count + size)
    }
  }
}
