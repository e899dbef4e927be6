import Model

/// How fast a server may give commands over one uplink: some at once, and then one every few seconds. Each takes a commit, a place in
/// the journal for a week, and an answer over a link that may be paid for by the byte.
struct CommandGate: Sendable {
  enum Verdict: Hashable, Sendable {
    case take
    /// One too many; try again after this.
    case refuse(after: Interval)
    /// One too many, and it was told so just now.
    case ignore
  }

  /// So many may come at once.
  static let burst = 50.0
  /// And one in so long.
  static let every = Interval.seconds(4)

  private var tokens = burst
  private var filledAt: BootTime?
  private var refusedAt: BootTime?

  mutating func judge(now: BootTime) -> Verdict {
    if let filledAt {
      tokens = min(Self.burst, tokens + max(0, (now - filledAt).seconds) / Self.every.seconds)
    }
    filledAt = now
    guard tokens < 1 else {
      tokens -= 1
      return .take
    }
    if let refusedAt, now - refusedAt < Self.every { return .ignore }
    refusedAt = now
    return .refuse(after: .seconds((1 - tokens) * Self.every.seconds))
  }
}
