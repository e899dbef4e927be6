import Testing

@testable import Geo

@Suite struct ShapeSizeTests {
  private func square(_ side: Double) throws -> Shape {
    let ring = GeometryIssueTests.ring([(6, 46), (6 + side, 46), (6 + side, 46 + side), (6, 46 + side), (6, 46)])
    return try .polygons([try Polygon(rings: [ring])])
  }

  @Test func whatNoReceiverCanBeInsideOfIsTold() throws {
    #expect(try square(0.000_005).issues.map(\.kind) == [.tooNarrow])
    #expect(try square(0.000_1).issues == [])
  }

  @Test func whatIsLargerThanContinentsIsTold() throws {
    let ring = GeometryIssueTests.ring([(-170, -80), (0, -80), (170, -80), (170, 80), (0, 80), (-170, 80), (-170, -80)])
    #expect(try Shape.polygons([try Polygon(rings: [ring])]).issues.map(\.kind) == [.tooLarge])
    #expect(try square(30).issues == [])
  }

  @Test func aCorridorAsWideAsALandIsTold() throws {
    let line = GeometryIssueTests.ring([(6, 46), (6.02, 46)])
    for (width, kinds) in [(30.0, []), (1000, []), (2000, [.wideCorridor]), (20_000, [.wideCorridor])]
      as [(Double, [GeometryIssue.Kind])]
    {
      #expect(try Shape.corridor(lines: [line], width: width).issues.map(\.kind) == kinds, "\(width)")
    }
  }
}
