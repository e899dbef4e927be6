import Testing

@testable import Geo

@Suite struct CorridorTests {
  private let origin = Coordinate(latitude: 46.2, longitude: 6.1)

  /// A place so many metres east and north of the origin, good to a millimetre within a kilometre.
  private func place(_ east: Double, _ north: Double) -> Coordinate {
    let scale = LocalScale(latitude: origin.latitude + north / 2 / 111_000)
    return Coordinate(
      latitude: origin.latitude + north / scale.north, longitude: origin.longitude + east / scale.east)
  }

  @Test func everythingWithinHalfTheWidthOfTheLineIsInside() throws {
    let road = try Shape.corridor(lines: [[place(0, 0), place(1000, 0), place(1000, 500)]], width: 30)
    for (east, north) in [(500.0, 0.0), (500, 14.9), (500, -14.9), (985.1, 300), (1014.9, 300), (0, 14.9)] {
      #expect(road.contains(place(east, north)), "\(east) \(north)")
    }
    for (east, north) in [(500.0, 15.1), (500, -15.1), (984.9, 300), (1015.1, 300)] {
      #expect(!road.contains(place(east, north)), "\(east) \(north)")
    }
  }

  @Test func endsAndJoinsAreRound() throws {
    let road = try Shape.corridor(lines: [[place(0, 0), place(1000, 0), place(1000, 500)]], width: 30)
    let half = 15 * 0.5.squareRoot()
    for (part, isInside) in [(0.99, true), (1.01, false)] {
      #expect(road.contains(place(-half * part, half * part)) == isInside)
      #expect(road.contains(place(1000 + half * part, -half * part)) == isInside)
      #expect(road.contains(place(1000 + half * part, 500 + half * part)) == isInside)
    }
  }

  @Test func depthIsHalfTheWidthLessTheDistanceToTheLineAndItsSignAgreesWithContainment() throws {
    let road = try Shape.corridor(lines: [[place(0, 0), place(1000, 0)]], width: 30)
    #expect(road.characteristicRadius == 15)
    #expect(abs(road.signedDistance(place(500, 0)) - 15) < 0.01)
    #expect(abs(road.signedDistance(place(500, 5)) - 10) < 0.01)
    #expect(abs(road.signedDistance(place(500, 40)) + 25) < 0.01)
    #expect(abs(road.signedDistance(place(-300, 400)) + 485) < 0.1)
    var numbers = SeededNumbers(seed: 3)
    for _ in 0..<5000 {
      let point = place(.random(in: -100...1100, using: &numbers), .random(in: -60...60, using: &numbers))
      let exact = road.signedDistance(point)
      #expect((exact >= 0) == road.contains(point))
      let limited = road.signedDistance(point, limit: 20)
      if abs(exact) < 20 { #expect(abs(limited - exact) < 1e-6) } else { #expect(limited <= -20) }
    }
  }

  @Test func severalLinesAreOneCorridor() throws {
    let roads = try Shape.corridor(lines: [[place(0, 0), place(100, 0)], [place(500, 0), place(600, 0)]], width: 20)
    #expect(roads.contains(place(50, 5)) && roads.contains(place(550, -5)) && !roads.contains(place(300, 0)))
  }

  @Test func aLineAcrossTheAntimeridianTakesTheShortWay() throws {
    for line in [[(60.0, 179.9), (60.0, -179.9)], [(60.0, -179.9), (60.0, 179.9)], [(60.0, 179.9), (60.0, 180.1)]] {
      let lane = try Shape.corridor(
        lines: [line.map { Coordinate(latitude: $0.0, longitude: $0.1) }], width: 1000)
      for longitude in [179.9, 179.99, 180, -180, -179.99, -179.9] {
        #expect(lane.contains(Coordinate(latitude: 60.004, longitude: longitude)), "\(line) \(longitude)")
        #expect(!lane.contains(Coordinate(latitude: 60.005, longitude: longitude)), "\(line) \(longitude)")
      }
      #expect(!lane.contains(Coordinate(latitude: 60, longitude: 0)))
    }
  }

  @Test func aCorridorNearThePoleIsMeasuredThere() throws {
    let lane = try Shape.corridor(
      lines: [[Coordinate(latitude: 89.9, longitude: 0), Coordinate(latitude: 89.9, longitude: 170)]], width: 30_000)
    #expect(lane.contains(Coordinate(latitude: 90, longitude: 0)))
    #expect(!lane.contains(Coordinate(latitude: 89, longitude: 90)))
  }

  @Test func whatMakesNoCorridorIsRefusedWithItsPlace() throws {
    func issue(_ lines: [[Coordinate]], _ width: Double) -> GeometryIssue? {
      do {
        _ = try Shape.corridor(lines: lines, width: width)
        return nil
      } catch { return error.issue }
    }
    let line = [place(0, 0), place(10, 0)]
    #expect(issue([], 30) == GeometryIssue(.empty))
    #expect(issue([line, []], 30) == GeometryIssue(.empty, ring: 1))
    #expect(issue([line, [line[0], line[0]]], 30) == GeometryIssue(.lineTooShort, ring: 1))
    #expect(
      issue([[line[0], Coordinate(latitude: .nan, longitude: 0)]], 30) == GeometryIssue(.notFinite, ring: 0, point: 1))
    for width in [0, -1, .nan, .infinity, 2_000_000] { #expect(issue([line], width) == GeometryIssue(.badWidth)) }
  }
}
