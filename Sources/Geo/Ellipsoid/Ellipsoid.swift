import Glibc

/// The WGS 84 ellipsoid (NIMA TR8350.2, table 3.1) and its radii of curvature.
enum Ellipsoid {
  /// Equatorial radius *a*, metres.
  static let equatorialRadius = 6_378_137.0
  static let flattening = 1 / 298.257223563
  /// Polar radius *b*, metres.
  static let polarRadius = equatorialRadius * (1 - flattening)
  /// First eccentricity squared, e² = f(2 − f).
  static let eccentricitySquared = flattening * (2 - flattening)
  /// Second eccentricity squared, e′² = e²/(1 − e²).
  static let secondEccentricitySquared = eccentricitySquared / (1 - eccentricitySquared)
  /// The smallest radius of curvature anywhere: the meridian's at the equator, a(1 − e²), metres.
  static let smallestRadius = equatorialRadius * (1 - eccentricitySquared)

  static let radiansPerDegree = Double.pi / 180
  static let degreesPerRadian = 180 / Double.pi

  /// The two principal radii at a latitude, metres: *M* along the meridian, *N* across it (Snyder, *Map Projections – A Working
  /// Manual*, USGS Professional Paper 1395, eqs. 4-18 to 4-20).
  static func radii(sinLatitude s: Double) -> (meridian: Double, normal: Double) {
    let w = 1 - eccentricitySquared * s * s
    let normal = equatorialRadius / w.squareRoot()
    return (normal * (1 - eccentricitySquared) / w, normal)
  }

  /// How far away in degrees of a circle the meridian is that lies `away` degrees of longitude (0…180) off: sin d = cos φ · sin Δλ on
  /// the sphere, and by way of the pole once Δλ is above 90°.
  static func degreesToMeridian(latitude: Double, away: Double) -> Double {
    let across = cos(latitude * radiansPerDegree)
    return asin(max(0, min(1, away >= 90 ? across : across * sin(away * radiansPerDegree)))) * degreesPerRadian
  }

  /// The degrees of longitude that a circle of `metres` around a point at `latitude` reaches to either side, a little too many;
  /// `nil` when it reaches the pole.
  static func longitudeReach(of metres: Double, latitude: Double) -> Double? {
    let angle = 1.01 * metres / smallestRadius
    let across = cos(latitude * radiansPerDegree)
    guard angle < .pi / 2, abs(latitude) + angle * degreesPerRadian < 90, sin(angle) < across else { return nil }
    return asin(sin(angle) / across) * degreesPerRadian
  }

  /// Earth-centred coordinates of a point on the ellipsoid, metres.
  static func cartesian(latitude: Double, longitude: Double) -> SIMD3<Double> {
    let (phi, lambda) = (latitude * radiansPerDegree, longitude * radiansPerDegree)
    let s = sin(phi)
    let normal = radii(sinLatitude: s).normal
    let across = normal * cos(phi)
    return SIMD3(across * cos(lambda), across * sin(lambda), normal * (1 - eccentricitySquared) * s)
  }
}

/// Metres per degree to the east and to the north around one latitude: the tangent plane of the ellipsoid there.
struct LocalScale {
  let east: Double
  let north: Double

  init(latitude: Double) {
    let phi = latitude * Ellipsoid.radiansPerDegree
    let (meridian, normal) = Ellipsoid.radii(sinLatitude: sin(phi))
    east = normal * cos(phi) * Ellipsoid.radiansPerDegree
    north = meridian * Ellipsoid.radiansPerDegree
  }
}
