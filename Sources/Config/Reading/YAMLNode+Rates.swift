public import Model

/// An amount of data in a stretch of time: `100 KB per second`, `20 MB per day`.
public struct DataRate: Sendable, Hashable {
  public var bytes: Int64
  public var per: Interval

  public init(bytes: Int64, per: Interval) {
    self.bytes = bytes
    self.per = per
  }

  public var bytesPerSecond: Double { Double(bytes) / per.seconds }
}

/// So many in a stretch of time: `5 per hour`.
public struct CountRate: Sendable, Hashable {
  public var count: Int
  public var per: Interval

  public init(count: Int, per: Interval) {
    self.count = count
    self.per = per
  }
}

extension YAMLNode {
  /// An amount of data `per` second, minute, hour, day, week or month (of 30 days). At least 1 B.
  /// - Parameter example: how it is written, for the remedy.
  public func dataRate(
    _ what: String, example: String = "100 KB per second", diagnostics: inout Diagnostics
  ) -> DataRate? {
    guard let (amount, per) = rate(what, "an amount of data per time", example: example, diagnostics: &diagnostics),
      let bytes = measured(amount, what, .dataSize, span, &diagnostics)
    else { return nil }
    guard bytes >= 1, bytes < 0x1p53 else {
      diagnostics.error(
        "out-of-range", "\(what) must be 1 B or more, and this is `\(Excerpt.quoted(amount))`", at: span,
        help: "write `\(example)`, for example")
      return nil
    }
    return DataRate(bytes: Int64(bytes.rounded()), per: per)
  }

  /// A whole number `per` second, minute, hour, day, week or month (of 30 days).
  public func countRate(_ what: String, in range: ClosedRange<Int> = 1...1_000_000, diagnostics: inout Diagnostics)
    -> CountRate?
  {
    let example = "5 per hour"
    guard let (amount, per) = rate(what, "a number per time", example: example, diagnostics: &diagnostics) else {
      return nil
    }
    guard case .integer(let count) = Scalar(text: amount, isPlain: true).value else {
      diagnostics.error(
        "wrong-type", "\(what) must be a whole number per time, and this is `\(Excerpt.quoted(amount))`", at: span,
        help: "write `\(example)`, for example")
      return nil
    }
    guard range.contains(count) else {
      diagnostics.error(
        "out-of-range", "\(what) must be from \(range.lowerBound) to \(range.upperBound), and this is `\(count)`",
        at: span,
        help: "write a number from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return CountRate(count: count, per: per)
  }

  private func rate(
    _ what: String, _ noun: String, example: String, diagnostics: inout Diagnostics
  ) -> (String, Interval)? {
    guard case .scalar(let scalar) = content, !isNull else {
      wrongType(what, "\(noun) such as `\(example)`", help: "write `\(example)`, for example", &diagnostics)
      return nil
    }
    let shown = Excerpt.quoted(scalar.text)
    let words = scalar.text.split(separator: " ").map(String.init)
    guard let middle = words.firstIndex(of: "per"), middle > 0 else {
      let parts = scalar.text.split(separator: "/").map(String.init)
      let adverbs = ["hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month"]
      if let adverb = words.last, let period = adverbs[adverb.lowercased()], words.count > 1 {
        diagnostics.error(
          "missing-unit", "\(what) must be \(noun), and `\(shown)` doesn't say per what", at: span,
          help: "write `\(Excerpt.quoted(words.dropLast().joined(separator: " "))) per \(period)`")
        return nil
      }
      let meant =
        parts.count == 2
        ? Self.period(meant: parts[1]).map { "\(Excerpt.quoted(Self.inUnit(parts[0]))) per \($0)" } : nil
      // What was written, with the period of the example; which one is meant nobody knows.
      let period = example.split(separator: " ").last.map(String.init) ?? "day"
      let isNumber = parts.count == 1 && Double(words.first ?? "") != nil
      let help =
        meant.map { "write `\($0)`" }
        ?? (isNumber
          ? "write `\(Excerpt.quoted(Self.inUnit(scalar.text))) per \(period)`, or per \(Self.list(without: period))"
          : "write `\(example)`")
      diagnostics.error(
        "missing-unit", "\(what) must be \(noun), and `\(shown)` doesn't say per what", at: span, help: help)
      return nil
    }
    let amount = words[..<middle].joined(separator: " ")
    let word = words[(middle + 1)...].joined(separator: " ")
    guard let period = Self.periods.first(where: { $0.0 == word }) else {
      diagnostics.error(
        "wrong-unit", "\(what) must be \(noun), and `\(Excerpt.quoted(word))` is none of the times", at: span,
        help: Self.period(meant: word).map { "write `\(Excerpt.quoted(amount)) per \($0)`" }
          ?? "write per `second`, `minute`, `hour`, `day`, `week` or `month`")
      return nil
    }
    return (amount, period.1)
  }

  /// `12.5 KB` for `100 kbit`; what has a unit of data stays as it is.
  private static func inUnit(_ amount: String) -> String {
    let parts: [Quantity.Part]
    do { parts = try Quantity.parts(amount) } catch { return amount }
    guard parts.count == 1, let multiple = Dimension.dataSize.multiples[parts[0].unit.lowercased()] else {
      return amount
    }
    return "\(Quantity.text(parts[0].number * multiple.count)) \(multiple.unit)"
  }

  private static func list(without period: String) -> String {
    let others = periods.map(\.0).filter { $0 != period }.map { "`\($0)`" }
    return others.dropLast().joined(separator: ", ") + " or " + (others.last ?? "")
  }

  private static let periods: [(String, Interval)] = [
    ("second", .seconds(1)), ("minute", .minutes(1)), ("hour", .hours(1)), ("day", .days(1)), ("week", .days(7)),
    ("month", .days(30)),
  ]

  private static func period(meant word: String) -> String? {
    let short = [
      "s": "second", "sec": "second", "m": "minute", "min": "minute", "h": "hour", "hr": "hour", "d": "day",
      "w": "week",
    ]
    let trimmed = word.filter { $0 != " " }.lowercased()
    return short[trimmed] ?? Suggestion.closest(trimmed, in: periods.map(\.0)) ?? periods.first { $0.0 == trimmed }?.0
  }
}
