import Glibc

extension Geodesic {
  /// The distance of two points so nearly opposite each other that Vincenty's iteration doesn't converge.
  ///
  /// Every way from `a` to `b` crosses the great circle that lies 90° from `a`, so the shortest is the least of d(a, m) + d(m, b) over the
  /// points m of that circle; both parts are a quarter turn, where the iteration converges fast. Vincenty's own supplement for antipodes and
  /// Karney's method ("Algorithms for geodesics", *Journal of Geodesy* 87, 2013) are faster; for points 20,000 km apart that is no concern here.
  static func antipodalDistance(_ a: Coordinate, _ b: Coordinate) -> Double {
    let middle = antipodalMidpoint(a, b)
    return middle.distance
  }

  /// The least sum and the bearing (radians, −π…π) of the geodesic at `a`.
  static func antipodalMidpoint(_ a: Coordinate, _ b: Coordinate) -> (distance: Double, bearing: Double) {
    func length(_ bearing: Double) -> Double {
      let middle = quarterTurn(from: a, bearing: bearing)
      guard let first = vincenty(a, middle), let second = vincenty(middle, b) else { return .infinity }
      return first.distance + second.distance
    }

    // Two minima at most, a half turn or less apart, so that 24 steps find the lower one's valley.
    let step = Double.pi / 12
    var best = (length: Double.infinity, bearing: 0.0)
    for index in 0..<24 {
      let bearing = -Double.pi + Double(index) * step
      let candidate = length(bearing)
      if candidate < best.length { best = (candidate, bearing) }
    }
    // Golden section. The length is quadratic around its minimum: 1e-7 rad is far below a micrometre.
    let ratio = (5.0.squareRoot() - 1) / 2
    var (low, high) = (best.bearing - step, best.bearing + step)
    var (x1, x2) = (high - ratio * (high - low), low + ratio * (high - low))
    var (f1, f2) = (length(x1), length(x2))
    while high - low > 1e-7 {
      if f1 < f2 {
        (high, x2, f2) = (x2, x1, f1)
        x1 = high - ratio * (high - low)
        f1 = length(x1)
      } else {
        (low, x1, f1) = (x1, x2, f2)
        x2 = low + ratio * (high - low)
        f2 = length(x2)
      }
    }
    let middle = (low + high) / 2
    let exact = vincenty(a, quarterTurn(from: a, bearing: middle))?.bearing ?? middle
    return (min(best.length, length(middle)), exact)
  }

  /// The point 90° from `a` on the sphere.
  private static func quarterTurn(from a: Coordinate, bearing: Double) -> Coordinate {
    let phi = a.latitude * Ellipsoid.radiansPerDegree
    let latitude = asin(max(-1, min(1, cos(phi) * cos(bearing))))
    let turn = atan2(sin(bearing) * cos(phi), -sin(phi) * sin(latitude))
    return Coordinate(
      latitude: latitude * Ellipsoid.degreesPerRadian,
      longitude: (a.longitude + turn * Ellipsoid.degreesPerRadian).remainder(dividingBy: 360))
  }
}
