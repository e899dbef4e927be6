/// How messages are settled on a way that doesn't acknowledge them, but answers a question that was sent behind them: what was sent before
/// the question has then been read. At most one question is out, so that each answer stands for all that one round trip holds.
struct DeliveryBarrier: Sendable {
  /// Of the question that was asked last; counts from 1.
  private(set) var number: UInt64 = 0
  /// Messages that are sent and not behind a question that is out, oldest first.
  private var unguarded: [UInt64] = []
  /// What the question that is out stands behind.
  private var guarded: [UInt64] = []

  mutating func sent(_ message: UInt64) { unguarded.append(message) }

  /// The number of the question to be asked now, if any.
  mutating func question() -> UInt64? {
    guard guarded.isEmpty, !unguarded.isEmpty else { return nil }
    swap(&guarded, &unguarded)
    number += 1
    return number
  }

  /// The messages that this answer settles; empty where it fits no question that is out.
  mutating func answered(_ number: UInt64) -> [UInt64] {
    guard number == self.number else { return [] }
    defer { guarded = [] }
    return guarded
  }

  /// Nothing is out.
  var isClear: Bool { guarded.isEmpty && unguarded.isEmpty }
}
