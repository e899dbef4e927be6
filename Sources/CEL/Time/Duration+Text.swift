extension Value.Duration {
  /// Seconds with as many digits after the point as there are: `3600s`, `-0.5s`.
  public var text: String {
    let whole = nanoseconds.magnitude / 1_000_000_000
    let fraction = Int32(nanoseconds.magnitude % 1_000_000_000)
    return (nanoseconds < 0 ? "-" : "") + String(whole) + Self.fraction(fraction) + "s"
  }

  /// `.5` for 500,000,000 nanoseconds; empty for none.
  static func fraction(_ nanoseconds: Int32) -> String {
    guard nanoseconds != 0 else { return "" }
    let digits = String(nanoseconds)
    var text = "." + String(repeating: "0", count: 9 - digits.count) + digits
    while text.hasSuffix("0") { text.removeLast() }
    return text
  }

  /// Reads what Go's `time.ParseDuration` reads, to which the specification's implementations agree: a sign, then numbers with units
  /// `h m s ms us µs ns`: `1h30m`, `-1.5s`.
  public init(text: String) throws(EvaluationError) {
    let unreadable = EvaluationError(
      .invalidArgument, "'\(text.shortened)' is no duration; write it as '1h30m' or '90s'")
    var rest = Array(text.utf8)[...]
    var isNegative = false
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      isNegative = sign == UInt8(ascii: "-")
      rest.removeFirst()
    }
    if rest.elementsEqual([UInt8(ascii: "0")]) {
      self.init(nanoseconds: 0)
      return
    }
    guard !rest.isEmpty else { throw unreadable }
    // Counted downwards, so that the lowest value fits.
    var total: Int64 = 0
    while !rest.isEmpty {
      let whole = rest.prefix { $0.isDigit }
      rest = rest.dropFirst(whole.count)
      var fraction: ArraySlice<UInt8> = []
      if rest.first == UInt8(ascii: ".") {
        rest.removeFirst()
        fraction = rest.prefix { $0.isDigit }
        rest = rest.dropFirst(fraction.count)
      }
      guard !whole.isEmpty || !fraction.isEmpty else { throw unreadable }
      let unit = rest.prefix { !$0.isDigit && $0 != UInt8(ascii: ".") }
      rest = rest.dropFirst(unit.count)
      guard let scale = Self.scale(of: unit) else { throw unreadable }
      total = try Self.sum(total, Self.lowered(whole, by: scale))
      total = try Self.sum(total, -Self.part(of: scale, fraction))
    }
    guard isNegative || total != .min else { throw Self.outOfRange }
    self.init(nanoseconds: isNegative ? total : -total)
  }

  private static func scale(of unit: ArraySlice<UInt8>) -> Int64? {
    switch String(decoding: unit, as: UTF8.self) {
    case "h": 3_600_000_000_000
    case "m": 60_000_000_000
    case "s": 1_000_000_000
    case "ms": 1_000_000
    case "us", "µs", "μs": 1000
    case "ns": 1
    default: nil
    }
  }

  /// The digits' number of units, below zero.
  private static func lowered(_ digits: ArraySlice<UInt8>, by scale: Int64) throws(EvaluationError) -> Int64 {
    var whole: Int64 = 0
    for digit in digits {
      let (tenfold, overflow) = whole.multipliedReportingOverflow(by: 10)
      let (sum, more) = tenfold.subtractingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
      guard !overflow, !more else { throw outOfRange }
      whole = sum
    }
    let (scaled, overflow) = whole.multipliedReportingOverflow(by: scale)
    guard !overflow else { throw outOfRange }
    return scaled
  }

  /// The fraction's share of the unit, cut to whole nanoseconds.
  private static func part(of scale: Int64, _ digits: ArraySlice<UInt8>) -> Int64 {
    // Fifteen digits of an hour are less than a nanosecond, and their product fits into 128 bits.
    var numerator: Int128 = 0
    var denominator: Int128 = 1
    for digit in digits.prefix(15) {
      numerator = numerator * 10 + Int128(digit - UInt8(ascii: "0"))
      denominator *= 10
    }
    return Int64(numerator * Int128(scale) / denominator)
  }

  private static func sum(_ one: Int64, _ other: Int64) throws(EvaluationError) -> Int64 {
    let (sum, overflow) = one.addingReportingOverflow(other)
    guard !overflow else { throw outOfRange }
    return sum
  }
}

extension UInt8 {
  var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
}

extension String {
  /// For messages: what is longer than 40 characters is cut.
  var shortened: String { count > 40 ? prefix(40) + "…" : self }
}
