import Model
import Testing

@testable import Rules

struct FixOrderTests {
  private func counter(_ engine: RuleEngine, _ cause: EngineCounters.Cause) -> UInt64 { engine.counters[cause] }

  @Test func lateFixIsSentByArrivalTimeAndKeptOutOfZones() {
    var engine = Scene.engine()
    _ = engine.run([
      Scene.system(0, .clock(utcAtZero: Scene.midnight)), Scene.fix(1, east: 200), Scene.fix(2, east: 190),
    ])
    let effects = engine.run([Scene.fix(3, east: 0, ownSecond: 1.5)])
    #expect(effects.positions.map(\.second) == [3])
    #expect(effects.geofences.isEmpty)
    #expect(counter(engine, .fixOutOfOrder) == 1)
  }

  @Test func threeAgreeingFixesMakeANewTimeline() {
    var engine = Scene.engine()
    _ = engine.run([Scene.fix(1, east: 200, ownSecond: 9000), Scene.fix(2, east: 190, ownSecond: 9001)])
    // The receiver's clock was set back by two hours; it stands in the depot meanwhile.
    let early = engine.run([Scene.fix(3, east: 0, ownSecond: 1000), Scene.fix(4, east: 0, ownSecond: 1001)])
    #expect(early.geofences.isEmpty && early.positions.allSatisfy { $0.timestamp == nil })
    let third = engine.run([Scene.fix(5, east: 0, ownSecond: 1002)])
    #expect(third.positions.map(\.second) == [1002])
    #expect(third.geofences.map(\.kind) == [.entry])
  }

  @Test func threeThatContradictEachOtherStayOut() {
    var engine = Scene.engine()
    _ = engine.run([Scene.fix(1, east: 200, ownSecond: 9000)])
    let effects = engine.run([
      Scene.fix(2, east: 0, ownSecond: 1000), Scene.fix(3, east: 5000, ownSecond: 1001),
      Scene.fix(4, east: 0, ownSecond: 1002), Scene.fix(5, east: 5000, ownSecond: 1003),
    ])
    #expect(effects.geofences.isEmpty)
    #expect(counter(engine, .fixOutOfOrder) == 4)
  }

  @Test func fixInOrderStartsTheCountAnew() {
    var engine = Scene.engine()
    _ = engine.run([Scene.fix(1, east: 200, ownSecond: 100)])
    _ = engine.run([
      Scene.fix(2, east: 0, ownSecond: 10), Scene.fix(3, east: 0, ownSecond: 11),
      Scene.fix(4, east: 200, ownSecond: 101),
    ])
    #expect(engine.run([Scene.fix(5, east: 0, ownSecond: 12)]).geofences.isEmpty)
    #expect(counter(engine, .fixOutOfOrder) == 3)
  }

  @Test func receiverWithoutTimeIsTrustedFromTheThirdFix() {
    var engine = Scene.engine()
    let observations = [250.0, 200, 150, 120, 80, 40, 0].enumerated().map {
      Scene.fix(Double($0.offset), east: $0.element, hasTime: false)
    }
    let effects = engine.run([Scene.system(0, .clock(utcAtZero: Scene.midnight))] + observations)
    #expect(effects.geofences.map(\.kind) == [.entry])
    #expect(effects.positions.map(\.second) == [0, 1, 2, 3, 4, 5, 6])
    #expect(effects.eventRecords[0].second.map { abs($0 - 3.5) < 0.01 } == true)
  }

  @Test func sameMomentTwiceIsSentWithItsTimeAndNotTakenTwice() {
    var engine = Scene.engine()
    _ = engine.run([Scene.fix(1, east: 200), Scene.fix(2, east: 0)])
    let effects = engine.run([Scene.fix(2.1, east: 300, ownSecond: 2), Scene.fix(2.2, east: 300, ownSecond: 2)])
    #expect(effects.positions.map(\.second) == [2, 2])
    #expect(effects.geofences.isEmpty)
    #expect(counter(engine, .repeatedFix) == 2)
  }

  @Test(arguments: [
    Position(latitude: 91, longitude: 6), Position(latitude: .nan, longitude: 6),
    Position(latitude: 46, longitude: -180.5), Position(latitude: 46, longitude: 6, mode: .none),
  ])
  func unusableFixIsDroppedAndCounted(_ position: Position) {
    var engine = Scene.engine()
    let effects = engine.ingest(Observation(time: .seconds(1), content: .position(device: "gps", position)))
    #expect(effects.isEmpty)
    #expect(counter(engine, .unusableFix) == 1)
  }
}
