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

  /// How far intervals are stretched at most.
  static let most = 10_000.0

  /// Enters the period of `time`.
  mutating func enter(_ time: EngineTime, _ budget: ReportBudget) {
    let now = max(0, time.nanoseconds) / max(1, budget.per.nanoseconds)
    if now != period { self = BudgetMeter(period: now) }
  }

  /// What intervals are multiplied with: how much faster the rest would be spent at the budget's own pace than it may be. 1 while no more
  /// is spent than the part of the period that is over, and without a bound as the rest goes to nothing, so that it lasts to the end.
  func stretch(at time: EngineTime, _ budget: ReportBudget) -> Double {
    let rest = Double(budget.bytes - used)
    guard rest > 0 else { return Self.most }
    let over = max(0, time.nanoseconds) % max(1, budget.per.nanoseconds)
    let left = 1 - Double(over) / Double(budget.per.nanoseconds)
    return min(Self.most, max(1, left * Double(budget.bytes) / rest))
  }

  /// When the next period begins.
  func end(_ budget: ReportBudget) -> EngineTime {
    let (end, overflow) = (period + 1).multipliedReportingOverflow(by: budget.per.nanoseconds)
    return EngineTime(nanoseconds: overflow ? .max : end)
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
