import Glibc

/// What a degree is long at a latitude, and how much parallels bend there.
struct LatitudeScale: Hashable, Sendable {
  /// Metres a degree of longitude, of latitude.
  let east: Double
  let north: Double
  /// tan |φ|.
  let tangent: Double

  @inline(__always)
  init(at latitude: Double) {
    let phi = latitude * Ellipsoid.radiansPerDegree
    let (s, c) = (sin(phi), cos(phi))
    let (meridian, normal) = Ellipsoid.radii(sinLatitude: s)
    east = normal * c * Ellipsoid.radiansPerDegree
    north = meridian * Ellipsoid.radiansPerDegree
    tangent = abs(s) / c
  }

  /// The same for a plane to reckon in, whose scale may be any, but not nothing as at a pole.
  init(anchoredAt latitude: Double) { self.init(at: min(89.9, abs(latitude))) }
}
