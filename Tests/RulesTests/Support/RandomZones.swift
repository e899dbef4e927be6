import Chance
import Foundation
import Geo
import Model

@testable import Rules

/// Zones of every kind, size and band within some kilometres of a place, from a seed.
struct RandomZones {
  let center: Coordinate
  private let north: Double
  private let east: Double
  private var count = 0
  private let bands: [ZoneBand]

  init(around center: Coordinate, _ chance: inout Chance) {
    self.center = center
    north = 111_000
    east = max(1000, 111_000 * cos(center.latitude * .pi / 180))
    // A few, so that many zones share each.
    bands =
      [ZoneBand(), ZoneBand()]
      + (0..<2).map { _ in
        ZoneBand(
          enterMargin: chance.once(in: 2) ? chance.fraction(0...40) : nil,
          exitMargin: chance.once(in: 2) ? chance.fraction(0...80) : nil,
          maxSpeed: chance.once(in: 2) ? ZoneBand.standardMaxSpeed : chance.fraction(5...200),
          lostAfter: chance.once(in: 2) ? .seconds(30) : .seconds(Double(chance.number(2...300))),
          raisesInitial: chance.once(in: 2))
      }
  }

  /// A place so many metres away.
  func place(east metresEast: Double, north metresNorth: Double) -> Coordinate {
    let longitude = center.longitude + metresEast / east
    return Coordinate(
      latitude: max(-90, min(90, center.latitude + metresNorth / north)),
      longitude: longitude > 180 ? longitude - 360 : longitude < -180 ? longitude + 360 : longitude)
  }

  /// One more; `id` for another geometry of a zone that there is.
  mutating func zone(id: String? = nil, _ chance: inout Chance) throws -> Zone {
    count += 1
    let spread = chance.once(in: 3) ? 400.0 : 5000
    let (x, y) = (chance.fraction(-spread...spread), chance.fraction(-spread...spread))
    // Some so small that a fix says nothing, some larger than a minute's drive.
    let size = exp(chance.fraction(log(4)...log(1500)))
    let shape: Shape
    switch abs(center.latitude) > 89 ? 0 : chance.number(0...3) {
    case 0: shape = try .circle(center: place(east: x, north: y), radius: size)
    case 1:
      let line = (0..<4).map { _ in
        place(east: x + chance.fraction(-2...2) * size, north: y + chance.fraction(-2...2) * size)
      }
      shape = try .corridor(lines: [line], width: max(2, size / 5))
    default:
      let corners = chance.number(4...40)
      shape = try .polygons(
        (0..<(chance.once(in: 8) ? 2 : 1)).map { piece in
          let ring = (0..<corners).map { corner in
            let angle = 2 * Double.pi * Double(corner) / Double(corners)
            let reach = size * chance.fraction(0.6...1)
            return place(
              east: x + Double(piece) * 3 * size + reach * cos(angle), north: y + reach * sin(angle))
          }
          return try Polygon(rings: [ring + [ring[0]]])
        })
    }
    let tags = ["most", "some"].filter { $0 == "most" ? !chance.once(in: 10) : chance.once(in: 4) }
    return Zone(id: id ?? "z\(count)", tags: tags, shape: shape, band: chance.pick(bands))
  }

  /// The same zone as it is, or with another band.
  func again(_ zone: Zone, _ chance: inout Chance) -> Zone {
    Zone(id: zone.id, name: zone.name, tags: zone.tags, shape: zone.shape, band: chance.pick(bands))
  }
}
