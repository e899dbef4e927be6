import Testing

@testable import Geo

@Suite struct PackedRingsTests {
  /// A ring with many corners; by whole ten-millionths of a degree or not.
  private func ring(_ count: Int, isFixed: Bool, _ numbers: inout SeededNumbers) -> [Coordinate] {
    var ring = (0..<count).map { index in
      let angle = 360 * Double(index) / Double(count)
      let reach = Double.random(in: 0.5...1, using: &numbers)
      return Coordinate(latitude: 46 + reach * .sin(degrees: angle), longitude: 6 + reach * .cos(degrees: angle))
    }
    if isFixed {
      ring = ring.map {
        Coordinate(latitude: ($0.latitude * 1e7).rounded() / 1e7, longitude: ($0.longitude * 1e7).rounded() / 1e7)
      }
    }
    return ring + [ring[0]]
  }

  /// The half-open crossing test on every edge.
  private func contains(_ ring: [Coordinate], _ point: Coordinate) -> Bool {
    var isInside = false
    for (a, b) in zip(ring, ring.dropFirst()) where (a.latitude > point.latitude) != (b.latitude > point.latitude) {
      let (low, high) = b.latitude > point.latitude ? (a, b) : (b, a)
      let side = Orientation.sign(
        ax: low.longitude, ay: low.latitude, bx: high.longitude, by: high.latitude, cx: point.longitude,
        cy: point.latitude)
      if side > 0 { isInside.toggle() }
    }
    return isInside
  }

  @Test(arguments: [3, 16, 17, 18, 100, 256, 257, 258, 5000], [true, false])
  func boxesChangeNothingAboutWhatIsInside(count: Int, isFixed: Bool) throws {
    var numbers = SeededNumbers(seed: UInt64(count))
    let ring = ring(count, isFixed: isFixed, &numbers)
    let packed = PackedRings([ring])
    #expect(packed.isFixed == isFixed)
    #expect(packed.rings == [ring])
    for number in 0..<2000 {
      var point = Coordinate(
        latitude: .random(in: 44.8...47.2, using: &numbers), longitude: .random(in: 4.8...7.2, using: &numbers))
      // On a level with corners, and on them.
      if number % 3 == 1 { point.latitude = ring[number % count].latitude }
      if number % 9 == 1 { point.longitude = ring[number % count].longitude }
      #expect(
        packed.withRing(0) { $0.contains(x: point.longitude, y: point.latitude) } == contains(ring, point), "\(point)")
    }
  }

  @Test(arguments: [17, 300, 5000])
  func theNearestEdgeIsFoundThroughTheBoxes(count: Int) {
    var numbers = SeededNumbers(seed: UInt64(count))
    let ring = ring(count, isFixed: true, &numbers)
    let packed = PackedRings([ring])
    for _ in 0..<300 {
      let (x, y) = (Double.random(in: 4.8...7.2, using: &numbers), Double.random(in: 44.8...47.2, using: &numbers))
      var quick = PlaneSearch(x: x, y: y, shortening: 0.7, bound: 100)
      packed.withRing(0) { $0.search(&quick) }
      var slow = PlaneSearch(x: x, y: y, shortening: 0.7, bound: 100)
      for (a, b) in zip(ring, ring.dropFirst()) { slow.look(at: a, b) }
      #expect(abs(quick.bound - slow.bound) < 1e-12)
    }
  }

  @Test func wholeNumbersCompareAsTheirDegreesDo() {
    var numbers = SeededNumbers(seed: 2)
    for _ in 0..<20_000 {
      let degrees = Double.random(in: -180...180, using: &numbers)
      let below = FixedPoint.floor(degrees)
      #expect(FixedPoint.degrees(of: below) <= degrees && FixedPoint.degrees(of: below + 1) > degrees)
      let exact = FixedPoint.degrees(of: below)
      #expect(FixedPoint.floor(exact) == below && FixedPoint.ceiling(exact) == below)
      #expect(FixedPoint.number(for: exact) == below)
    }
    #expect(FixedPoint.floor(1e9) == .max && FixedPoint.floor(-1e9) == .min)
  }
}
