extension Value.Timestamp {
  /// What clocks show in a place at this instant, as if it were UTC: its `getHours()` are the hours there. Not an instant any more.
  ///
  /// - Parameter zone: a name of the system's tz database, or an offset such as `+01:00`.
  /// - Throws: `invalidArgument` where there is no such zone.
  public func shown(in zone: String) throws(EvaluationError) -> Value.Timestamp {
    let offset = try TimeZone.named(zone).offset(at: seconds)
    return try Value.Timestamp(seconds: seconds + Int64(offset), nanoseconds: nanoseconds)
  }
}
