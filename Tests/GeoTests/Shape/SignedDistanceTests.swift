import Testing

@testable import Geo

@Suite struct SignedDistanceTests {
  /// The least geodesic distance to places along the border, closer and closer together: slow, and right.
  static func slowDistance(_ point: Coordinate, _ shape: Shape) -> Double {
    guard case .polygons(let polygons) = shape.geometry else { return .nan }
    var best = Double.infinity
    shape.border?.forEachEdge(polygons) { a, b in
      func place(_ t: Double) -> Double {
        Geodesic.distance(
          point,
          Coordinate(
            latitude: a.latitude + t * (b.latitude - a.latitude),
            longitude: a.longitude + t * (b.longitude - a.longitude)))
      }
      var (low, high) = (0.0, 1.0)
      for _ in 0..<9 {
        let ts = (0...16).map { low + (high - low) * Double($0) / 16 }
        let distances = ts.map(place)
        let least = distances.indices.min { distances[$0] < distances[$1] } ?? 0
        best = min(best, distances[least])
        (low, high) = (ts[max(0, least - 1)], ts[min(16, least + 1)])
      }
    }
    return best
  }

  static func star(_ center: Coordinate, size: Double, points: Int, _ numbers: inout SeededNumbers) throws -> Shape {
    var ring: [Coordinate] = []
    let scale = LocalScale(latitude: center.latitude)
    for index in 0..<points {
      let reach = size * .random(in: 0.2...1, using: &numbers)
      let angle = 360 * Double(index) / Double(points)
      ring.append(
        Coordinate(
          latitude: center.latitude + reach * .sin(degrees: angle) / scale.north,
          longitude: center.longitude + reach * .cos(degrees: angle) / scale.east))
    }
    return try .polygons([Polygon(rings: [ring + [ring[0]]])])
  }

  @Test(arguments: [100.0, 3_000, 50_000, 400_000])
  func itIsTheGeodesicDistanceToTheNearestPlaceOfTheBorder(size: Double) throws {
    var numbers = SeededNumbers(seed: UInt64(size))
    for _ in 0..<40 {
      let center = Coordinate(
        latitude: .random(in: -78...78, using: &numbers), longitude: .random(in: -180...180, using: &numbers))
      let shape = try Self.star(center, size: size, points: 24, &numbers)
      let scale = LocalScale(latitude: center.latitude)
      for _ in 0..<10 {
        let point = Coordinate(
          latitude: center.latitude + .random(in: -2...2, using: &numbers) * size / scale.north,
          longitude: center.longitude + .random(in: -2...2, using: &numbers) * size / scale.east)
        let exact = Self.slowDistance(point, shape)
        let found = shape.signedDistance(point)
        let bound = exact < 50_000 ? 0.01 + 1e-4 * exact : 0.005 * exact
        #expect(abs(abs(found) - exact) <= bound, "\(center) \(point): \(found), exactly \(exact)")
        #expect((found > 0) == shape.contains(point))
      }
    }
  }

  @Test func farAwayItStillIsAndAtThePolesToo() throws {
    var numbers = SeededNumbers(seed: 7)
    let shapes = try [
      Self.star(Coordinate(latitude: 47, longitude: 8), size: 100_000, points: 12, &numbers),
      Self.star(Coordinate(latitude: -20, longitude: 179.9), size: 10_000, points: 12, &numbers),
      Shape.polygons([Polygon(rings: [Rings.square(south: 80, west: 0, size: 9)])]),
    ]
    for shape in shapes {
      for _ in 0..<60 {
        let point = Coordinate(
          latitude: .random(in: -90...90, using: &numbers), longitude: .random(in: -180...180, using: &numbers))
        let exact = Self.slowDistance(point, shape)
        #expect(abs(abs(shape.signedDistance(point)) - exact) <= 0.005 * exact + 0.01, "\(point)")
      }
    }
  }

  @Test func aHolesBorderCounts() throws {
    let hole = try Polygon(rings: [
      Rings.square(south: 0, west: 0, size: 1), Rings.square(south: 0.4, west: 0.4, size: 0.2),
    ])
    let shape = try Shape.polygons([hole])
    let inHole = shape.signedDistance(Coordinate(latitude: 0.5, longitude: 0.41))
    #expect(inHole < -1100 && inHole > -1120)
    let beside = shape.signedDistance(Coordinate(latitude: 0.5, longitude: 0.39))
    #expect(beside > 1100 && beside < 1120)
  }

  @Test func aSplitAtTheAntimeridianIsNoBorder() throws {
    let split = try Shape.polygons([
      Polygon(rings: [Rings.square(south: 40, west: 170, size: 10)]),
      Polygon(rings: [Rings.square(south: 40, west: -180, size: 10)]),
    ])
    let whole = try Shape.polygons([
      Polygon(rings: [
        [(40, 170), (40, 190), (50, 190), (50, 170), (40, 170)].map { Coordinate(latitude: $0.0, longitude: $0.1) }
      ])
    ])
    for (latitude, longitude) in [(45.0, 179.999), (45, -179.999), (41, 180), (49.5, -179), (45, 171), (39.99, 180)] {
      let point = Coordinate(latitude: latitude, longitude: longitude)
      let (a, b) = (split.signedDistance(point), whole.signedDistance(point))
      #expect(abs(a - b) < 0.01 + 1e-3 * abs(b), "\(point): \(a) \(b)")
    }
    #expect(abs(split.perimeter - whole.perimeter) < 1)
    #expect(abs(split.area / whole.area - 1) < 1e-9)
  }

  @Test func anAreaThatEndsAtTheAntimeridianHasABorderThere() throws {
    let end = try Shape.polygons([Polygon(rings: [Rings.square(south: 40, west: 170, size: 10)])])
    let point = Coordinate(latitude: 45, longitude: 179.99)
    let exact = Geodesic.distance(point, Coordinate(latitude: 45, longitude: 180))
    #expect(abs(end.signedDistance(point) - exact) < 0.01)
    #expect(abs(end.signedDistance(Coordinate(latitude: 45, longitude: -179.99)) + exact) < 0.01)
  }

  @Test func withALimitOnlyWhatIsNearIsExact() throws {
    let square = try Shape.polygons([Polygon(rings: [Rings.square(south: 46, west: 6, size: 0.1)])])
    var numbers = SeededNumbers(seed: 9)
    for _ in 0..<2_000 {
      let point = Coordinate(
        latitude: .random(in: 45.8...46.3, using: &numbers), longitude: .random(in: 5.8...6.3, using: &numbers))
      let exact = square.signedDistance(point)
      let limited = square.signedDistance(point, limit: 300)
      if abs(exact) < 300 {
        #expect(limited == exact)
      } else {
        #expect(abs(limited) >= 300 && (limited > 0) == (exact > 0))
      }
    }
  }

  @Test func theCharacteristicRadiusIsTheRadiusOfACircleAndTheWidthOfARoad() throws {
    let circle = try Shape.circle(center: Coordinate(latitude: 46, longitude: 6), radius: 250)
    #expect(circle.characteristicRadius == 250)
    // 22 m by 11 km.
    let road = try Shape.polygons([
      Polygon(rings: [
        [(0, 0), (0, 0.1), (0.0002, 0.1), (0.0002, 0), (0, 0)].map { Coordinate(latitude: $0.0, longitude: $0.1) }
      ])
    ])
    #expect(abs(road.characteristicRadius - 22.07) < 0.05)
  }

  @Test func areaAndPerimeterAreThoseOfTheEllipsoid() throws {
    // GeographicLib: 3,772.1547 m and 860,937.979 m² with geodesics for edges; so small, that is a millionth off at most.
    let square = try Shape.polygons([Polygon(rings: [Rings.square(south: 46, west: 6, size: 0.01)])])
    #expect(abs(square.area / 860_937.979 - 1) < 2e-6)
    #expect(abs(square.perimeter / 3772.1547 - 1) < 1e-6)
    let earth = try Shape.polygons([
      Polygon(rings: [
        [(-90, -180), (-90, 180), (90, 180), (90, -180), (-90, -180)].map {
          Coordinate(latitude: $0.0, longitude: $0.1)
        }
      ])
    ])
    #expect(abs(earth.area / 510_065_621_724_088 - 1) < 1e-6)
    #expect(earth.perimeter == 0)
  }
}
