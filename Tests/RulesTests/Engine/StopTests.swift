import Model
import Testing

@testable import Rules

/// What long stretches cost in which nothing comes in, and that nothing is lost in them.
struct StopTests {
  static let month = 30 * 86_400.0

  /// Rules that mention time in every way, and two that set each other off.
  static let rules = """
    zones: { depot: { circle: [6.1432, 46.2044], radius: 100 m, tags: [site] } }
    signals: { c.age: age(reefer.mode) }
    rules:
      - { name: old, when: age(reefer.temperature) > 1000, then: [{ event: old }] }
      - { name: night, when: 'local_time("Europe/Zurich").getHours() < 6 && gps.moving', then: [{ event: night }] }
      - { name: quiet, when: 'count("old", "1 h") > 0', then: [{ event: quiet }] }
      - { name: mean, when: 'mean(reefer.temperature, "1 h") > 4', then: [{ event: mean }] }
      - { name: stays, when: 'time_in_zone("tag:site") > 60', then: [{ event: stays }] }
      - { name: up, when: system.uptime > 5000 && !system.restarted, then: [{ event: up }] }
      - { name: waits, when: age(reefer.temperature) < 5, until: age(reefer.temperature) > 2000, for: 2 s, clear_for: 1 h, then: [{ event: waits }] }
      - { name: chase_a, when: ball == 1, then: [{ set: { ball: 2 } }] }
      - { name: chase_b, when: ball == 2, then: [{ set: { ball: 1 } }] }
      - { name: flaps, when: ball > 0, until: ball >= 0, for: 2 s, clear_for: 3 s, then: [{ log: flaps }] }
      - { name: serve, on: { command: x }, then: [{ set: { ball: 1 } }] }
    """

  private func begun(_ rules: String = rules) throws -> Story {
    var story = Story(engine: try RuleFile.engine(rules))
    story.take(Scene.system(0, .start(downtime: .zero)), Scene.fix(0.5, east: 0, speed: 0))
    story.temperature(5, from: 1, to: 1)
    return story
  }

  @Test func aMonthsStopTakesABoundedNumberOfInstants() throws {
    var story = try begun()
    story.take(Scene.system(2, .clock(utcAtZero: Scene.midnight)), Scene.system(3, .command(name: "x", id: "1")))
    _ = story.news()
    try story.restart()
    story.take(Scene.system(Self.month, .start(downtime: .seconds(Self.month - 3))))
    #expect(story.engine.instants < 20)
    let turned = story.told.filter { $0.contains("flaps") }
    #expect(turned.count <= 2, "once in the stop, and once as the gateway starts: \(turned)")
  }

  @Test func aWaitThatEndsInAStopEndsAtItsTimeAndWhatCountsThenIsAskedAtTheStart() throws {
    var story = try Story(
      "rules: [{ name: a, when: flag, until: has(flag), for: 30 s, then: [{ event: up }] }, { name: s, on: { command: x }, then: [{ set: { flag: true } }] }]"
    )
    story.take(Scene.system(0, .command(name: "x", id: "1")))
    story.advance(to: 10)
    try story.restart()
    story.take(Scene.system(Self.month, .start(downtime: .seconds(Self.month - 10))))
    #expect(story.told == ["31 up #1", "2592000 up cleared #1"])
  }

  /// A machine that slept, or a recording with a month between two drives: the gateway was not off.
  @Test func aMonthWithoutObservationsTakesABoundedNumberOfInstants() throws {
    let rules = Self.rules.replacing("signals: { c.age: age(reefer.mode) }\n", with: "")
    var story = try begun(rules)
    story.advance(to: Self.month)
    #expect(story.engine.instants < 2000, "\(story.engine.instants)")
    var slow = try begun(rules)
    for second in stride(from: 2.0, through: 12_000, by: 1) { slow.advance(to: second) }
    #expect(story.told.filter { !$0.contains("cleared") } == slow.told.filter { !$0.contains("cleared") })
    #expect(story.told == slow.told)
  }

  /// With a trusted clock the time of day counts: a part of it changes at whole minutes.
  @Test func aDayWithoutObservationsIsAskedOnceAMinuteForTheTimeOfDay() throws {
    let rules = """
      rules: [{ name: night, when: 'local_time("Europe/Zurich").getHours() < 6', then: [{ event: night }] }]
      """
    var story = try begun(rules)
    story.take(Scene.system(2, .clock(utcAtZero: Scene.midnight)))
    let before = story.engine.instants
    story.advance(to: 2 * 86_400)
    #expect(story.engine.instants - before < 2 * 1440 * 3)
    // 02:40 UTC at zero: until 05:00 UTC, and from 23:00 UTC on.
    #expect(
      story.told == [
        "2 night #1", "8400 night cleared #1", "73200 night #2", "94800 night cleared #2", "159600 night #3",
      ],
      "\(story.told)")
  }
}
