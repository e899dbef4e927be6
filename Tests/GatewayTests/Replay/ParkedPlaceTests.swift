import Foundation
import Geo
import Model
import Testing

@testable import Gateway

@Suite struct ParkedPlaceTests {
  /// In from the west, half an hour of wandering by so many metres, out to the north.
  private func visit(wandering: Double, seed: UInt64 = 7) -> [Position] {
    var random = SeededGenerator(seed)
    var positions = (0..<30).map { RecordedWayTests.position(Double($0), east: 10 * Double($0) - 300) }
    for second in 30..<1830 {
      let angle = Double.random(in: 0...(2 * .pi), using: &random)
      let away = wandering * Double.random(in: 0...1, using: &random).squareRoot()
      positions.append(
        RecordedWayTests.position(Double(second), east: away * cos(angle), north: away * sin(angle)))
    }
    return positions + (0..<40).map { RecordedWayTests.position(1830 + Double($0), east: 0, north: 12 * Double($0)) }
  }

  @Test(arguments: [0, 2, 8, 20])
  func placeIsWhereItStoodAndTheRadiusHoldsTheScatter(wandering: Double) throws {
    let way = RecordedWayTests.way(visit(wandering: wandering))
    let place = try #require(ParkedPlace(way))
    let truth = Coordinate(latitude: 46.2044, longitude: 6.1432)
    #expect(Geodesic.distance(place.center, truth) < max(1, wandering / 10))
    #expect(abs(place.scatter - wandering / 2.0.squareRoot()) < 1)
    #expect(try #require(place.seconds) > 1750 && place.count > 1750)
    #expect(place.radius >= max(25, 2 * wandering) && place.radius <= 100)
    #expect(place.radius.truncatingRemainder(dividingBy: 5) == 0)
  }

  @Test func ofTwoPlacesItIsTheLonger() throws {
    let short = (0..<70).map { RecordedWayTests.position(Double($0), east: -2000) }
    let long = (100..<400).map { RecordedWayTests.position(Double($0), east: 500) }
    let place = try #require(ParkedPlace(RecordedWayTests.way(short + long)))
    #expect(abs(place.center.longitude - (6.1432 + 500 / 77_180)) < 1e-6)
  }

  @Test func pauseOfTheRecordingIsNoStay() throws {
    // Switched off for a day at the one place, stood for two minutes at the other.
    let off = (0..<20).map { RecordedWayTests.position(Double($0) + ($0 < 10 ? 0 : 86_400), east: 0) }
    let stood = (0..<120).map { RecordedWayTests.position(90_000 + Double($0), east: 3000) }
    let place = try #require(ParkedPlace(RecordedWayTests.way(off + stood)))
    #expect(place.count == 120)
  }

  @Test func whoNeverStandsHasNoPlace() {
    #expect(
      ParkedPlace(RecordedWayTests.way((0..<600).map { RecordedWayTests.position(Double($0), east: 12 * Double($0)) }))
        == nil)
    #expect(ParkedPlace(RecordedWay()) == nil)
  }

  @Test func antimeridianIsNothingSpecial() throws {
    var way = RecordedWay()
    for second in 0..<100 {
      way.take(
        Position(
          latitude: -17, longitude: second % 2 == 0 ? 179.99999 : -179.99999,
          time: Timestamp(milliseconds: RecordedWayTests.start + Int64(second) * 1000)))
    }
    let place = try #require(ParkedPlace(way))
    #expect(abs(abs(place.center.longitude) - 180) < 0.001 && place.scatter < 3)
  }
}
