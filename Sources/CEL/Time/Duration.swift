extension Value {
  /// A length of time of at most 292 years either way.
  public struct Duration: Hashable, Sendable {
    /// The whole length.
    public let nanoseconds: Int64

    public init(nanoseconds: Int64) {
      self.nanoseconds = nanoseconds
    }

    static let outOfRange = EvaluationError(.outOfRange, "a duration must lie within ±9223372036.854775807 s")

    public func adding(_ other: Duration) throws(EvaluationError) -> Duration {
      let (sum, overflow) = nanoseconds.addingReportingOverflow(other.nanoseconds)
      guard !overflow else { throw Self.outOfRange }
      return Duration(nanoseconds: sum)
    }

    public func subtracting(_ other: Duration) throws(EvaluationError) -> Duration {
      let (difference, overflow) = nanoseconds.subtractingReportingOverflow(other.nanoseconds)
      guard !overflow else { throw Self.outOfRange }
      return Duration(nanoseconds: difference)
    }

    public func negated() throws(EvaluationError) -> Duration {
      try Duration(nanoseconds: 0).subtracting(self)
    }
  }
}

extension Value.Duration: Comparable {
  public static func < (one: Self, other: Self) -> Bool { one.nanoseconds < other.nanoseconds }
}
