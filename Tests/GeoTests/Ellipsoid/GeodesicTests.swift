import Testing

@testable import Geo

@Suite struct GeodesicTests {
  /// Points, metres, and the initial bearing where it is single; by GeographicLib 2.0 (Karney 2013), which is right to 15 nm.
  static let known: [(Coordinate, Coordinate, metres: Double, bearing: Double?)] = [
    (at(50.06632, -5.71475), at(58.64402, -3.07009), 969954.166314, 9.141877),
    (at(37, -122), at(37.00001, -122.00001), 1.422642, 321.268003),
    (at(46.2044, 6.1432), at(46.2044, 6.1433), 7.717757, 89.999964),
    (at(0, 0), at(0, 1), 111319.490793, 90),
    (at(0, -179.9), at(0, 179.9), 22263.898159, 270),
    (at(89.9, 0), at(89.9, 180), 22338.795683, 0),
    (at(-90, 0), at(-89.999, 33), 111.693980, nil),
    (at(90, 0), at(-90, 0), 20003931.458625, nil),
    // Nearly or wholly opposite: Vincenty's iteration fails or crawls.
    (at(0, 0), at(0.5, 179.5), 19936288.578965, 25.671873),
    (at(0, 0), at(0.5, 179.7), 19944127.420750, 15.556883),
    (at(-30, 0), at(29.9, 179.8), 19989832.827610, 161.890525),
    (at(0, 0), at(0, 179.9), 20003008.421509, nil),
    (at(0, 0), at(0, 180), 20003931.458625, nil),
    (at(-45, 10), at(45, -170), 20003931.458625, nil),
    (at(10, 20), at(-10.0001, -160.0001), 20003920.396926, 179.990354),
    (at(36.49, -20), at(-36.2, 159.6), 19963455.341980, 26.831116),
  ]

  static func at(_ latitude: Double, _ longitude: Double) -> Coordinate {
    Coordinate(latitude: latitude, longitude: longitude)
  }

  @Test(arguments: known.indices) func distancesAndBearingsAreGeographicLibs(index: Int) {
    let (a, b, metres, bearing) = Self.known[index]
    #expect(abs(Geodesic.distance(a, b) - metres) < 0.0005, "\(a) \(b) \(Geodesic.distance(a, b))")
    #expect(abs(Geodesic.distance(b, a) - metres) < 0.0005)
    if let bearing {
      let off = (Geodesic.initialBearing(a, b) - bearing).remainder(dividingBy: 360)
      #expect(abs(off) < 0.0005, "\(a) \(b) \(Geodesic.initialBearing(a, b))")
    }
  }

  @Test func aPointIsAtNoDistanceFromItselfHoweverItIsWritten() {
    for (a, b) in [
      (Self.at(12, 34), Self.at(12, 34)), (Self.at(12, 180), Self.at(12, -180)), (Self.at(90, 0), Self.at(90, 77)),
    ] {
      #expect(Geodesic.distance(a, b) < 1e-6)
    }
  }

  @Test func theLocalDistanceKeepsItsBound() {
    var numbers = SeededNumbers(seed: 2)
    for _ in 0..<20_000 {
      let a = Self.at(.random(in: -84...84, using: &numbers), .random(in: -180...180, using: &numbers))
      let scale = LocalScale(latitude: a.latitude)
      let reach = Double.random(in: 1...20_000, using: &numbers)
      let angle = Double.random(in: 0..<360, using: &numbers)
      let (east, north) = (reach * .cos(degrees: angle), reach * .sin(degrees: angle))
      let b = Self.at(a.latitude + north / scale.north, a.longitude + east / scale.east)
      let exact = Geodesic.distance(a, b)
      let tangent = Double.tan(degrees: max(abs(a.latitude), abs(b.latitude)))
      let ratio = exact / 6_371_000
      let bound = exact * ratio * ratio * (1 + tangent * tangent) / 12 + 1e-6
      #expect(abs(Geodesic.localDistance(a, b) - exact) <= bound, "\(a) \(b)")
    }
  }

  @Test func distancesAreSymmetricAndKeepTheTriangleInequality() {
    var numbers = SeededNumbers(seed: 3)
    func random() -> Coordinate {
      Self.at(.random(in: -90...90, using: &numbers), .random(in: -180...180, using: &numbers))
    }
    for _ in 0..<5_000 {
      let (a, b, c) = (random(), random(), random())
      let (ab, bc, ac) = (Geodesic.distance(a, b), Geodesic.distance(b, c), Geodesic.distance(a, c))
      #expect(abs(ab - Geodesic.distance(b, a)) < 0.001)
      #expect(ac <= ab + bc + 0.001)
      #expect(ab <= 20_003_932)
    }
  }
}
