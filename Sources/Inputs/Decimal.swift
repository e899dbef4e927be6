/// Plain decimal numbers, as devices write them.
enum Decimal {
  /// `nil` for anything but digits with at most one point and a sign in front: no exponents, `nan` or hexadecimal, which Swift's own
  /// reader takes.
  static func number(_ text: some Collection<UInt8>) -> Double? {
    guard !text.isEmpty, text.count <= 32,
      text.allSatisfy({ (48...57).contains($0) || $0 == 46 || $0 == 45 || $0 == 43 })
    else { return nil }
    return Double(String(decoding: text, as: UTF8.self))
  }

  /// A whole number ≥ 0 of at most nine digits.
  static func whole(_ text: some Collection<UInt8>) -> Int? {
    guard !text.isEmpty, text.count <= 9, text.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return text.reduce(0) { $0 * 10 + Int($1 - 48) }
  }

  /// A whole number of hexadecimal digits, eight at most.
  static func hexadecimal(_ text: some Collection<UInt8>) -> Int? {
    guard !text.isEmpty, text.count <= 8 else { return nil }
    var number = 0
    for byte in text {
      switch byte {
      case 48...57: number = number << 4 | Int(byte - 48)
      case 65...70, 97...102: number = number << 4 | Int((byte & 0xDF) - 55)
      default: return nil
      }
    }
    return number
  }
}
