import Testing

@testable import Geo

@Suite struct PolygonOverlapTests {
  private func square(_ west: Double, _ south: Double, _ size: Double, hole: Double? = nil) throws -> Polygon {
    func ring(_ west: Double, _ south: Double, _ size: Double) -> [Coordinate] {
      [(0.0, 0.0), (1, 0), (1, 1), (0, 1), (0, 0)].map {
        Coordinate(latitude: south + size * $0.1, longitude: west + size * $0.0)
      }
    }
    let holes = hole.map { [ring(west + (size - $0) / 2, south + (size - $0) / 2, $0)] } ?? []
    return try Polygon(rings: [ring(west, south, size)] + holes)
  }

  private func told(_ polygons: [Polygon]) -> [Int] { Polygon.overlaps(in: polygons).map(\.polygon) }

  @Test func polygonsApartOrTouchingAtAPointAreFine() throws {
    #expect(told([]).isEmpty)
    #expect(try told([square(0, 0, 1)]).isEmpty)
    #expect(try told([square(0, 0, 1), square(2, 0, 1), square(0.5, 1.5, 1)]).isEmpty)
    #expect(try told([square(0, 0, 1), square(1, 1, 1)]).isEmpty)
    #expect(try told([square(0, 0, 4, hole: 2), square(1.5, 1.5, 1)]).isEmpty, "an island in a lake")
  }

  @Test func overlapContainmentAndSharedBordersAreTold() throws {
    #expect(try told([square(0, 0, 1), square(0.5, 0.5, 1)]) == [0])
    #expect(try told([square(0, 0, 4), square(1, 1, 1)]) == [1])
    #expect(try told([square(1, 1, 1), square(0, 0, 4)]) == [0])
    #expect(try told([square(0, 0, 1), square(1, 0, 1)]) == [0], "a shared border")
    #expect(try told([square(0, 0, 1), square(0, 0, 1)]) == [0], "the same twice")
    #expect(try told([square(0, 0, 4, hole: 2), square(0.2, 0.2, 0.5)]) == [1])
    #expect(try told([square(0, 0, 1), square(9, 9, 1), square(5, 5, 2), square(5.5, 5.5, 1)]) == [3])
  }

  /// Against every point of a grid: two squares overlap where one holds a point that the other holds, too.
  @Test func agreesWithPointsHeldTwice() throws {
    var random = SeededNumbers(seed: 5)
    for _ in 0..<60 {
      // Borders at different fractions, so that none is shared.
      let polygons = try (0..<Int.random(in: 2...5, using: &random)).map { number in
        try square(
          Double(Int.random(in: 0...20, using: &random)) + Double(number) * 0.13,
          Double(Int.random(in: 0...20, using: &random)) + Double(number) * 0.17,
          Double(Int.random(in: 2...9, using: &random)))
      }
      var isHeldTwice = false
      for x in stride(from: 0.05, to: 32, by: 1) {
        for y in stride(from: 0.05, to: 32, by: 1) {
          let place = Coordinate(latitude: y, longitude: x)
          isHeldTwice = isHeldTwice || polygons.count { $0.contains(place) } > 1
        }
      }
      // A sliver may fall between the points of the grid.
      #expect(!isHeldTwice || !told(polygons).isEmpty)
      if told(polygons).isEmpty { #expect(!isHeldTwice) }
    }
  }

  @Test func tenThousandIslandsAreQuick() throws {
    let islands = try (0..<10_000).map { try square(Double($0 % 100), Double($0 / 100) * 0.8, 0.5) }
    #expect(told(islands).isEmpty)
  }
}
