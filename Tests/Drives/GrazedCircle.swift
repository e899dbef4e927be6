import Foundation
public import Geo

/// A circle that a drive's route leads through, or whose border it grazes.
public struct GrazedCircle: Sendable {
  public let center: Coordinate
  /// Metres.
  public let radius: Double

  public init(center: Coordinate, radius: Double) {
    self.center = center
    self.radius = radius
  }

  /// Metres inside the border, negative outside; far away −∞, since the exact figure matters near the border only.
  ///
  /// Reckoned in the plane that touches the ellipsoid, which is right to a millimetre over such distances.
  public func depth(of place: Coordinate) -> Double {
    guard abs(place.latitude - center.latitude) < 0.01, abs(place.longitude - center.longitude) < 0.02 else {
      return -.infinity
    }
    return radius - Geodesic.localDistance(center, place)
  }

  /// 25 to 200 m of radius, their borders from just beyond the route to well across it.
  public static func along(
    _ route: [RecordedDrive.Point], count: Int, using random: inout some RandomNumberGenerator
  ) -> [GrazedCircle] {
    (0..<count).map { _ in
      let place = route[Int.random(in: route.indices, using: &random)].place
      let radius = Double.random(in: 25...200, using: &random)
      let away = radius * .random(in: 0...1.1, using: &random)
      let angle = Double.random(in: 0..<(2 * .pi), using: &random)
      return GrazedCircle(center: place.moved(east: away * cos(angle), north: away * sin(angle)), radius: radius)
    }
  }

  /// When the route was inside, and how deep.
  public func stays(of route: [RecordedDrive.Point]) -> [Stay] {
    var stays: [Stay] = []
    var wasInside = false
    for point in route {
      let depth = depth(of: point.place)
      if depth > 0 {
        if wasInside {
          stays[stays.count - 1].to = point.time
          stays[stays.count - 1].depth = max(stays[stays.count - 1].depth, depth)
        } else {
          stays.append(Stay(from: point.time, to: point.time, depth: depth))
        }
      }
      wasInside = depth > 0
    }
    return stays
  }
}

extension Coordinate {
  /// A place so many metres from here, to a thousandth of the way.
  public func moved(east: Double, north: Double) -> Coordinate {
    Coordinate(
      latitude: latitude + north / 110_990, longitude: longitude + east / (111_320 * cos(latitude * .pi / 180)))
  }
}
