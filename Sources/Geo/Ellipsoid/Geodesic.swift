import Glibc

/// Distances and bearings along geodesics of the WGS 84 ellipsoid.
public enum Geodesic {
  /// The length of the shortest geodesic in metres, to 0.5 mm, for any two valid points, antipodes included.
  ///
  /// Vincenty's inverse formula (T. Vincenty, "Direct and Inverse Solutions of Geodesics on the Ellipsoid with Application of Nested
  /// Equations", *Survey Review* 23 (176), 1975); where its iteration doesn't converge, near antipodes, see `antipodalDistance`.
  /// About half a microsecond; near antipodes a hundred times that.
  public static func distance(_ a: Coordinate, _ b: Coordinate) -> Double {
    if a == b { return 0 }
    return vincenty(a, b)?.distance ?? antipodalDistance(a, b)
  }

  /// The direction in which the geodesic from `a` to `b` sets out, degrees clockwise from true north, 0..<360; 0 for one and the same
  /// point. At antipodes several geodesics may be equally short; one of them is taken.
  public static func initialBearing(_ a: Coordinate, _ b: Coordinate) -> Double {
    if a == b { return 0 }
    let bearing = vincenty(a, b)?.bearing ?? antipodalMidpoint(a, b).bearing
    let degrees = bearing * Ellipsoid.degreesPerRadian
    let turned = degrees < 0 ? degrees + 360 : degrees
    return turned >= 360 ? 0 : turned
  }

  /// The distance in metres by the radii of curvature at the middle latitude: for points near each other, ten times faster.
  ///
  /// The relative error is below (d/R)² · (1 + tan²φ)/12, with R = 6,371 km: at 5 km and latitude 60° 0.1 mm a kilometre. Not for points more
  /// than some 20 km apart, nor within 5° of a pole.
  public static func localDistance(_ a: Coordinate, _ b: Coordinate) -> Double {
    let scale = LocalScale(latitude: (a.latitude + b.latitude) / 2)
    var turn = b.longitude - a.longitude
    if turn > 180 { turn -= 360 } else if turn < -180 { turn += 360 }
    let (x, y) = (turn * scale.east, (b.latitude - a.latitude) * scale.north)
    return (x * x + y * y).squareRoot()
  }

  /// `nil` when the iteration doesn't converge. The bearing is in radians.
  static func vincenty(_ a: Coordinate, _ b: Coordinate) -> (distance: Double, bearing: Double)? {
    let f = Ellipsoid.flattening
    let difference = (b.longitude - a.longitude).remainder(dividingBy: 360) * Ellipsoid.radiansPerDegree
    let (sinU1, cosU1) = reduced(a.latitude)
    let (sinU2, cosU2) = reduced(b.latitude)

    var lambda = difference
    for _ in 0..<60 {
      let (sinLambda, cosLambda) = (sin(lambda), cos(lambda))
      let (p, q) = (cosU2 * sinLambda, cosU1 * sinU2 - sinU1 * cosU2 * cosLambda)
      let sinSigma = (p * p + q * q).squareRoot()
      let cosSigma = sinU1 * sinU2 + cosU1 * cosU2 * cosLambda
      // The same place: by longitudes a turn apart, or both at one pole. At the antipode nothing here can tell the direction.
      if sinSigma < 1e-15 { return cosSigma > 0 ? (0, 0) : nil }
      let sigma = atan2(sinSigma, cosSigma)
      let sinAlpha = cosU1 * cosU2 * sinLambda / sinSigma
      let cosSqAlpha = 1 - sinAlpha * sinAlpha
      // Along the equator the middle point of eq. (18) is of no account: its factor is 0.
      let cos2SigmaM = cosSqAlpha > 1e-16 ? cosSigma - 2 * sinU1 * sinU2 / cosSqAlpha : 0
      let c = f / 16 * cosSqAlpha * (4 + f * (4 - 3 * cosSqAlpha))
      let previous = lambda
      lambda =
        difference + (1 - c) * f * sinAlpha
        * (sigma + c * sinSigma * (cos2SigmaM + c * cosSigma * (2 * cos2SigmaM * cos2SigmaM - 1)))
      if abs(lambda) > .pi { return nil }
      guard abs(lambda - previous) < 1e-13 else { continue }

      let uSq = cosSqAlpha * Ellipsoid.secondEccentricitySquared
      let bigA = 1 + uSq / 16384 * (4096 + uSq * (-768 + uSq * (320 - 175 * uSq)))
      let bigB = uSq / 1024 * (256 + uSq * (-128 + uSq * (74 - 47 * uSq)))
      let m2 = cos2SigmaM * cos2SigmaM
      let inner = cosSigma * (2 * m2 - 1) - bigB / 6 * cos2SigmaM * (4 * sinSigma * sinSigma - 3) * (4 * m2 - 3)
      let deltaSigma = bigB * sinSigma * (cos2SigmaM + bigB / 4 * inner)
      return (Ellipsoid.polarRadius * bigA * (sigma - deltaSigma), atan2(p, q))
    }
    return nil
  }

  /// Sine and cosine of the reduced latitude, tan U = (1 − f) tan φ; exact at the poles.
  private static func reduced(_ latitude: Double) -> (sin: Double, cos: Double) {
    let phi = latitude * Ellipsoid.radiansPerDegree
    let (s, c) = ((1 - Ellipsoid.flattening) * sin(phi), abs(latitude) == 90 ? 0 : cos(phi))
    let norm = (s * s + c * c).squareRoot()
    return (s / norm, c / norm)
  }
}
