import Testing

@testable import Geo

@Suite struct GeometryIssueTests {
  static func ring(_ points: [(Double, Double)]) -> [Coordinate] {
    points.map { Coordinate(latitude: $0.1, longitude: $0.0) }
  }
  static let outer = ring([(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)])

  static let faults: [(String, [[Coordinate]], GeometryIssue)] = [
    ("no rings", [], GeometryIssue(.empty)),
    ("no points", [outer, []], GeometryIssue(.empty, ring: 1)),
    ("open", [ring([(0, 0), (10, 0), (10, 10), (0, 10)])], GeometryIssue(.openRing, point: 3)),
    ("two points", [outer, ring([(1, 1), (2, 2)])], GeometryIssue(.tooFewPoints, ring: 1)),
    ("there and back", [ring([(0, 0), (1, 1), (0, 0)])], GeometryIssue(.tooFewPoints)),
    ("one point, four times", [ring([(0, 0), (0, 0), (0, 0), (0, 0)])], GeometryIssue(.tooFewPoints)),
    ("on a line", [ring([(0, 0), (1, 1), (3, 3), (0, 0)])], GeometryIssue(.noArea)),
    (
      "not a number", [outer, ring([(1, 1), (2, .nan), (2, 2), (1, 1)])], GeometryIssue(.notFinite, ring: 1, point: 1)
    ),
    (
      "swapped: San Francisco", [ring([(37.7, -122.4), (37.8, -122.4), (37.8, -122.3), (37.7, -122.4)])],
      GeometryIssue(.swappedAxes)
    ),
    ("beyond", [ring([(0, 0), (500, 0), (10, 10), (0, 0)])], GeometryIssue(.outOfRange, point: 1)),
    (
      "metres, not degrees", [ring([(600_000, 200_000), (600_100, 200_000), (600_100, 200_100), (600_000, 200_000)])],
      GeometryIssue(.projected)
    ),
  ]

  @Test(arguments: faults.indices) func whatHasNoMeaningIsRefusedWithItsPlace(index: Int) {
    let (name, rings, issue) = Self.faults[index]
    #expect(throws: GeometryError(issue: issue), "\(name)") { try Polygon(rings: rings) }
    #expect(Polygon.issues(in: rings).first == issue, "\(name)")
    #expect(issue.severity == .error)
    #expect(!issue.message.isEmpty && !issue.help.isEmpty)
  }

  static let oddities: [(String, [[Coordinate]], [GeometryIssue])] = [
    ("nothing", [outer, ring([(3, 3), (3, 7), (7, 7), (7, 3), (3, 3)])], []),
    ("bow-tie", [ring([(20, 20), (30, 30), (30, 20), (20, 30), (20, 20)])], [GeometryIssue(.selfIntersection)]),
    (
      "duplicates", [ring([(0, 0), (0, 0), (10, 0), (10, 10), (10, 10), (0, 0)])],
      [GeometryIssue(.duplicatePoint, point: 1), GeometryIssue(.duplicatePoint, point: 4)]
    ),
    (
      "spike", [ring([(0, 0), (10, 0), (10, 10), (10, 20), (10, 10), (0, 10), (0, 0)])],
      [GeometryIssue(.spike, point: 2)]
    ),
    ("touching itself at a point", [ring([(0, 0), (10, 0), (5, 5), (10, 10), (0, 10), (5, 5), (0, 0)])], []),
    (
      "hole that sticks out", [outer, ring([(8, 3), (12, 3), (12, 5), (8, 5), (8, 3)])],
      [GeometryIssue(.ringsCross, ring: 0, point: 1)]
    ),
    (
      "hole beside", [outer, ring([(18, 3), (12, 3), (12, 5), (18, 5), (18, 3)])],
      [GeometryIssue(.holeOutside, ring: 1)]
    ),
    (
      "hole beside, touching at a corner", [outer, ring([(10, 10), (12, 10), (12, 12), (10, 12), (10, 10)])],
      [GeometryIssue(.holeOutside, ring: 1)]
    ),
    (
      "hole written a turn away",
      [
        ring([(170, 20), (190, 20), (190, 30), (170, 30), (170, 20)]),
        ring([(-175, 22), (-173, 22), (-173, 24), (-175, 22)]),
      ],
      [GeometryIssue(.longitudeBeyond180, point: 1)]
    ),
    ("hole that touches", [outer, ring([(0, 5), (3, 3), (3, 7), (0, 5)])], []),
    (
      "across the antimeridian", [ring([(170, 0), (-170, 0), (-170, 10), (170, 10), (170, 0)])],
      [GeometryIssue(.acrossAntimeridian, point: 0), GeometryIssue(.acrossAntimeridian, point: 2)]
    ),
    (
      "written past 180", [ring([(170, 20), (190, 20), (190, 30), (170, 30), (170, 20)])],
      [GeometryIssue(.longitudeBeyond180, point: 1)]
    ),
    ("a polar cap", [ring([(-180, 80), (0, 80), (180, 80), (180, 90), (-180, 90), (-180, 80)])], []),
  ]

  @Test(arguments: oddities.indices) func whatIsOddIsToldAndStillUnderstood(index: Int) throws {
    let (name, rings, issues) = Self.oddities[index]
    #expect(Polygon.issues(in: rings) == issues, "\(name)")
    #expect(issues.allSatisfy { $0.severity == .warning })
    _ = try Polygon(rings: rings)
  }

  @Test func everyFaultyRingIsTold() {
    let open = Self.ring([(0, 0), (10, 0), (10, 10), (0, 10)])
    #expect(Polygon.issues(in: [open, Self.outer, open]).map(\.ring) == [0, 2])
  }

  @Test func aCircleNeedsAPlaceAndARadius() {
    for radius in [0, -1, .nan, .infinity, 2e7] {
      #expect(throws: GeometryError(issue: GeometryIssue(.badRadius))) {
        try Shape.circle(center: Coordinate(latitude: 0, longitude: 0), radius: radius)
      }
    }
    #expect(throws: GeometryError(issue: GeometryIssue(.swappedAxes))) {
      try Shape.circle(center: Coordinate(latitude: -122, longitude: 37), radius: 1)
    }
  }

  @Test(.enabled(if: TestData.exists(TestData.zones("us_counties")), "no test data"))
  func realOutlinesAreWithoutFault() throws {
    for name in ["us_counties", "city_berlin", "city_san_francisco", "countries_110m"] {
      for feature in try TestData.features(TestData.zones(name)).features {
        for rings in feature.polygons {
          let errors = Polygon.issues(in: rings).filter { $0.severity == .error || $0.kind == .ringsCross }
          #expect(errors.isEmpty, "\(name) \(feature.id) \(errors)")
        }
      }
    }
  }
}
