/// A moment in UTC, in whole milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted (as POSIX has it).
public struct Timestamp: Hashable, Comparable, Sendable {
  public var milliseconds: Int64

  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// From seconds since 1970, rounded to the millisecond.
  public init(seconds: Double) { milliseconds = Int64((seconds * 1000).rounded()) }

  /// Seconds since 1970.
  public var seconds: Double { Double(milliseconds) / 1000 }

  public static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }

  public static func - (later: Timestamp, earlier: Timestamp) -> Interval {
    let (ms, overflow) = later.milliseconds.subtractingReportingOverflow(earlier.milliseconds)
    let (ns, overflow2) = ms.multipliedReportingOverflow(by: 1_000_000)
    return Interval(
      nanoseconds: overflow || overflow2 ? (later < earlier ? .min : .max) : ns)
  }

  /// The moment `interval` later, rounded down to the millisecond.
  public static func + (time: Timestamp, interval: Interval) -> Timestamp {
    let ns = interval.nanoseconds
    let ms = ns >= 0 ? ns / 1_000_000 : -((-ns + 999_999) / 1_000_000)
    return Timestamp(milliseconds: time.milliseconds &+ ms)
  }
}
