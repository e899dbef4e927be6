import Glibc

/// Directions, for drawing.
enum Cosine {
  static func degrees(_ angle: Double) -> Double { cos(angle * .pi / 180) }

  /// The unit vector of one of `count` even directions, from north clockwise.
  static func direction(_ index: Int, of count: Int) -> (east: Double, north: Double) {
    let angle = 2 * Double.pi * Double(index) / Double(count)
    return (sin(angle), cos(angle))
  }
}
