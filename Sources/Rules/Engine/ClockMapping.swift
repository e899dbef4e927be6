import Model

/// What UTC is at a moment of engine time, as long as the wall clock is trusted.
struct ClockMapping: Hashable, Sendable {
  /// UTC of engine time zero; `nil` while nobody knows.
  var utcAtZero: Timestamp?

  func utc(at time: EngineTime) -> Timestamp? {
    utcAtZero.map { $0 + (time - .zero) }
  }
}
