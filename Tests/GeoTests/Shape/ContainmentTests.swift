import Foundation
import Testing

@testable import Geo

@Suite struct ContainmentTests {
  static let edgeCases = TestData.zones("edge_cases")

  @Test(.enabled(if: TestData.exists(edgeCases), "no test data"))
  func everyEdgeCaseAnswersAsExpected() throws {
    let (features, queries) = try TestData.features(Self.edgeCases)
    let shapes = try features.map { ($0.id, try $0.shape()) }
    #expect(queries.count == 57)
    for query in queries {
      let point = Coordinate(latitude: query.lat, longitude: query.lon)
      let inside = shapes.filter { $0.1.contains(point) }.map(\.0)
      #expect(inside == query.inside, "\(query)")
    }
  }

  @Test func aPointOnASharedBorderIsInExactlyOneOfTheNeighbours() throws {
    // A slanted border whose points are not representable exactly, and its ends.
    let (top, bottom) = (Coordinate(latitude: 47.3, longitude: 8.1), Coordinate(latitude: 46.7, longitude: 8.9))
    let west = try Polygon(rings: [
      [bottom, top, Coordinate(latitude: 47.3, longitude: 7), Coordinate(latitude: 46.7, longitude: 7), bottom]
    ])
    let east = try Polygon(rings: [
      [top, bottom, Coordinate(latitude: 46.7, longitude: 10), Coordinate(latitude: 47.3, longitude: 10), top]
    ])
    var numbers = SeededNumbers(seed: 1)
    for _ in 0..<20_000 {
      let t = Double.random(in: 0..<1, using: &numbers)
      let point = Coordinate(latitude: 46.7 + t * 0.6, longitude: 8.9 - t * 0.8)
      #expect(west.contains(point) != east.contains(point))
    }
    #expect(west.contains(bottom) != east.contains(bottom))
  }

  @Test func theSouthAndWestEdgesBelongToTheAreaTheOthersDoNot() throws {
    let square = try Polygon(rings: [Rings.square(south: 0, west: 0, size: 1)])
    #expect(square.contains(Coordinate(latitude: 0, longitude: 0.5)))
    #expect(square.contains(Coordinate(latitude: 0.5, longitude: 0)))
    #expect(square.contains(Coordinate(latitude: 0, longitude: 0)))
    #expect(!square.contains(Coordinate(latitude: 1, longitude: 0.5)))
    #expect(!square.contains(Coordinate(latitude: 0.5, longitude: 1)))
  }

  @Test func theWholeEarthContainsThePolesAndBothSidesOfTheAntimeridian() throws {
    let earth = try Polygon(rings: [
      [(-90, -180), (-90, 180), (90, 180), (90, -180), (-90, -180)].map {
        Coordinate(latitude: $0.0, longitude: $0.1)
      }
    ])
    for (latitude, longitude) in [(90.0, 0.0), (-90, 0), (0, 180), (0, -180), (90, 180), (12, 34)] {
      #expect(earth.contains(Coordinate(latitude: latitude, longitude: longitude)), "\(latitude) \(longitude)")
    }
  }

  @Test func longitudesATurnApartAreTheSamePlace() throws {
    let square = try Shape.polygons([Polygon(rings: [Rings.square(south: 20, west: 170, size: 20)])])
    for longitude in [175.0, -185, 185, -175, 535, -545] {
      #expect(square.contains(Coordinate(latitude: 25, longitude: longitude)), "\(longitude)")
    }
    #expect(!square.contains(Coordinate(latitude: 25, longitude: 169)))
  }

  @Test func aCircleContainsWhatIsWithinItsRadius() throws {
    let center = Coordinate(latitude: 46.2044, longitude: 6.1432)
    let circle = try Shape.circle(center: center, radius: 250)
    let near = Coordinate(latitude: 46.2044 + 249.9 / 111_170, longitude: 6.1432)
    let far = Coordinate(latitude: 46.2044 + 250.6 / 111_170, longitude: 6.1432)
    #expect(circle.contains(center) && circle.contains(near) && !circle.contains(far))
  }

  @Test func aCircleAcrossTheAntimeridianOrAPoleHasABoxThatHoldsIt() throws {
    let strait = try Shape.circle(center: Coordinate(latitude: 65, longitude: 179.9), radius: 20_000)
    #expect(strait.contains(Coordinate(latitude: 65, longitude: -179.9)))
    let pole = try Shape.circle(center: Coordinate(latitude: 89.9, longitude: 0), radius: 50_000)
    #expect(pole.contains(Coordinate(latitude: 89.9, longitude: 180)))
  }

  @Test func noBytesOfACoordinateMakeContainmentTrap() throws {
    let square = try Shape.polygons([Polygon(rings: [Rings.square(south: 0, west: 0, size: 1)])])
    let circle = try Shape.circle(center: Coordinate(latitude: 0, longitude: 0), radius: 5)
    for value in [Double.nan, .infinity, -.infinity, 1e308, -1e308, 91] {
      for point in [Coordinate(latitude: value, longitude: 0), Coordinate(latitude: 0.5, longitude: value)] {
        #expect(!square.contains(point) || value.isFinite)
        #expect(!circle.contains(point) || value.isFinite)
        _ = square.signedDistance(point)
        _ = square.signedDistance(point, limit: 10)
        _ = circle.signedDistance(point)
      }
    }
  }
}

enum Rings {
  static func square(south: Double, west: Double, size: Double) -> [Coordinate] {
    [(south, west), (south, west + size), (south + size, west + size), (south + size, west), (south, west)].map {
      Coordinate(latitude: $0.0, longitude: $0.1)
    }
  }
}
