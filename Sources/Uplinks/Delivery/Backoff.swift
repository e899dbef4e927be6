import Model

/// Waits between attempts: exponential with full jitter, so that a fleet that lost its broker doesn't come back in step
/// (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
struct Backoff: Sendable {
  /// The first ceiling, and the last.
  let first: Interval
  let last: Interval
  /// Under any draw at least this, so that a lucky series of draws is no busy loop.
  static let floor = Interval.milliseconds(100)

  private(set) var attempts = 0

  init(first: Interval, last: Interval) {
    self.first = first
    self.last = last
  }

  /// The wait before the next attempt; `draw` is a random number in 0..<1.
  mutating func next(draw: Double) -> Interval {
    let ceiling = min(last.seconds, first.seconds * Double(1 << min(attempts, 30)))
    attempts += 1
    return max(Self.floor, .seconds(ceiling * draw))
  }

  mutating func reset() { attempts = 0 }
}

/// SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014). Part of the delivery's value, so that the
/// same seed and the same happenings give the same waits.
struct Jitter: Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// Uniform in 0..<1.
  mutating func draw() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) / Double(1 << 53)
  }
}
