extension Functions {
  static let times: [Function] = [
    Function(
      "timestamp",
      [
        .global([.timestamp], .timestamp, .one { $0 }),
        .global(
          [.string], .timestamp,
          .one { value throws(EvaluationError) in .timestamp(try Value.Timestamp(text: value.text())) }),
        .global(
          [.int], .timestamp,
          .one { value throws(EvaluationError) in .timestamp(try Value.Timestamp(seconds: value.int())) }),
      ]),
    Function(
      "duration",
      [
        .global([.duration], .duration, .one { $0 }),
        .global(
          [.string], .duration,
          .one { value throws(EvaluationError) in .duration(try Value.Duration(text: value.text())) }),
      ]),
    getter("getFullYear") { $0.year },
    getter("getMonth") { Int64($0.month - 1) },
    getter("getDate") { Int64($0.day) },
    getter("getDayOfMonth") { Int64($0.day - 1) },
    getter("getDayOfWeek") { Int64($0.weekday) },
    getter("getDayOfYear") { Int64($0.dayOfYear) },
    getter("getHours", ofDuration: { $0 / 3_600_000_000_000 }) { Int64($0.hour) },
    getter("getMinutes", ofDuration: { $0 / 60_000_000_000 }) { Int64($0.minute) },
    getter("getSeconds", ofDuration: { $0 / 1_000_000_000 }) { Int64($0.second) },
    Function(
      "getMilliseconds",
      [
        .member(
          [.timestamp], .int,
          .one { value throws(EvaluationError) in .int(Int64(try value.timestamp().nanoseconds) / 1_000_000) }),
        .member(
          [.timestamp, .string], .int,
          .two { value, zone throws(EvaluationError) in
            // No zone changes them, but one that is not there is still an error.
            _ = try TimeZone.named(zone.text())
            return .int(Int64(try value.timestamp().nanoseconds) / 1_000_000)
          }),
        .member(
          [.duration], .int,
          .one { value throws(EvaluationError) in
            .int(try value.duration().nanoseconds % 1_000_000_000 / 1_000_000)
          }),
      ]),
  ]

  /// A part of a timestamp's date or time of day, in UTC or in a zone; `ofDuration` is given nanoseconds.
  private static func getter(
    _ name: String, ofDuration whole: (@Sendable (Int64) -> Int64)? = nil,
    _ part: @escaping @Sendable (Calendar) -> Int64
  ) -> Function {
    var overloads: [Overload] = [
      .member(
        [.timestamp], .int,
        .one { value throws(EvaluationError) in .int(part(Calendar(localSeconds: try value.timestamp().seconds))) }),
      .member(
        [.timestamp, .string], .int,
        .two { value, zone throws(EvaluationError) in
          let seconds = try value.timestamp().seconds
          let offset = try TimeZone.named(zone.text()).offset(at: seconds)
          return .int(part(Calendar(localSeconds: seconds + Int64(offset))))
        }),
    ]
    if let whole {
      overloads.append(
        .member(
          [.duration], .int, .one { value throws(EvaluationError) in .int(whole(try value.duration().nanoseconds)) }))
    }
    return Function(name, overloads)
  }
}
