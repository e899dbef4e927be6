extension Value {
  /// An instant of the Gregorian calendar in UTC, from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z.
  public struct Timestamp: Hashable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z, without leap seconds.
    public let seconds: Int64
    /// 0 to 999,999,999, always forward in time.
    public let nanoseconds: Int32

    static let firstSecond: Int64 = -62_135_596_800
    static let lastSecond: Int64 = 253_402_300_799
    private static let nanosecondsPerSecond: Int64 = 1_000_000_000

    /// Throws `outOfRange` outside of the years 1 to 9999.
    public init(seconds: Int64, nanoseconds: Int32 = 0) throws(EvaluationError) {
      guard seconds >= Self.firstSecond, seconds <= Self.lastSecond, nanoseconds >= 0, nanoseconds < 1_000_000_000
      else {
        throw EvaluationError(.outOfRange, "a timestamp must lie in the years 1 to 9999")
      }
      self.seconds = seconds
      self.nanoseconds = nanoseconds
    }

    /// The instant `duration` later.
    public func advanced(by duration: Duration) throws(EvaluationError) -> Timestamp {
      // What a duration holds are 292 years, so that no sum of seconds overflows.
      let sum = Int64(nanoseconds) + duration.nanoseconds % Self.nanosecondsPerSecond
      let carry = sum < 0 ? -1 : sum / Self.nanosecondsPerSecond
      return try Timestamp(
        seconds: seconds + duration.nanoseconds / Self.nanosecondsPerSecond + carry,
        nanoseconds: Int32(sum - carry * Self.nanosecondsPerSecond))
    }

    /// From `other` to this. Throws `overflow` where that is more than 292 years.
    public func duration(since other: Timestamp) throws(EvaluationError) -> Duration {
      let (whole, overflow) = (seconds - other.seconds).multipliedReportingOverflow(by: Self.nanosecondsPerSecond)
      let (sum, more) = whole.addingReportingOverflow(Int64(nanoseconds) - Int64(other.nanoseconds))
      guard !overflow, !more else { throw Duration.outOfRange }
      return Duration(nanoseconds: sum)
    }
  }
}

extension Value.Timestamp: Comparable {
  public static func < (one: Self, other: Self) -> Bool {
    one.seconds == other.seconds ? one.nanoseconds < other.nanoseconds : one.seconds < other.seconds
  }
}
