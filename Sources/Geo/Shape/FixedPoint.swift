/// Degrees as whole ten-millionths, as most files have them: 1 cm on the ground.
enum FixedPoint {
  static let perDegree = 1e7

  /// The number that stands for exactly these degrees; `nil` where none does. `degrees(of:)` gives the same bits back.
  static func number(for degrees: Double) -> Int32? {
    let scaled = (degrees * perDegree).rounded()
    guard abs(scaled) <= 2_147_000_000, scaled / perDegree == degrees else { return nil }
    return Int32(scaled)
  }

  @inline(__always)
  static func degrees(of number: Int32) -> Double { Double(number) / perDegree }

  /// The greatest number that stands for no more than these degrees, at so many a degree, or the end of the range. So a number is greater
  /// than it exactly where its degrees are more: comparisons of integers decide as those of the degrees would.
  @inline(__always)
  static func floor(_ degrees: Double, per scale: Double = perDegree) -> Int32 {
    let scaled = (degrees * scale).rounded(.down)
    guard scaled < 2_147_483_647 else { return .max }
    guard scaled > -2_147_483_647 else { return .min }
    var number = scaled
    if number / scale > degrees { number -= 1 } else if (number + 1) / scale <= degrees { number += 1 }
    return Int32(number)
  }

  /// The least number that stands for no less than these degrees, or the end of the range.
  static func ceiling(_ degrees: Double, per scale: Double = perDegree) -> Int32 {
    let below = floor(degrees, per: scale)
    guard below != .max, below != .min else { return below }
    return Double(below) / scale == degrees ? below : below + 1
  }
}
