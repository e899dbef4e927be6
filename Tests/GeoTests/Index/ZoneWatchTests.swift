import Testing

@testable import Geo

/// A watch and an index find exactly what asking every shape finds.
@Suite struct ZoneWatchTests {
  /// Zones of every kind within some kilometres of a place.
  static func zones(_ count: Int, around center: Coordinate, _ numbers: inout SeededNumbers) throws -> [Shape] {
    let scale = LocalScale(latitude: center.latitude)
    func place(within metres: Double) -> Coordinate {
      let longitude = center.longitude + .random(in: -metres...metres, using: &numbers) / max(scale.east, 1000)
      return Coordinate(
        latitude: max(-90, min(90, center.latitude + .random(in: -metres...metres, using: &numbers) / scale.north)),
        longitude: longitude > 180 ? longitude - 360 : longitude < -180 ? longitude + 360 : longitude)
    }
    return try (0..<count).map { number in
      let middle = place(within: 6000)
      let size = Double.random(in: 20...900, using: &numbers)
      // At the pole only what needs no longitudes.
      switch center.latitude > 89 ? number % 2 : number % 4 {
      case 0: return try .circle(center: middle, radius: size)
      case 1:
        let line = (0..<5).map { _ in place(within: 3000) }
        return try .corridor(lines: [line], width: size / 5)
      case 2:
        return try SignedDistanceTests.star(middle, size: size, points: 60, &numbers)
      default:
        var polygons: [Polygon] = []
        for _ in 0..<3 {
          let piece = try SignedDistanceTests.star(place(within: 4000), size: size, points: 9, &numbers)
          if case .polygons(let more) = piece.geometry { polygons += more }
        }
        return try .polygons(polygons)
      }
    }
  }

  static func found(_ zones: [Int32]) -> [Int] { zones.map { Int($0) }.sorted() }

  static func expected(_ shapes: [Shape], _ place: Coordinate) -> [Int] {
    shapes.indices.filter { shapes[$0].contains(place) }
  }

  @Test(arguments: [
    Coordinate(latitude: 46.2, longitude: 6.1), Coordinate(latitude: -17, longitude: 179.99),
    Coordinate(latitude: 84.6, longitude: -60), Coordinate(latitude: 89.97, longitude: 20),
  ])
  func everyStepOfADriveGivesTheZonesThatHoldIt(center: Coordinate) throws {
    var numbers = SeededNumbers(seed: UInt64(abs(center.latitude)))
    let shapes = try Self.zones(120, around: center, &numbers)
    let index = ZoneIndex(shapes)
    var watch = ZoneWatch()
    let scale = LocalScale(latitude: center.latitude)
    var (latitude, longitude) = (center.latitude, center.longitude)
    var hits = 0
    for step in 0..<1500 {
      // Driving, parked with jitter, the same place again, and now and then a jump.
      let metres =
        step % 400 == 399 ? 8000.0 : step % 300 > 250 ? 4 : step % 17 == 0 ? 0 : .random(in: 0...60, using: &numbers)
      latitude += .random(in: -metres...metres, using: &numbers) / scale.north
      longitude += .random(in: -metres...metres, using: &numbers) / max(scale.east, 1000)
      if abs(latitude - center.latitude) * scale.north > 6000 { latitude = center.latitude }
      if abs(longitude - center.longitude) * scale.east > 6000 { longitude = center.longitude }
      let place = Coordinate(
        latitude: max(-90, min(90, latitude)),
        longitude: longitude > 180 ? longitude - 360 : longitude < -180 ? longitude + 360 : longitude)
      watch.move(to: place, in: index)
      let expected = Self.expected(shapes, place)
      hits += expected.count
      guard Self.found(watch.inside) == expected else {
        Issue.record("step \(step) at \(place): \(Self.found(watch.inside)), not \(expected)")
        return
      }
    }
    #expect(hits > 100)
  }

  @Test func placesThatHaveNothingToDoWithOneAnotherAreLookedUp() throws {
    var numbers = SeededNumbers(seed: 5)
    let shapes =
      try Self.zones(200, around: Coordinate(latitude: 46.2, longitude: 6.1), &numbers)
      + Self.zones(200, around: Coordinate(latitude: -17, longitude: 179.99), &numbers)
    let index = ZoneIndex(shapes)
    var found: [Int32] = []
    for number in 0..<2000 {
      let place = Coordinate(
        latitude: (number % 2 == 0 ? 46.2 : -17) + .random(in: -0.06...0.06, using: &numbers),
        longitude: (number % 2 == 0 ? 6.1 : number % 4 == 1 ? -179.98 : 179.96)
          + .random(in: -0.02...0.02, using: &numbers))
      found.removeAll()
      index.zones(containing: place, into: &found)
      #expect(Self.found(found) == Self.expected(shapes, place), "\(place)")
    }
  }

  @Test(.enabled(if: TestData.exists(ContainmentTests.edgeCases), "no test data"))
  func everyEdgeCaseIsFoundByTheIndex() throws {
    let (features, queries) = try TestData.features(ContainmentTests.edgeCases)
    let index = ZoneIndex(try features.map { try $0.shape() })
    for query in queries {
      var found: [Int32] = []
      index.zones(containing: Coordinate(latitude: query.lat, longitude: query.lon), into: &found)
      #expect(Self.found(found).map { features[$0].id } == query.inside, "\(query)")
    }
  }

  @Test func noZonesAndOneZoneAreIndexesToo() throws {
    var watch = ZoneWatch()
    let none = ZoneIndex([])
    for step in 0..<5 { watch.move(to: Coordinate(latitude: 46, longitude: 6 + Double(step) * 1e-4), in: none) }
    #expect(watch.inside.isEmpty)
    let circle = try Shape.circle(center: Coordinate(latitude: 46, longitude: 6), radius: 20)
    var other = ZoneWatch()
    let one = ZoneIndex([circle])
    for step in 0..<50 {
      let place = Coordinate(latitude: 46, longitude: 5.999 + Double(step) * 4e-5)
      other.move(to: place, in: one)
      #expect(other.inside.isEmpty != circle.contains(place))
    }
  }
}
