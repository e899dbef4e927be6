/// Reads and writes a number with its unit: `10 s`, `2.5 km`, `20MB`.
enum Quantity {
  /// A number and what follows it, not yet looked up.
  struct Part {
    var number: Double
    var numberText: String
    var unit: String
  }

  enum Failure: Error {
    /// No number at the beginning.
    case notANumber
    /// What it would be with a point.
    case decimalComma(String)
    /// The number and unit that have no dot between digits or too many.
    case malformed
  }

  /// Splits `1 min 12 s` into its parts; a part without a unit has an empty one. At most 8 parts.
  static func parts(_ text: String) throws(Failure) -> [Part] {
    if let point = withDecimalPoint(text) { throw .decimalComma(point) }
    var rest = Substring(text)
    var parts: [Part] = []
    func skipBlanks() { rest = rest.drop { $0 == " " || $0 == "\u{A0}" || $0 == "\u{202F}" } }
    skipBlanks()
    while !rest.isEmpty {
      guard parts.count < 8 else { throw .malformed }
      let number = numberPrefix(rest)
      guard !number.isEmpty, let value = Double(number.hasPrefix("+") ? number.dropFirst() : number), value.isFinite
      else {
        throw parts.isEmpty ? .notANumber : .malformed
      }
      rest = rest.dropFirst(number.count)
      skipBlanks()
      let unit = rest.prefix { !$0.isWhitespace && !isDigit($0) && $0 != "+" }
      rest = rest.dropFirst(unit.count)
      skipBlanks()
      parts.append(Part(number: value, numberText: String(number), unit: String(unit)))
    }
    guard !parts.isEmpty else { throw .notANumber }
    return parts
  }

  private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }

  /// Sign, digits, point, digits; an exponent only where digits follow.
  private static func numberPrefix(_ text: Substring) -> Substring {
    var index = text.startIndex
    func skipDigits() -> Bool {
      let start = index
      while index < text.endIndex, isDigit(text[index]) { index = text.index(after: index) }
      return index > start
    }
    if index < text.endIndex, text[index] == "-" || text[index] == "+" { index = text.index(after: index) }
    let whole = skipDigits()
    if index < text.endIndex, text[index] == "." {
      let point = index
      index = text.index(after: index)
      if !skipDigits() { index = whole ? point : text.startIndex }
    } else if !whole {
      return text.prefix(0)
    }
    if index > text.startIndex, index < text.endIndex, text[index] == "e" || text[index] == "E" {
      let exponent = index
      index = text.index(after: index)
      if index < text.endIndex, text[index] == "-" || text[index] == "+" { index = text.index(after: index) }
      if !skipDigits() { index = exponent }
    }
    return text[..<index]
  }

  /// `2.5 s` for `2,5 s`; `nil` where no digit, comma, digit stands at the beginning.
  static func withDecimalPoint(_ text: String) -> String? {
    let sign = text.hasPrefix("-") || text.hasPrefix("+") ? text.prefix(1) : ""
    let body = text.dropFirst(sign.count)
    let digits = body.prefix(while: isDigit)
    let after = body.dropFirst(digits.count)
    guard !digits.isEmpty, after.first == ",", let next = after.dropFirst().first, isDigit(next) else { return nil }
    return Excerpt.quoted(sign + digits + "." + after.dropFirst())
  }

  // MARK: Writing

  /// A number for a message: without a fraction where it has none.
  static func text(_ number: Double) -> String {
    guard number.isFinite else { return number < 0 ? "-∞" : "∞" }
    if number.rounded() == number, number.magnitude < 1e15 { return String(Int64(number)) }
    let rounded = (number * 1000).rounded() / 1000
    return number.magnitude > 1e-3 && number.magnitude < 1e12 ? "\(rounded)" : "\(number)"
  }

  /// In the largest unit in which it is whole, else in the usual one.
  static func text(_ value: Double, _ dimension: Dimension) -> String {
    guard value.isFinite else { return text(value) }
    let whole = dimension.units.filter {
      let count = value / $0.factor
      return count.magnitude >= 1 && (count.rounded() - count).magnitude < 1e-9
    }
    let unit = whole.max { $0.factor < $1.factor } ?? dimension.unit(dimension.usual) ?? dimension.units[0]
    return "\(text(value / unit.factor)) \(unit.name)"
  }

  /// A size as people read it: `2.1 GB`.
  static func text(bytes: Int64) -> String {
    let sizes: [(Double, String)] = [(1e9, "GB"), (1e6, "MB"), (1e3, "KB")]
    for (factor, name) in sizes where Double(bytes) >= factor {
      let tenths = (Double(bytes) / factor * 10).rounded() / 10
      return "\(text(tenths)) \(name)"
    }
    return "\(bytes) B"
  }
}
