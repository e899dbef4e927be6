extension Timestamp: CustomStringConvertible {
  /// RFC 3339 in UTC with milliseconds: `2026-02-05T14:30:00.000Z`.
  public var description: String {
    String(decoding: rfc3339, as: UTF8.self)
  }

  /// `description` as ASCII bytes, without a `String` in between.
  public var rfc3339: [UInt8] {
    var (days, ms) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
    if ms < 0 {
      ms += 86_400_000
      days -= 1
    }
    let (year, month, day) = Self.civil(fromDays: days)
    var out: [UInt8] = []
    out.reserveCapacity(24)
    func digits(_ value: Int64, _ width: Int) {
      var divisor: Int64 = 1
      for _ in 1..<width { divisor *= 10 }
      while divisor > 0 {
        out.append(UInt8(48 + (value / divisor) % 10))
        divisor /= 10
      }
    }
    digits(max(0, min(9999, year)), 4)
    out.append(45)
    digits(month, 2)
    out.append(45)
    digits(day, 2)
    out.append(84)
    digits(ms / 3_600_000, 2)
    out.append(58)
    digits(ms / 60_000 % 60, 2)
    out.append(58)
    digits(ms / 1000 % 60, 2)
    out.append(46)
    digits(ms % 1000, 3)
    out.append(90)
    return out
  }

  /// Reads an RFC 3339 date-time (section 5.6) with any offset; fractions beyond milliseconds are cut. `nil` when it is not one.
  public init?(rfc3339 text: some StringProtocol) {
    let bytes = Array(text.utf8)
    func number(_ from: Int, _ count: Int) -> Int64? {
      guard from + count <= bytes.count else { return nil }
      var value: Int64 = 0
      for byte in bytes[from..<from + count] {
        guard (48...57).contains(byte) else { return nil }
        value = value * 10 + Int64(byte - 48)
      }
      return value
    }
    guard bytes.count >= 20, let year = number(0, 4), bytes[4] == 45, let month = number(5, 2),
      bytes[7] == 45, let day = number(8, 2), bytes[10] | 32 == 116 || bytes[10] == 32,
      let hour = number(11, 2), bytes[13] == 58, let minute = number(14, 2), bytes[16] == 58,
      let second = number(17, 2),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    var index = 19
    var fraction: Int64 = 0
    if bytes[index] == 46 {
      index += 1
      var scale: Int64 = 100
      let start = index
      while index < bytes.count, (48...57).contains(bytes[index]) {
        fraction += Int64(bytes[index] - 48) * scale
        scale /= 10
        index += 1
      }
      guard index > start else { return nil }
    }
    guard index < bytes.count else { return nil }
    var offset: Int64 = 0
    switch bytes[index] {
    case 90, 122: index += 1
    case 43, 45:
      guard let h = number(index + 1, 2), index + 3 < bytes.count, bytes[index + 3] == 58,
        let m = number(index + 4, 2), h < 24, m < 60
      else { return nil }
      offset = (h * 60 + m) * (bytes[index] == 43 ? 60_000 : -60_000)
      index += 6
    default: return nil
    }
    guard index == bytes.count else { return nil }
    let days = Self.days(fromYear: year, month: month, day: day)
    guard Self.civil(fromDays: days) == (year, month, day) else { return nil }
    milliseconds =
      days * 86_400_000 + hour * 3_600_000 + minute * 60_000 + second * 1000 + fraction - offset
  }

  /// From a civil date and time in UTC; `nil` when there is no such date.
  public init?(year: Int, month: Int, day: Int, hour: Int, minute: Int, milliseconds ms: Int) {
    let days = Self.days(fromYear: Int64(year), month: Int64(month), day: Int64(day))
    guard (1...12).contains(month), Self.civil(fromDays: days) == (Int64(year), Int64(month), Int64(day)),
      (0..<24).contains(hour), (0..<60).contains(minute), (0..<61_000).contains(ms)
    else { return nil }
    milliseconds =
      days * 86_400_000 + Int64(hour) * 3_600_000 + Int64(minute) * 60_000 + Int64(ms)
  }

  // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil` and `civil_from_days`:
  // the proleptic Gregorian calendar with years that begin in March.
  private static func days(fromYear year: Int64, month: Int64, day: Int64) -> Int64 {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let m = (5 * dayOfYear + 2) / 153
    let month = m < 10 ? m + 3 : m - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * m + 2) / 5 + 1)
  }
}
