/// On which side of a directed line a point lies, always exactly right.
///
/// Rounding must not decide it: two polygons that share a border would both, or neither, contain a point beside it. J. R. Shewchuk, "Adaptive
/// Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates", *Discrete & Computational Geometry* 18, 1997.
enum Orientation {
  /// Positive when a → b → c turns to the left (x east, y north), negative to the right, 0 when they are on one line.
  @inline(__always)
  static func sign(ax: Double, ay: Double, bx: Double, by: Double, cx: Double, cy: Double) -> Double {
    let left = (ax - cx) * (by - cy)
    let right = (ay - cy) * (bx - cx)
    let determinant = left - right
    // (3 + 16ε)ε with ε = 2⁻⁵³: Shewchuk's bound A.
    let bound = 3.3306690738754716e-16 * (abs(left) + abs(right))
    if determinant > bound || -determinant > bound { return determinant }
    return exactSign(ax: ax, ay: ay, bx: bx, by: by, cx: cx, cy: cy)
  }

  /// The six products of the expanded determinant as exact sums of two doubles each, added up without rounding.
  @inline(never)
  private static func exactSign(
    ax: Double, ay: Double, bx: Double, by: Double, cx: Double, cy: Double
  ) -> Double {
    let factors = [(ax, by), (-ax, cy), (-cx, by), (-ay, bx), (ay, cx), (cy, bx)]
    var expansion: [Double] = []
    expansion.reserveCapacity(12)
    for (x, y) in factors {
      let product = x * y
      add((-product).addingProduct(x, y), to: &expansion)
      add(product, to: &expansion)
    }
    // Components don't overlap and grow in size, so the last one that isn't 0 has the sign of the sum.
    return expansion.last { $0 != 0 } ?? 0
  }

  /// Shewchuk's Grow-Expansion, with Knuth's two-sum.
  private static func add(_ value: Double, to expansion: inout [Double]) {
    var carry = value
    for index in expansion.indices {
      let component = expansion[index]
      let sum = carry + component
      let virtual = sum - carry
      expansion[index] = (carry - (sum - virtual)) + (component - virtual)
      carry = sum
    }
    expansion.append(carry)
  }
}
