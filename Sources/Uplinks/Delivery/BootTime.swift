public import Model

/// A moment on the clock that runs since boot and through suspension (`CLOCK_BOOTTIME`, clock_gettime(2)). Back-off, linger and
/// liveness run on it, never on the wall clock, which a box without a battery sets back by years.
public struct BootTime: Hashable, Comparable, Sendable {
  /// Nanoseconds since boot, ≥ 0.
  public var nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  public static let zero = BootTime(nanoseconds: 0)

  public static func < (a: BootTime, b: BootTime) -> Bool { a.nanoseconds < b.nanoseconds }

  /// The moment `interval` after this one; saturates instead of overflowing.
  public static func + (time: BootTime, interval: Interval) -> BootTime {
    let (sum, overflow) = time.nanoseconds.addingReportingOverflow(interval.nanoseconds)
    return BootTime(nanoseconds: overflow ? (interval.nanoseconds < 0 ? .min : .max) : sum)
  }

  /// `later - earlier`; saturates instead of overflowing.
  public static func - (later: BootTime, earlier: BootTime) -> Interval {
    let (difference, overflow) = later.nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
    return Interval(nanoseconds: overflow ? (later.nanoseconds < 0 ? .min : .max) : difference)
  }
}
