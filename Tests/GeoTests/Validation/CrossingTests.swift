import Glibc
import Testing

@testable import Geo

/// The sweep, the quick way and every pair looked at must agree on whether edges cross.
@Suite struct CrossingTests {
  /// Points of a small grid, so that edges touch, share points and lie on each other all the time.
  private static func rings(_ random: inout SeededNumbers) -> [[Coordinate]] {
    (0..<Int.random(in: 1...3, using: &random)).map { _ in
      let size = Int.random(in: 2...9, using: &random)
      var ring = (0..<Int.random(in: 3...12, using: &random)).map { _ in
        Coordinate(
          latitude: Double(Int.random(in: 0...size, using: &random)),
          longitude: Double(Int.random(in: 0...size, using: &random)))
      }
      ring.append(ring[0])
      return ring
    }
  }

  private static func edges(_ rings: [[Coordinate]]) -> [Crossings.Edge] {
    rings.enumerated().flatMap { number, ring in
      let steps = (1..<ring.count).filter { ring[$0] != ring[$0 - 1] }
      return steps.enumerated().map { index, step in
        Crossings.Edge(
          a: ring[step - 1], b: ring[step], ring: number, point: step - 1, number: index, count: steps.count)
      }
    }
  }

  private static func allPairs(_ edges: [Crossings.Edge]) -> [GeometryIssue] {
    var found = CrossingsFound()
    for (index, edge) in edges.enumerated() {
      for other in edges[..<index] { if let issue = Crossings.issue(other, edge) { found.note(issue, other, edge) } }
    }
    return found.sorted
  }

  @Test func theSweepFindsACrossingExactlyWhereThereIsOne() {
    var random = SeededNumbers(seed: 11)
    var clean = 0
    for round in 0..<5000 {
      let rings = Self.rings(&random)
      let edges = Self.edges(rings)
      let expected = Self.allPairs(edges)
      #expect(ActiveEdges.issues(edges) == expected, "round \(round): \(rings)")
      var sweep = CrossingSweep(edges)
      let swept = sweep.issues()
      #expect(swept.isEmpty == expected.isEmpty, "round \(round): \(rings)")
      if expected.isEmpty { clean += 1 }
    }
    #expect(clean > 200 && clean < 4800)
  }

  /// 30,000 teeth side by side, so that a line across them meets them all: upright, lying, and at an angle.
  private static func comb(_ direction: Int, pulled: Bool) -> [Coordinate] {
    var points: [(Double, Double)] = []
    for index in 0..<30_000 { points.append((Double(index) / 1000, index % 2 == 0 ? 0 : 10)) }
    // One tooth through its neighbours.
    if pulled { points[20_000] = (20.0061, 0.0035) }
    points += [(30, -1), (-1, -1), (0, 0)]
    let turned = points.map { x, y in direction == 0 ? (x, y) : direction == 1 ? (y, x) : (x - y, x + y) }
    return GeometryIssueTests.ring(turned)
  }

  /// How long a processor has worked for this thread, seconds: what others take of it counts not.
  private static var timeAtWork: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  @Test(arguments: 0..<3) func anOutlineMadeToBeSlowIsJudgedInTime(direction: Int) {
    let started = Self.timeAtWork
    #expect(Polygon.issues(in: [Self.comb(direction, pulled: false)]) == [])
    let issues = Polygon.issues(in: [Self.comb(direction, pulled: true)])
    #expect(issues.map(\.kind) == [.selfIntersection])
    #expect(issues.allSatisfy { (19_980...20_020).contains($0.point) }, "\(issues)")
    #expect(Self.timeAtWork - started < 60)
  }

  @Test func aScribbleThatCrossesItselfAMillionTimesEndsSoon() {
    var random = SeededNumbers(seed: 3)
    var points = (0..<20_000).map { _ in
      (Double.random(in: 0...10, using: &random), Double.random(in: 0...10, using: &random))
    }
    points.append(points[0])
    let started = Self.timeAtWork
    #expect(Polygon.issues(in: [GeometryIssueTests.ring(points)]).map(\.kind) == [.selfIntersection])
    #expect(Self.timeAtWork - started < 60)
  }

  @Test func eachRingThatCrossesItselfIsTold() {
    let bowTies = (0..<3).map { number in
      let x = Double(number) * 3
      return GeometryIssueTests.ring([(x + 20, 20), (x + 22, 22), (x + 22, 20), (x + 20, 22), (x + 20, 20)])
    }
    let outer = GeometryIssueTests.ring([(0, 0), (50, 0), (50, 50), (0, 50), (0, 0)])
    let edges = Self.edges([outer] + bowTies)
    var sweep = CrossingSweep(edges)
    #expect(sweep.issues().map(\.ring) == [1, 2, 3])
    #expect(Polygon.issues(in: [outer] + bowTies).map(\.ring) == [1, 2, 3])
  }
}
