/// The rule in a TZif file's footer, which holds after its last transition: `CET-1CEST,M3.5.0,M10.5.0/3` (POSIX.1-2017, 8.3, "TZ"; hours
/// from -167 to 167 as RFC 8536, 3.3.1 allows).
struct ZoneRule: Sendable, Equatable {
  /// Seconds east.
  private let standard: Int32
  private let summer: Summer?

  private struct Summer: Equatable {
    var offset: Int32
    var start: Change
    var end: Change
  }

  /// A day of each year and the second on that day, by the clock before the change.
  private struct Change: Equatable {
    var day: Day
    var time: Int32
  }

  private enum Day: Equatable {
    /// 1 to 365; 29 February is never counted.
    case julian(Int)
    /// 0 to 365.
    case ofYear(Int)
    /// The so-manieth (5: the last) such day of the week, 0 being Sunday, of a month.
    case ofMonth(month: Int, week: Int, weekday: Int)
  }

  init?(_ text: ArraySlice<UInt8>) {
    var reader = Reader(rest: text)
    guard text.count <= 128, reader.takeName(), let west = reader.takeTime(mostHours: 24) else { return nil }
    standard = -west
    if reader.rest.isEmpty {
      summer = nil
      return
    }
    guard reader.takeName() else { return nil }
    var offset = standard + 3600
    if reader.rest.first != UInt8(ascii: ","), !reader.rest.isEmpty {
      guard let west = reader.takeTime(mostHours: 24) else { return nil }
      offset = -west
    }
    guard reader.take(","), let start = reader.takeChange(), reader.take(","), let end = reader.takeChange(),
      reader.rest.isEmpty
    else { return nil }
    summer = Summer(offset: offset, start: start, end: end)
  }

  /// Seconds east of UTC at `instant`, in seconds since 1970.
  func offset(at instant: Int64) -> Int32 {
    guard let summer else { return standard }
    let year = Calendar(localSeconds: instant + Int64(standard)).year
    let start = Self.second(of: summer.start, in: year) - Int64(standard)
    let end = Self.second(of: summer.end, in: year) - Int64(summer.offset)
    // South of the equator, summer ends before it starts.
    let isSummer = start < end ? start <= instant && instant < end : !(end <= instant && instant < start)
    return isSummer ? summer.offset : standard
  }

  /// Seconds since 1970 by the place's own clock.
  private static func second(of change: Change, in year: Int64) -> Int64 {
    let newYear = Calendar.days(year: year, month: 1, day: 1)
    let day: Int64
    switch change.day {
    case .julian(let number): day = newYear + Int64(number - 1) + (Calendar.isLeap(year) && number >= 60 ? 1 : 0)
    case .ofYear(let number): day = newYear + Int64(number)
    case .ofMonth(let month, let week, let weekday):
      let first = Calendar.days(year: year, month: month, day: 1)
      let firstWeekday = Calendar(localSeconds: first * 86400).weekday
      var date = 1 + (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
      while date > Calendar.daysInMonth(month, of: year) { date -= 7 }
      day = first + Int64(date - 1)
    }
    return day * 86400 + Int64(change.time)
  }

  private struct Reader {
    var rest: ArraySlice<UInt8>

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard rest.first == UInt8(ascii: character) else { return false }
      rest.removeFirst()
      return true
    }

    /// `CET`, or between brackets `<-03>`.
    mutating func takeName() -> Bool {
      if take("<") {
        guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
        rest = rest[(end + 1)...]
        return true
      }
      let letters = rest.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
      rest = rest.dropFirst(letters.count)
      return letters.count >= 3
    }

    mutating func takeNumber(atMost most: Int) -> Int? {
      let digits = rest.prefix { $0.isDigit }
      guard !digits.isEmpty, digits.count <= 3 else { return nil }
      let number = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
      rest = rest.dropFirst(digits.count)
      return number <= most ? number : nil
    }

    /// `[+-]hh[:mm[:ss]]`, in seconds.
    mutating func takeTime(mostHours: Int) -> Int32? {
      let isNegative = rest.first == UInt8(ascii: "-")
      if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
      guard let hours = takeNumber(atMost: mostHours) else { return nil }
      var seconds = hours * 3600
      if take(":") {
        guard let minutes = takeNumber(atMost: 59) else { return nil }
        seconds += minutes * 60
        if take(":") {
          guard let more = takeNumber(atMost: 59) else { return nil }
          seconds += more
        }
      }
      return Int32(isNegative ? -seconds : seconds)
    }

    mutating func takeChange() -> Change? {
      let day: Day
      if take("J") {
        guard let number = takeNumber(atMost: 365), number >= 1 else { return nil }
        day = .julian(number)
      } else if take("M") {
        guard let month = takeNumber(atMost: 12), month >= 1, take("."), let week = takeNumber(atMost: 5), week >= 1,
          take("."), let weekday = takeNumber(atMost: 6)
        else { return nil }
        day = .ofMonth(month: month, week: week, weekday: weekday)
      } else {
        guard let number = takeNumber(atMost: 365) else { return nil }
        day = .ofYear(number)
      }
      guard take("/") else { return Change(day: day, time: 7200) }
      guard let time = takeTime(mostHours: 167) else { return nil }
      return Change(day: day, time: time)
    }
  }
}
