extension Value.Timestamp {
  /// RFC 3339 in UTC, with as many digits after the point as there are: `2009-02-13T23:31:30Z`.
  public var text: String {
    let calendar = Calendar(localSeconds: seconds)
    let date = "\(padded(Int(calendar.year), 4))-\(padded(calendar.month, 2))-\(padded(calendar.day, 2))"
    let time = "\(padded(calendar.hour, 2)):\(padded(calendar.minute, 2)):\(padded(calendar.second, 2))"
    return date + "T" + time + Value.Duration.fraction(nanoseconds) + "Z"
  }

  private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// Reads RFC 3339: `1972-01-01T10:00:20.021-05:00`. Digits beyond nanoseconds are cut.
  public init(text: String) throws(EvaluationError) {
    let unreadable = EvaluationError(
      .invalidArgument, "'\(text.shortened)' is no timestamp; write it as '2009-02-13T23:31:30Z'")
    var reader = Reader(rest: Array(text.utf8)[...])
    guard let year = reader.number(digits: 4), reader.take("-"), let month = reader.number(digits: 2), reader.take("-"),
      let day = reader.number(digits: 2), reader.take("T") || reader.take("t"), let hour = reader.number(digits: 2),
      reader.take(":"), let minute = reader.number(digits: 2), reader.take(":"), let second = reader.number(digits: 2)
    else {
      if text.utf8.prefix(while: { $0.isDigit }).count > 4 {
        throw EvaluationError(.outOfRange, "a timestamp must lie in the years 1 to 9999")
      }
      throw unreadable
    }
    guard (1...12).contains(month), day >= 1, day <= Calendar.daysInMonth(month, of: Int64(year)), hour < 24,
      minute < 60,
      second < 60
    else { throw unreadable }
    var nanoseconds: Int32 = 0
    if reader.take(".") {
      let digits = reader.rest.prefix { $0.isDigit }
      guard !digits.isEmpty else { throw unreadable }
      reader.rest = reader.rest.dropFirst(digits.count)
      var scale: Int32 = 100_000_000
      for digit in digits.prefix(9) {
        nanoseconds += Int32(digit - UInt8(ascii: "0")) * scale
        scale /= 10
      }
    }
    guard let offset = reader.offset(), reader.rest.isEmpty else { throw unreadable }
    let days = Calendar.days(year: Int64(year), month: month, day: day)
    try self.init(
      seconds: days * 86400 + Int64(hour * 3600 + minute * 60 + second) - Int64(offset), nanoseconds: nanoseconds)
  }

  private struct Reader {
    var rest: ArraySlice<UInt8>

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard rest.first == UInt8(ascii: character) else { return false }
      rest.removeFirst()
      return true
    }

    mutating func number(digits: Int) -> Int? {
      let taken = rest.prefix(digits)
      guard taken.count == digits, taken.allSatisfy({ $0.isDigit }) else { return nil }
      rest = rest.dropFirst(digits)
      return taken.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    /// Seconds east of UTC.
    mutating func offset() -> Int? {
      if take("Z") || take("z") { return 0 }
      let isWest = rest.first == UInt8(ascii: "-")
      guard take("+") || take("-"), let hours = number(digits: 2), take(":"), let minutes = number(digits: 2),
        hours < 24,
        minutes < 60
      else { return nil }
      return (hours * 3600 + minutes * 60) * (isWest ? -1 : 1)
    }
  }
}
