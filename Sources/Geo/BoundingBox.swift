/// The smallest rectangle in longitude and latitude around a shape; its sides belong to it.
public struct BoundingBox: Hashable, Sendable {
  /// Degrees.
  public var south: Double
  public var north: Double
  /// Degrees; `west` ≤ `east`, and either may lie beyond ±180 where the shape lies across the antimeridian.
  public var west: Double
  public var east: Double

  public init(south: Double, west: Double, north: Double, east: Double) {
    self.south = south
    self.west = west
    self.north = north
    self.east = east
  }

  /// Around all the points; `nil` for none.
  public init?(_ points: some Sequence<Coordinate>) {
    var box: BoundingBox?
    for point in points {
      let one = BoundingBox(
        south: point.latitude, west: point.longitude, north: point.latitude, east: point.longitude)
      box = box?.union(one) ?? one
    }
    guard let box else { return nil }
    self = box
  }

  /// True when the point, or the same point a whole turn away, lies in the box or on its side.
  public func contains(_ point: Coordinate) -> Bool {
    guard point.latitude >= south, point.latitude <= north else { return false }
    return firstLongitude(of: point) != nil
  }

  public func union(_ other: BoundingBox) -> BoundingBox {
    BoundingBox(
      south: min(south, other.south), west: min(west, other.west), north: max(north, other.north),
      east: max(east, other.east))
  }

  /// The box grown by `metres` on every side. It is the whole circle of longitude where a pole comes in reach.
  public func expanded(by metres: Double) -> BoundingBox {
    // 0.5 % above what the smallest radius of curvature gives, so that the box is never too small.
    let angle = 1.005 * metres / Ellipsoid.smallestRadius * Ellipsoid.degreesPerRadian
    let south = max(-90, south - angle)
    let north = min(90, north + angle)
    let widening = Ellipsoid.longitudeReach(of: metres, latitude: max(abs(self.south), abs(self.north)))
    guard let widening, east - west + 2 * widening < 360 else {
      return BoundingBox(south: south, west: -180, north: north, east: 180)
    }
    return BoundingBox(south: south, west: west - widening, north: north, east: east + widening)
  }

  /// The smallest longitude ≥ `west` at which the point, turned by whole circles, lies in the box.
  func firstLongitude(of point: Coordinate) -> Double? {
    let longitude = point.longitude
    if longitude >= west, longitude <= east, longitude - 360 < west { return longitude }
    let turned = longitude + 360 * ((west - longitude) / 360).rounded(.up)
    return turned <= east ? turned : nil
  }

  /// Metres that a point is away from the box at least; 0 inside. A lower bound, 1 % short at most of what a sphere would give.
  func leastDistance(to point: Coordinate) -> Double {
    if contains(point) { return 0 }
    let scale = 0.99 * Ellipsoid.smallestRadius * Ellipsoid.radiansPerDegree
    let meridional = max(south - point.latitude, point.latitude - north, 0) * scale
    guard firstLongitude(of: point) == nil else { return meridional }
    func turn(_ difference: Double) -> Double {
      let reduced = difference.truncatingRemainder(dividingBy: 360)
      return reduced < 0 ? reduced + 360 : reduced
    }
    let away = min(turn(west - point.longitude), turn(point.longitude - east))
    let zonal = Ellipsoid.degreesToMeridian(latitude: point.latitude, away: away) * scale
    return max(meridional, zonal)
  }
}
