/// The velocities that a segment may still have: the intersection of regular polygons of 16 sides, metres per second.
///
/// All the polygons lie the same way, so that their sides have eight directions and any intersection of them is eight slabs: nothing is
/// ever clipped, and the memory is constant. (With polygons of any other form an intersection could have ever more corners.)
public struct VelocityRegion: Hashable, Sendable {
  /// Of each slab, along the directions 0, π/8, …, 7π/8 from east.
  public private(set) var low: SIMD8<Double>
  public private(set) var high: SIMD8<Double>

  /// Of the directions: cos and sin of kπ/8.
  private static let cosines = SIMD8(
    1, 0.923_879_532_511_286_7, 0.707_106_781_186_547_5, 0.382_683_432_365_089_8, 0, -0.382_683_432_365_089_8,
    -0.707_106_781_186_547_5, -0.923_879_532_511_286_7)
  private static let sines = SIMD8(
    0, 0.382_683_432_365_089_8, 0.707_106_781_186_547_5, 0.923_879_532_511_286_7, 1, 0.923_879_532_511_286_7,
    0.707_106_781_186_547_5, 0.382_683_432_365_089_8)

  /// How far a side is from the centre of a polygon whose corners lie on the circle of radius 1: cos(π/16).
  private static let apothem = 0.980_785_280_403_230_4

  /// Every velocity.
  public init() {
    low = SIMD8(repeating: -.infinity)
    high = SIMD8(repeating: .infinity)
  }

  /// From slabs that were saved; `nil` where one of them is not a number.
  public init?(low: SIMD8<Double>, high: SIMD8<Double>) {
    guard all(low .== low), all(high .== high) else { return nil }
    self.low = low
    self.high = high
  }

  /// True until the first confinement.
  public var isEverything: Bool { low[0] == -.infinity && high[0] == .infinity }

  /// Whether the velocity lies within every polygon, not on a side; so an intersection without an inside holds nothing.
  @inline(__always)
  func contains(east: Double, north: Double) -> Bool {
    let along = Self.cosines * east + Self.sines * north
    return all((low .< along) .& (along .< high))
  }

  /// Leaves of the region what lies in the polygon inscribed in a circle.
  @inline(__always)
  mutating func confine(toEast east: Double, north: Double, radius: Double) {
    let along = Self.cosines * east + Self.sines * north
    let reach = SIMD8(repeating: radius * Self.apothem)
    low = pointwiseMax(low, along - reach)
    high = pointwiseMin(high, along + reach)
  }
}
