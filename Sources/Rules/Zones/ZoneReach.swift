import Geo

/// A box beyond which a fix is surely outside a zone: the bounding box grown by more than the exit margin.
struct ZoneReach: Sendable {
  let south: Double
  let north: Double
  /// Longitudes by their middle and half width, so that a box over the antimeridian needs no special case.
  let middle: Double
  let halfWidth: Double

  init(_ zone: Zone) {
    let box = zone.shape.boundingBox.expanded(by: zone.band.reach)
    south = box.south
    north = box.north
    middle = (box.west + box.east) / 2
    halfWidth = (box.east - box.west) / 2
  }

  /// Whether the box, grown by `degrees` on all sides, holds the place.
  func holds(_ place: Coordinate, within degrees: Double) -> Bool {
    place.latitude >= south - degrees && place.latitude <= north + degrees
      && abs(ZoneReach.wrapped(place.longitude - middle)) <= halfWidth + degrees
  }

  /// A difference of longitudes or courses as −180…180.
  static func wrapped(_ degrees: Double) -> Double {
    guard abs(degrees) > 180 else { return degrees }
    let rest = degrees.truncatingRemainder(dividingBy: 360)
    return rest > 180 ? rest - 360 : rest < -180 ? rest + 360 : rest
  }
}
