import Model

/// Stamps engine time: the one inlet's clock. Follows the boot clock from where the journal left off, and never goes back.
struct EngineClock: Sendable {
  private let origin: EngineTime
  private let bootOrigin: Int64
  /// The newest time that was stamped.
  private(set) var last: EngineTime

  /// - Parameters:
  ///   - origin: Engine time at the start, as the journal works it out over the stop.
  ///   - bootTime: The boot clock at that moment, nanoseconds.
  init(origin: EngineTime, bootTime: Int64) {
    self.origin = origin
    bootOrigin = bootTime
    last = origin
  }

  /// Engine time at a moment of the boot clock; what came before something already stamped gets that one's time.
  mutating func stamp(bootTime: Int64) -> EngineTime {
    last = max(last, time(at: bootTime))
    return last
  }

  /// Engine time at a moment of the boot clock, without stamping it.
  func time(at bootTime: Int64) -> EngineTime {
    origin + Interval(nanoseconds: bootTime - bootOrigin)
  }

  /// The moment of the boot clock at which it will be `time`, nanoseconds.
  func bootTime(at time: EngineTime) -> Int64 {
    let (sum, overflow) = bootOrigin.addingReportingOverflow((time - origin).nanoseconds)
    return overflow ? .max : sum
  }
}
