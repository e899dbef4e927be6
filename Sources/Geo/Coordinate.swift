/// A point on the WGS 84 ellipsoid, in degrees.
///
/// The order here is latitude, longitude, as people say it; GeoJSON and CEL's literals have longitude first.
public struct Coordinate: Hashable, Sendable {
  /// Degrees north, −90…90.
  public var latitude: Double
  /// Degrees east. Fixes have −180…180; the points of a polygon that is written across the antimeridian may go to ±360.
  public var longitude: Double

  public init(latitude: Double, longitude: Double) {
    self.latitude = latitude
    self.longitude = longitude
  }

  /// True when both are finite, the latitude is within ±90 and the longitude within ±360.
  public var isValid: Bool { abs(latitude) <= 90 && abs(longitude) <= 360 }

  /// The same point with its longitude in −180..<180.
  var canonical: Coordinate {
    if longitude >= -180, longitude < 180 { return self }
    // Exact in this range: both differences are multiples of the operand's last place.
    if longitude >= 180, longitude < 540 { return Coordinate(latitude: latitude, longitude: longitude - 360) }
    let turns = (longitude / 360).rounded()
    var reduced = longitude - 360 * turns
    if reduced >= 180 { reduced -= 360 }
    return Coordinate(latitude: latitude, longitude: reduced)
  }
}
