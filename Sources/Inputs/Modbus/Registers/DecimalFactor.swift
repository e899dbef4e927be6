/// A number as it is written in a file, by digits: 0.1 is 1 × 10⁻¹.
///
/// A raw 234 with `scale: 0.1` is 23.4, and 234 × 0.1 in binary fractions is 23.400000000000002. So scales and offsets are applied to
/// whole numbers as whole numbers, and the result is rounded once.
struct DecimalFactor: Sendable, Hashable {
  var digits: Int128
  var exponent: Int

  /// `nil` for what is not finite.
  init?(_ number: Double) { self.init(shortest: number) }

  /// The shortest digits that give this number: `-0.001`, `1e-05`, `6.25e-05`, `100.0`. `nil` for what is not finite.
  init?(shortest number: some BinaryFloatingPoint & LosslessStringConvertible) {
    guard number.isFinite else { return nil }
    var digits: Int128 = 0
    var exponent = 0
    let parts = "\(number.magnitude)".split(separator: "e")
    var isFraction = false
    for byte in parts[0].utf8 {
      if byte == UInt8(ascii: ".") {
        isFraction = true
      } else {
        digits = digits * 10 + Int128(byte - UInt8(ascii: "0"))
        if isFraction { exponent -= 1 }
      }
    }
    if parts.count > 1, let power = Int(parts[1]) { exponent += power }
    while digits != 0, digits % 10 == 0 {
      digits /= 10
      exponent += 1
    }
    self.digits = number < 0 ? -digits : digits
    self.exponent = digits == 0 ? 0 : exponent
  }

  init(digits: Int128, exponent: Int) {
    self.digits = digits
    self.exponent = exponent
  }

  /// The nearest double.
  var double: Double {
    exponent < 0 ? Double(digits) / Self.power(-exponent) : Double(digits) * Self.power(exponent)
  }

  /// `raw` × this + `offset`, rounded once where the whole numbers stay within 128 bits, as all of a device's do.
  func applied(to raw: Int128, plus offset: DecimalFactor) -> Double {
    let common = min(exponent, offset.exponent, 0)
    guard let scaled = Self.product(raw, digits, tens: exponent - common),
      let added = Self.product(offset.digits, 1, tens: offset.exponent - common), common >= -22
    else { return Double(raw) * double + offset.double }
    let (sum, overflow) = scaled.addingReportingOverflow(added)
    return overflow ? Double(raw) * double + offset.double : Double(sum) / Self.power(-common)
  }

  /// `raw` × this + `offset` for a number that isn't whole.
  func applied(to raw: Double, plus offset: DecimalFactor) -> Double {
    let product =
      exponent < 0 ? raw * Double(digits) / Self.power(-exponent) : raw * Double(digits) * Self.power(exponent)
    return offset.digits == 0 ? product : product + offset.double
  }

  /// What gives `value` when this and `offset` are applied to it; this isn't zero.
  func removed(from value: Double, minus offset: DecimalFactor) -> Double {
    let difference = offset.digits == 0 ? value : value - offset.double
    return exponent < 0
      ? difference * Self.power(-exponent) / Double(digits) : difference / (Double(digits) * Self.power(exponent))
  }

  /// `nil` beyond 128 bits.
  private static func product(_ a: Int128, _ b: Int128, tens: Int) -> Int128? {
    guard tens <= 38 else { return a == 0 || b == 0 ? 0 : nil }
    var (product, overflow) = a.multipliedReportingOverflow(by: b)
    for _ in 0..<tens where !overflow { (product, overflow) = product.multipliedReportingOverflow(by: 10) }
    return overflow ? nil : product
  }

  /// 10 to the `exponent`; exact up to 22.
  private static func power(_ exponent: Int) -> Double {
    var power = 1.0
    for _ in 0..<min(exponent, 400) { power *= 10 }
    return power
  }
}
