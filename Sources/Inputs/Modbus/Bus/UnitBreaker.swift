/// Keeps a unit that doesn't answer from costing the others of its bus a time-out at each poll: after a few it is off, and only asked now
/// and then whether it is back.
struct UnitBreaker: Sendable {
  /// Requests in a row without an answer until it is off.
  static let limit = 2
  /// The first probe comes after this or ten time-outs, so that a dead unit has a tenth of its bus at most; then after twice as long, …
  static let firstWait: Int64 = 5_000_000_000
  /// … up to this.
  static let longestWait: Int64 = 60_000_000_000

  private var failures = 0
  private var wait: Int64 = 0
  /// When it is to be probed; `nil` while the unit is on.
  private(set) var probeAt: Int64?

  var isOff: Bool { probeAt != nil }

  mutating func answered() { self = UnitBreaker() }

  /// - Returns: True when that was one too many, and the unit is off from now on.
  mutating func failed(at time: Int64, timeout: Int64) -> Bool {
    failures += 1
    guard failures >= Self.limit else { return false }
    let isNews = probeAt == nil
    wait = isNews ? max(Self.firstWait, 10 * timeout) : wait * 2
    wait = min(wait, max(Self.longestWait, 10 * timeout))
    probeAt = time + wait
    return isNews
  }
}
