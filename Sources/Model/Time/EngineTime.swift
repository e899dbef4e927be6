/// The rule engine's time: nanoseconds since the journal was made.
///
/// It never goes backwards, is saved with the engine's state, and is stamped at one place only, the gateway's inlet.
/// Within a boot it follows `CLOCK_BOOTTIME`. Every interval (`for`, `every`, `at_least`, cool-downs) is measured on it;
/// nothing measures an interval on the wall clock.
public struct EngineTime: Hashable, Comparable, Sendable {
  /// Nanoseconds since the journal was made, ≥ 0 for any time that the inlet stamped.
  public var nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// The moment the journal was made.
  public static let zero = EngineTime(nanoseconds: 0)

  public static func seconds(_ seconds: Double) -> EngineTime {
    EngineTime(nanoseconds: Int64((seconds * 1e9).rounded()))
  }

  /// Seconds since the journal was made.
  public var seconds: Double { Double(nanoseconds) / 1e9 }

  public static func < (a: EngineTime, b: EngineTime) -> Bool { a.nanoseconds < b.nanoseconds }

  /// `later - earlier`; saturates instead of overflowing.
  public static func - (later: EngineTime, earlier: EngineTime) -> Interval {
    let (difference, overflow) = later.nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
    return Interval(nanoseconds: overflow ? (later.nanoseconds < 0 ? .min : .max) : difference)
  }

  /// The time `interval` after this one; saturates instead of overflowing.
  public static func + (time: EngineTime, interval: Interval) -> EngineTime {
    let (sum, overflow) = time.nanoseconds.addingReportingOverflow(interval.nanoseconds)
    return EngineTime(nanoseconds: overflow ? (interval.nanoseconds < 0 ? .min : .max) : sum)
  }
}

/// A length of time in whole nanoseconds, as rule files and the engine use it (about ±292 years).
public struct Interval: Hashable, Comparable, Sendable {
  public var nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  public static let zero = Interval(nanoseconds: 0)
  public static func milliseconds(_ n: Int64) -> Interval { Interval(nanoseconds: n * 1_000_000) }
  public static func seconds(_ n: Double) -> Interval {
    Interval(nanoseconds: Int64((n * 1e9).rounded()))
  }
  public static func minutes(_ n: Double) -> Interval { seconds(n * 60) }
  public static func hours(_ n: Double) -> Interval { seconds(n * 3600) }
  public static func days(_ n: Double) -> Interval { seconds(n * 86400) }

  public var seconds: Double { Double(nanoseconds) / 1e9 }

  /// The same length as the standard library's `Duration`, for its clocks.
  public var duration: Duration { .nanoseconds(nanoseconds) }

  public static func < (a: Interval, b: Interval) -> Bool { a.nanoseconds < b.nanoseconds }
}
