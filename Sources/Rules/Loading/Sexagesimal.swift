import Config

/// Degrees, minutes and seconds, as atlases and receivers show them: `6°08'35"E`, `N 46 12.25`. They are no input; but who writes them
/// is told the numbers.
enum Sexagesimal {
  /// Both as `[longitude, latitude]` in decimal degrees; `nil` where they aren't an angle with its quarter of the sky each.
  static func pair(_ items: [YAMLNode]) -> String? {
    let angles = items.compactMap { $0.scalar.flatMap { angle($0.text) } }
    guard angles.count == 2, angles[0].isLatitude != angles[1].isLatitude else { return nil }
    let (east, north) = angles[0].isLatitude ? (angles[1], angles[0]) : (angles[0], angles[1])
    return "[\(decimal(east.degrees)), \(decimal(north.degrees))]"
  }

  private static func angle(_ text: String) -> (degrees: Double, isLatitude: Bool)? {
    var numbers: [Double] = []
    var quarter: Character?
    var digits = ""
    for character in text + " " {
      if character.isASCII, character.isNumber || character == "." {
        digits.append(character)
        continue
      }
      if !digits.isEmpty {
        guard let number = Double(digits) else { return nil }
        numbers.append(number)
        digits = ""
      }
      switch character {
      case "N", "S", "E", "W":
        guard quarter == nil else { return nil }
        quarter = character
      case "°", "º", "'", "′", "’", "\"", "″", "”", " ": continue
      default: return nil
      }
    }
    guard let quarter, (1...3).contains(numbers.count), numbers.dropFirst().allSatisfy({ $0 < 60 }) else { return nil }
    let degrees = numbers.reversed().reduce(0) { $0 / 60 + $1 }
    return (quarter == "S" || quarter == "W" ? -degrees : degrees, quarter == "N" || quarter == "S")
  }

  /// With five decimals, a metre.
  private static func decimal(_ degrees: Double) -> String {
    let scaled = (degrees * 100_000).rounded() / 100_000
    return "\(scaled)"
  }
}
