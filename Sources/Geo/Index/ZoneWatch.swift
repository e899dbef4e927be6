/// The zones that hold a vehicle, from place to place along its way: the same that `ZoneIndex` finds, at a fraction of the work, as only those are
/// looked at whose border the vehicle may have crossed since.
///
/// Right at any step, small or large; after a jump the zones are looked up, and the watch goes on from the next place.
public struct ZoneWatch: Sendable {
  /// The zones that hold the last place, in no particular order.
  public private(set) var inside: [Int32] = []
  private var borders = BorderWatch()
  private var last: Coordinate?
  /// Whether the borders are watched from `last`.
  private var isWatching = false

  public init() {}

  /// Takes the vehicle to a place, in the index that it was in before.
  public mutating func move(to place: Coordinate, in index: ZoneIndex) {
    let place = place.canonical
    if !isWatching {
      guard let last, Self.isNear(last, place) else { return lookUp(place, index) }
      isWatching = true
      borders.reset()
    } else if let last, !Self.isNear(last, place) {
      isWatching = false
      return lookUp(place, index)
    }
    last = place
    if borders.move(to: place, in: index) { inside.removeAll(keepingCapacity: true) }
    for zone in borders.suspects { note(Int(zone), index.contains(place, Int(zone))) }
  }

  private mutating func note(_ zone: Int, _ isInside: Bool) {
    let zone = Int32(truncatingIfNeeded: zone)
    let known = inside.firstIndex(of: zone)
    if isInside, known == nil { inside.append(zone) }
    if !isInside, let known {
      inside.swapAt(known, inside.count - 1)
      inside.removeLast()
    }
  }

  private mutating func lookUp(_ place: Coordinate, _ index: ZoneIndex) {
    last = place
    inside.removeAll(keepingCapacity: true)
    index.zones(containing: place, into: &inside)
  }

  private static func isNear(_ a: Coordinate, _ b: Coordinate) -> Bool {
    abs(a.latitude - b.latitude) <= ClearanceQueue.jump && abs(a.longitude - b.longitude) <= ClearanceQueue.jump
  }
}

extension Shape {
  /// How far one may go at least before the border is crossed.
  enum Clearance {
    /// Degrees of a queue's plane.
    case plane(Double)
    case metres(Double)
  }

  /// How clear of the shape's border a place (of canonical longitude) is.
  func clearance(at place: Coordinate, _ search: PlaneSearch) -> Clearance {
    guard case .polygons(let polygons) = geometry else {
      // Less twice what the distance may be wrong by, here and where it is asked for next.
      return .metres(max(0, abs(signedDistance(place)) * 0.98 - 0.03))
    }
    var search = search
    Self.search(polygons, &search)
    if boundingBox.west <= -180 || boundingBox.east >= 180 {
      // What is written beyond the antimeridian, and the same a turn away.
      for turn in [-360.0, 360] {
        var turned = PlaneSearch(x: search.x + turn, y: search.y, shortening: search.shortening, bound: search.bound)
        Self.search(polygons, &turned)
        search = PlaneSearch(x: search.x, y: search.y, shortening: search.shortening, bound: turned.bound)
      }
    }
    return .plane(search.bound.squareRoot())
  }

  private static func search(_ polygons: [Polygon], _ search: inout PlaneSearch) {
    for polygon in polygons {
      let box = polygon.boundingBox
      guard search.least(west: box.west, south: box.south, east: box.east, north: box.north) <= search.bound else {
        continue
      }
      for ring in 0..<polygon.packed.ringCount { polygon.packed.withRing(ring) { $0.search(&search) } }
    }
  }
}
