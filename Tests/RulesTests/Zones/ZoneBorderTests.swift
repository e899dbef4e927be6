import Geo
import Model
import Testing

@testable import Rules

/// A depot of 100 m radius at the origin; the vehicle drives on the west–east axis. With an accuracy of 4 m, it is inside from
/// 4 m within the border and outside from 8 m beyond.
struct ZoneBorderTests {
  private func drive(_ easts: [Double], zone: Zone = Scene.circle(), accuracy: Double? = 4) -> [Effect] {
    var engine = Scene.engine([zone])
    return engine.run(easts.enumerated().map { Scene.fix(Double($0.offset), east: $0.element, accuracy: accuracy) })
  }

  @Test func enteringAndLeavingAreToldOnceEach() {
    let events = drive([-150, -120, -90, -50, 0, 50, 95, 120, 150, 200]).geofences
    #expect(events.map(\.kind) == [.entry, .exit])
    #expect(events.allSatisfy { $0.device == "gps" && $0.zone == "depot" && !$0.gap })
  }

  @Test func crossingIsDatedAndPlacedBetweenTheFixesOnEitherSide() throws {
    let effects = drive([-150, -120, -80, -50, 0, 50, 90, 110, 150])
    let records = effects.eventRecords
    // The border at −100 is half way between −120 (1 s) and −80 (2 s); at +100 between 90 (6 s) and 110 (7 s).
    #expect(abs(try #require(records[0].second) - 1.5) < 0.01)
    #expect(abs(try #require(records[1].second) - 6.5) < 0.01)
    let place = Coordinate(latitude: effects.geofences[0].latitude, longitude: effects.geofences[0].longitude)
    #expect(Geodesic.distance(place, Scene.place(east: -100, north: 0)) < 0.2)
    // Decided when the second fix outside agreed.
    #expect(records[1].time == .seconds(8))
  }

  @Test func fixWithinTheBandChangesNothing() {
    #expect(drive([-150, -97, -98, -97.5, -103, -97]).geofences.isEmpty)
    #expect(drive([-150, -80, 0, 70, 103, 104, 107, 99, 105]).geofences.map(\.kind) == [.entry])
  }

  @Test func singleFixOutsideIsNoExit() {
    #expect(drive([-130, -60, 0, 60, 130, 70, 60, 130, 60]).geofences.map(\.kind) == [.entry])
  }

  @Test func parkedAtTheBorderDoesNotFlap() {
    var random = SeededGenerator(seed: 7)
    // An hour at 1 Hz: an error that wanders over tens of seconds, within 6 m, of a receiver that claims 5 m.
    var error = 0.0
    var easts: [Double] = [-200, -150]
    for _ in 0..<3600 {
      error = 0.95 * error + Double.random(in: -1...1, using: &random)
      easts.append(-100 + max(-6, min(6, error)))
    }
    #expect(drive(easts, accuracy: 5).geofences.count <= 1)
  }

  @Test func poorFixNeedsMoreDistance() {
    #expect(drive([-150, -90, -85], accuracy: 20).geofences.isEmpty)
    #expect(drive([-150, -90, -79], accuracy: 20).geofences.count == 1)
  }

  @Test func bandNeverExceedsAThirdOfTheZonesHalfWidth() {
    // ρ = 30 m: with e = 25 m the threshold is 10 m, not 25 m.
    #expect(drive([-100, -18], zone: Scene.circle(radius: 30), accuracy: 25).geofences.map(\.kind) == [.entry])
  }

  @Test func tinyZoneTakesTwoOfThreeFixesRawInside() {
    let zone = Scene.circle(radius: 5)
    #expect(drive([-100, -60, 0], zone: zone, accuracy: 10).geofences.isEmpty)
    #expect(drive([-100, -60, -4, 0], zone: zone, accuracy: 10).geofences.map(\.kind) == [.entry])
    #expect(drive([-100, -60, -4, 8, 1], zone: zone, accuracy: 10).geofences.map(\.kind) == [.entry])
    #expect(drive([-100, -60, -4, 8, 9, 1], zone: zone, accuracy: 10).geofences.isEmpty)
  }

  @Test func jumpNeedsASecondFixToAgree() {
    #expect(drive([-1000, 0, -990, -980]).geofences.isEmpty)
    #expect(drive([-1000, 0, 1]).geofences.map(\.kind) == [.entry])
  }

  @Test func marginsOfTheZoneReplaceTheStandardOnes() {
    let zone = Scene.circle(band: ZoneBand(enterMargin: 50, exitMargin: 200, maxSpeed: 1000))
    let events = drive([-310, -60, -45, 0, 280, 290, 310, 320], zone: zone)
    #expect(events.geofences.map(\.kind) == [.entry, .exit])
    #expect(events.eventRecords.map(\.time) == [.seconds(2), .seconds(7)])
  }

  @Test func sideNeverKnownRaisesNothingUnlessInitial() {
    #expect(drive([0, 1, 2]).geofences.isEmpty)
    let initial = Scene.circle(band: ZoneBand(raisesInitial: true))
    #expect(drive([0, 1, 2], zone: initial).geofences.map(\.kind) == [.entry])
    #expect(drive([300, 310], zone: initial).geofences.isEmpty)
  }

  @Test func farZonesAreSkippedWithoutLosingTheirStates() {
    // A hundred kilometres away and back at motorway speed, with the zones on either end.
    let zones = [Scene.circle(), Scene.circle("far", east: 100_000)]
    let rule = Rule(
      name: "all",
      triggers: [.enter(.zone("depot")), .enter(.zone("far")), .exit(.zone("far")), .exit(.zone("depot"))],
      actions: [.geofenceEvent])
    var engine = Scene.engine(zones, [rule])
    let easts = stride(from: 0.0, through: 100_000, by: 30).map(\.self)
    let way = easts + easts.reversed()
    let events = engine.run(way.enumerated().map { Scene.fix(Double($0.offset), east: $0.element) }).geofences
    #expect(events.map { "\($0.kind) \($0.zone)" } == ["exit depot", "entry far", "exit far", "entry depot"])
  }

  @Test func zoneOverTheAntimeridianIsEnteredFromBothSides() throws {
    let zone = Zone(
      id: "depot", shape: try .circle(center: Coordinate(latitude: 0, longitude: 179.9995), radius: 500))
    var engine = Scene.engine([zone])
    func fix(_ second: Double, _ longitude: Double) -> Observation {
      Observation(
        time: .seconds(second),
        content: .position(
          device: "gps",
          Position(latitude: 0, longitude: longitude, time: Scene.midnight + .seconds(second), accuracy: 4)))
    }
    // 0.0002° are 22 m.
    let west = stride(from: 0, through: 60, by: 1).map { fix(Double($0), 179.99 + Double($0) * 0.0002) }
    let east = stride(from: 0, through: 60, by: 1).map { fix(61 + Double($0), -179.9978 + Double($0) * 0.0002) }
    let effects = engine.run(west + east)
    #expect(effects.geofences.map(\.kind) == [.entry, .exit])
    #expect(effects.geofences[1].longitude < -179.99 && effects.geofences[1].longitude > -180)
  }
}
