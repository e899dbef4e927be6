extension YAMLNode.Scalar {
  /// What a scalar means by the core schema of YAML 1.2.2 (section 10.3.2): `on`, `yes`, `no` and `12:30` are text.
  public enum Value: Sendable, Hashable {
    case null
    case boolean(Bool)
    case integer(Int)
    /// Also a whole number that is beyond `Int`.
    case float(Double)
    case text
  }

  public var value: Value {
    guard isPlain else { return .text }
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .boolean(true)
    case "false", "False", "FALSE": return .boolean(false)
    case ".nan", ".NaN", ".NAN": return .float(.nan)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .float(.infinity)
    case "-.inf", "-.Inf", "-.INF": return .float(-.infinity)
    default: return number ?? .text
    }
  }

  private var number: Value? {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, first == 43 || first == 45 || first == 46 || isDigit(first), bytes.count <= 400
    else { return nil }
    if bytes.count > 2, first == 48, bytes[1] == UInt8(ascii: "o") || bytes[1] == UInt8(ascii: "x") {
      let isHex = bytes[1] == UInt8(ascii: "x")
      guard bytes[2...].allSatisfy({ isHex ? isHexDigit($0) : (48...55).contains($0) }) else { return nil }
      let radix = isHex ? 16 : 8
      if let value = Int(text.dropFirst(2), radix: radix) { return .integer(value) }
      return .float(
        bytes[2...].reduce(0) { $0 * Double(radix) + Double(Character(Unicode.Scalar($1)).hexDigitValue ?? 0) })
    }
    var index = first == 43 || first == 45 ? 1 : 0
    func digits() -> Int {
      let start = index
      while index < bytes.count, isDigit(bytes[index]) { index += 1 }
      return index - start
    }
    let whole = digits()
    if index == bytes.count, whole > 0 {
      return Int(text).map { .integer($0) } ?? Double(text).map { .float($0) }
    }
    if index < bytes.count, bytes[index] == 46 {
      index += 1
      guard digits() + whole > 0 else { return nil }
    }
    guard whole > 0 || index > 1 else { return nil }
    if index < bytes.count, bytes[index] | 32 == UInt8(ascii: "e") {
      index += 1
      if index < bytes.count, bytes[index] == 43 || bytes[index] == 45 { index += 1 }
      guard digits() > 0 else { return nil }
    }
    guard index == bytes.count, bytes.contains(where: isDigit) else { return nil }
    return Double(text.hasSuffix(".") ? text + "0" : text.replacingPointBeforeExponent()).map { .float($0) }
  }

  private func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
  private func isHexDigit(_ byte: UInt8) -> Bool { isDigit(byte) || (97...102).contains(byte | 32) }
}

extension String {
  /// `1.e5` is a float in YAML; strtod takes it too, but whether Swift's own reading does isn't promised.
  fileprivate func replacingPointBeforeExponent() -> String {
    var out = ""
    var last: Character = " "
    for character in self {
      if last == ".", character == "e" || character == "E" { out.append("0") }
      out.append(character)
      last = character
    }
    return out
  }
}
