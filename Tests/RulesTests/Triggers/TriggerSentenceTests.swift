import Model
import Testing

@testable import Rules

/// A test for each sentence of the design on triggers: the sentence, then the test.
///
/// | sentence | test |
/// | --- | --- |
/// | `on`: `enter`, `exit` | `enterAndExitSetOff` |
/// | `dwell: {zone, for}` | `dwellSetsOffOnceForEachVisit`, `dwellRunsOnThroughUnknownAndFiresOnlyInside` |
/// | `cross` | `crossSetsOffByAWayThroughBetweenTwoFixes` |
/// | `change: signal` | `changeSetsOffByAnotherValueThanTheLastKnown` |
/// | `every: duration` | `everyStrikesAfterEachInterval` |
/// | `link: {NAME: up|down}` | `linkSetsOff` |
/// | `command: name`, `start` | `commandSetsOff`, `startSetsOff` |
/// | several mean either | `severalTriggersMeanEither` |
/// | `when` beside `on` is a guard | `whenBesideOnIsAGuard` |
/// | in event data `trigger.zone`, `trigger.device`, `trigger.name` say what it was | `dataSayWhatSetTheRuleOff` |
struct TriggerSentenceTests {
  @Test func enterAndExitSetOff() throws {
    var story = try Story("rules: [{ name: a, on: { enter: depot, exit: depot }, then: [{ event: geofence_event }] }]")
    story.take(Scene.fix(0, east: 200), Scene.fix(5, east: 0), Scene.fix(20, east: 200), Scene.fix(21, east: 200))
    #expect(story.told == ["5 entry depot #1", "21 exit depot #2"])
  }

  private static let dwelling = """
    rules: [{ name: a, on: { dwell: { zone: "tag:site", for: 1 min } }, then: [{ event: { type: stay, data: { z: trigger.zone } } }] }]
    """

  @Test func dwellSetsOffOnceForEachVisit() throws {
    var story = try Story(Self.dwelling)
    story.take(Scene.fix(0, east: 200))
    story.stand(east: 0, from: 10, to: 200)
    #expect(story.news() == ["70 stay #1 z=depot"])
    story.take(Scene.fix(220, east: 200), Scene.fix(221, east: 200))
    story.stand(east: 0, from: 240, to: 299)
    #expect(story.news() == [])
    try story.restart()
    story.stand(east: 0, from: 300, to: 320)
    #expect(story.news() == ["300 stay #2 z=depot"])
  }

  @Test func dwellRunsOnThroughUnknownAndFiresOnlyInside() throws {
    var story = try Story(Self.dwelling)
    story.take(Scene.fix(0, east: 200), Scene.fix(10, east: 0))
    story.advance(to: 100)
    #expect(story.engine.status.zones[0].side == .unknown)
    #expect(story.news() == [], "the clock has run, but nobody knows where the vehicle is")
    story.take(Scene.fix(110, east: 0))
    #expect(story.news() == ["110 stay #1 z=depot"])
    var left = try Story(Self.dwelling)
    left.take(Scene.fix(0, east: 200), Scene.fix(10, east: 0))
    left.stand(east: 300, from: 100, to: 200)
    #expect(left.news() == [])
  }

  @Test func crossSetsOffByAWayThroughBetweenTwoFixes() throws {
    let rules = """
      rules: [{ name: a, on: { cross: depot }, then: [{ event: { type: through, data: { z: trigger.zone } } }] }]
      """
    var story = try Story(rules)
    story.take(Scene.fix(0, east: -300), Scene.fix(10, east: 300))
    #expect(story.news() == ["10 through #1 z=depot"])
    // Past it, along its border, and by an impossible jump.
    story.take(Scene.fix(20, east: 300, north: 300), Scene.fix(30, east: -300, north: 300))
    story.take(Scene.fix(40, east: -300, north: 98.5), Scene.fix(50, east: 300, north: 98.5))
    story.take(Scene.fix(51, east: -300))
    #expect(story.news() == [])
    // With a fix inside it is a visit.
    var visit = try Story(rules)
    visit.take(Scene.fix(0, east: -300), Scene.fix(10, east: 0), Scene.fix(20, east: 300), Scene.fix(21, east: 300))
    #expect(visit.news() == [])
  }

  @Test func aCrossingIsDatedWithinTheZone() throws {
    var story = try Story("rules: [{ name: a, on: { cross: depot }, then: [{ event: through }] }]")
    _ = story.engine.run([Scene.fix(0, east: -300)])
    let record = try #require(story.engine.run([Scene.fix(10, east: 300)]).eventRecords.first)
    #expect(record.second == 5)
  }

  @Test func changeSetsOffByAnotherValueThanTheLastKnown() throws {
    var story = try Story(
      "rules: [{ name: a, on: { change: reefer.door }, then: [{ event: { type: door, data: { open: reefer.door, n: trigger.name } } }] }]"
    )
    func door(_ second: Double, _ open: Bool?, _ quality: Quality = .good) -> Observation {
      Scene.reading(second, "door", open.map { .boolean($0) }, quality)
    }
    story.take(door(0, false), door(1, false), door(2, true), door(3, nil, .bad), door(4, true))
    #expect(story.news() == ["2 door #1 open=true n=reefer.door"])
    story.advance(to: 100)
    try story.restart()
    story.take(Scene.system(100, .start(downtime: nil)), door(101, true), door(102, false))
    #expect(story.news() == ["102 door #2 open=false n=reefer.door"])
  }

  @Test func everyStrikesAfterEachInterval() throws {
    var story = try Story("rules: [{ name: a, on: { every: 10 s }, then: [{ event: tick }] }]")
    story.take(Scene.system(5, .start(downtime: .zero)))
    story.advance(to: 36)
    #expect(story.news() == ["15 tick #1", "25 tick #2", "35 tick #3"])
    try story.restart()
    story.take(Scene.system(102, .start(downtime: .seconds(66))))
    #expect(story.news() == [], "nothing strikes while the gateway is off")
    story.advance(to: 110)
    #expect(story.news() == ["105 tick #4"])
  }

  @Test func linkSetsOff() throws {
    var story = try Story(
      "rules: [{ name: a, on: { link: { central: down } }, then: [{ event: { type: cut, data: { n: trigger.name } } }] }]"
    )
    story.take(
      Scene.system(0, .start(downtime: .zero)), Scene.system(1, .link(uplink: "central", isUp: false)),
      Scene.system(2, .link(uplink: "central", isUp: true)), Scene.system(3, .link(uplink: "office", isUp: false)),
      Scene.system(4, .link(uplink: "central", isUp: false)), Scene.system(5, .link(uplink: "central", isUp: false)))
    #expect(story.told == ["4 cut #1 n=central"])
  }

  @Test func commandSetsOff() throws {
    var story = try Story(
      "rules: [{ name: a, on: { command: unlock }, then: [{ event: { type: asked, data: { n: trigger.name } } }] }]")
    story.take(Scene.system(1, .command(name: "lock", id: "1")), Scene.system(2, .command(name: "unlock", id: "2")))
    #expect(story.told == ["2 asked #1 n=unlock"])
  }

  @Test(arguments: ["start", "{ start: true }"])
  func startSetsOff(_ on: String) throws {
    var story = try Story("rules: [{ name: a, on: \(on), then: [{ event: begun }] }]")
    story.take(Scene.system(1, .start(downtime: .zero)), Scene.system(2, .start(downtime: nil)))
    #expect(story.told == ["1 begun #1", "2 begun #2"])
  }

  @Test func severalTriggersMeanEither() throws {
    var story = try Story(
      "rules: [{ name: a, on: { enter: [depot, yard], command: [x, y], start: true }, then: [{ event: e }] }]")
    story.take(
      Scene.system(0, .start(downtime: .zero)), Scene.fix(1, east: 300), Scene.fix(20, east: 1000),
      Scene.system(21, .command(name: "y", id: "1")))
    #expect(story.told == ["0 e #1", "20 e #2", "21 e #3"])
  }

  @Test func whenBesideOnIsAGuard() throws {
    var story = try Story(
      "rules: [{ name: a, on: { command: x }, when: reefer.temperature > 0, then: [{ event: e }] }]")
    story.take(Scene.system(0, .command(name: "x", id: "1")))
    story.temperature(5, from: 1, to: 1)
    #expect(story.news() == [], "a guard sets nothing off by itself, and unknown does not let pass")
    story.take(Scene.system(2, .command(name: "x", id: "2")))
    #expect(story.news() == ["2 e #1"])
    story.temperature(-5, from: 3, to: 3)
    story.take(Scene.system(4, .command(name: "x", id: "3")))
    #expect(story.news() == [])
    var named = try Story(
      #"rules: [{ name: a, on: { enter: "tag:site" }, when: 'trigger.zone == "yard"', then: [{ event: e }] }]"#)
    named.take(Scene.fix(0, east: 300), Scene.fix(10, east: 0), Scene.fix(40, east: 1000))
    #expect(named.news() == ["40 e #1"])
  }

  @Test func dataSayWhatSetTheRuleOff() throws {
    var story = try Story(
      """
      rules:
        - name: a
          on: { enter: depot, change: reefer.mode, command: x }
          then: [{ event: { type: e, data: { z: trigger.zone, d: trigger.device, n: trigger.name } } }]
      """)
    story.take(
      Scene.fix(0, east: 200), Scene.fix(5, east: 0), Scene.reading(6, "mode", .text("a")),
      Scene.reading(7, "mode", .text("b")), Scene.system(8, .command(name: "x", id: "1")))
    #expect(story.told == ["5 e #1 z=depot d=gps", "7 e #2 d=reefer n=reefer.mode", "8 e #3 n=x"])
  }

  @Test func cooldownAndLimitHoldTriggersBackToo() throws {
    var story = try Story(
      """
      rules:
        - { name: a, on: { command: x }, cooldown: 10 s, then: [{ event: a }] }
        - { name: b, on: { command: x }, limit: 2 per minute, then: [{ event: b }] }
      """)
    for second in [0.0, 5, 10, 60] { story.take(Scene.system(second, .command(name: "x", id: "1"))) }
    #expect(story.told == ["0 a #1", "0 b #2", "5 b #3", "10 a #4", "60 a #5", "60 b #6"])
    #expect(story.engine.counters[.withinCooldown] == 1 && story.engine.counters[.limitReached] == 1)
  }
}
