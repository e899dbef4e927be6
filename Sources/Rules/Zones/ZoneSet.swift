import Geo

/// Zones that an expression or a trigger means together.
final class ZoneSet: Sendable {
  /// Ascending.
  let zones: [Int]
  /// One bit for each zone of the rule set; none for a set so small that it is gone through.
  private let bits: [UInt64]
  /// Its number among the large sets of a rule set; `nil` for a small one.
  let number: Int?
  /// For the nearest of them; empty for a small set, and where nobody asks for distances.
  private let tree: NearestZones?

  /// Up to so many are gone through one by one.
  static let few = 8

  /// - Parameters:
  ///   - zones: Ascending.
  ///   - plan: Of the rule set that they are of.
  ///   - number: The next for a large set.
  ///   - isMeasured: Whether distances to them are asked for.
  init(_ zones: [Int], in plan: ZonePlan, number: Int = 0, isMeasured: Bool = false) {
    self.zones = zones
    guard zones.count > Self.few else {
      (bits, self.number, tree) = ([], nil, nil)
      return
    }
    var bits = [UInt64](repeating: 0, count: (plan.zones.count + 63) / 64)
    for zone in zones { bits[zone >> 6] |= 1 << UInt64(zone & 63) }
    self.bits = bits
    self.number = number
    tree = isMeasured ? NearestZones(zones.map { plan.zones[$0].shape }) : nil
  }

  var isLarge: Bool { number != nil }

  @inline(__always)
  func contains(_ zone: Int) -> Bool {
    bits.isEmpty ? zones.contains(zone) : bits[zone >> 6] & (1 << UInt64(zone & 63)) != 0
  }

  /// Metres to the nearest border of them, negative inside: the least of all; `nil` where there are none.
  func distance(from place: Coordinate, in plan: ZonePlan) -> Double? {
    if let tree { return tree.distance(from: place) }
    return zones.lazy.map { -plan.zones[$0].shape.signedDistance(place) }.min()
  }
}
