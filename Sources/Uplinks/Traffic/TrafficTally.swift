import Model

/// What one socket carried, and how much of it has been told.
struct TrafficTally: Sendable {
  /// So often at most it is told.
  static let every = Interval.seconds(10)

  private(set) var carried = SocketTraffic()
  private var told = SocketTraffic()
  private var due: BootTime?

  mutating func sent(_ bytes: Int) { carried.sent &+= UInt64(bytes) }
  mutating func received(_ bytes: Int) { carried.received &+= UInt64(bytes) }

  /// - Parameter isLast: nothing comes after it.
  mutating func news(at now: BootTime, isLast: Bool = false) -> LinkEvent? {
    if due == nil { due = now + Self.every }
    guard carried != told, isLast || now >= due ?? now else { return nil }
    defer {
      told = carried
      due = now + Self.every
    }
    return .carried(sent: carried.sent &- told.sent, received: carried.received &- told.received)
  }
}
