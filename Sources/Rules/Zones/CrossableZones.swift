import Geo

/// Zones that rules want to know of when the vehicle drove through between two fixes.
struct CrossableZones: Sendable {
  private let zones: [Int]
  private let boxes: BoxIndex

  /// - Parameter zones: Ascending.
  init(_ zones: [Int], of plan: ZonePlan) {
    self.zones = zones
    boxes = BoxIndex(zones.map { plan.zones[$0].shape.boundingBox.expanded(by: plan.zones[$0].band.reach) })
  }

  /// Those that the straight way from one place to the other may come near; ascending.
  func zones(near a: Coordinate, _ b: Coordinate) -> [Int] {
    // Across the antimeridian the box is the whole circle of longitude.
    let isAcross = abs(b.longitude - a.longitude) > 180
    var found: [Int32] = []
    boxes.boxes(
      meeting: BoundingBox(
        south: min(a.latitude, b.latitude), west: isAcross ? -180 : min(a.longitude, b.longitude),
        north: max(a.latitude, b.latitude), east: isAcross ? 180 : max(a.longitude, b.longitude)), into: &found)
    return found.sorted().map { zones[Int($0)] }
  }
}
