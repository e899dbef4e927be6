import Model
import Testing

@testable import Rules

/// A test for each sentence of the design on levels: the sentence, then the test.
///
/// | sentence | test |
/// | --- | --- |
/// | `when` alone is a level. | `whenAloneIsALevel` |
/// | Down, only `when` counts; up, only `until` (or `!when`). | `downOnlyWhenCounts`, `upOnlyUntilCounts`, `withoutUntilItGoesDownWhenWhenFails` |
/// | `for` runs from the first true; unknown for less than `stale_after` doesn't reset it, longer does | `forRunsFromTheFirstTrue`, `shortUnknownDoesNotResetForAndLongDoes` |
/// | a rule is raised only by an evaluation that is true | `raisedOnlyByAnEvaluationThatIsTrue` |
/// | `clear_for` likewise on the way down | `clearForRunsOnTheWayDown`, `shortUnknownDoesNotResetClearForAndLongDoes`, `clearedOnlyByAnEvaluationThatIsTrue` |
/// | `event` in `then` opens, and clearing sends the same event `id` with `"state":"cleared"` unasked | `clearingSendsTheSameID` |
/// | (`notify_clear: false` turns that off) | `notifyClearTurnsThatOff` |
/// | `cooldown` holds back the next raise: if the condition still holds when it ends, it raises then | `cooldownHoldsBackTheNextRaise` |
/// | `limit: 5 per hour` drops and counts | `limitDropsAndCounts` |
///
/// Those on what is unknown, on time and on the order at one instant are in `EvaluationSentenceTests`.
struct LevelSentenceTests {
  private func story(_ keys: String = "", when: String = "reefer.temperature > 0") throws -> Story {
    try Story("rules: [{ name: a, when: \(when), \(keys)then: [{ event: hot }] }]")
  }

  @Test func whenAloneIsALevel() throws {
    var story = try Story(
      """
      rules:
        - { name: level, when: reefer.door, then: [{ event: open }] }
        - { name: happens, on: { command: x }, when: reefer.door, then: [{ event: asked }] }
      """)
    story.take(Scene.reading(0, "door", .boolean(true)), Scene.system(1, .command(name: "x", id: "1")))
    #expect(story.engine.status.rules.map(\.isUp) == [true, nil])
    story.take(Scene.reading(2, "door", .boolean(false)))
    #expect(story.engine.status.rules.map(\.isUp) == [false, nil])
    #expect(story.told == ["0 open #1", "1 asked #2", "2 open cleared #1"])
  }

  @Test func downOnlyWhenCounts() throws {
    var story = try story("until: reefer.temperature > 10, ")
    story.temperature(-5, from: 0, to: 2)
    #expect(story.news() == [])
    story.temperature(20, from: 3, to: 3)
    #expect(story.news() == ["3 hot #1"], "what would bring it down doesn't count while it is down")
  }

  @Test func upOnlyUntilCounts() throws {
    var story = try story("until: reefer.temperature < -5, ")
    story.temperature(5, from: 0, to: 1)
    story.temperature(-2, from: 2, to: 5)
    #expect(story.news() == ["0 hot #1"])
    story.temperature(-6, from: 6, to: 6)
    #expect(story.news() == ["6 hot cleared #1"])
  }

  @Test func withoutUntilItGoesDownWhenWhenFails() throws {
    var story = try story()
    story.temperature(5, from: 0, to: 1)
    story.temperature(-1, from: 2, to: 2)
    story.temperature(1, from: 3, to: 3)
    #expect(story.told == ["0 hot #1", "2 hot cleared #1", "3 hot #2"])
  }

  @Test func whatCountsAfterATurnIsAskedAtTheNextSecondAtTheLatest() throws {
    var story = try story("until: reefer.temperature > 10, ")
    story.take(Scene.reading(0.3, "temperature", .number(20)))
    story.advance(to: 0.9)
    #expect(story.news() == ["0.3 hot #1"])
    story.advance(to: 3.5)
    #expect(story.news() == ["1 hot cleared #1", "2 hot #2", "3 hot cleared #2"])
  }

  @Test func forRunsFromTheFirstTrue() throws {
    var story = try story("for: 5 s, ")
    story.temperature(5, from: 0, to: 3)
    story.temperature(-5, from: 4, to: 4)
    story.temperature(5, from: 5, to: 9)
    #expect(story.news() == [])
    story.advance(to: 20)
    #expect(story.news() == ["10 hot #1"])
  }

  @Test func shortUnknownDoesNotResetForAndLongDoes() throws {
    var story = try story("for: 30 s, ")
    story.temperature(5, from: 0, to: 5)
    story.temperature(nil, from: 6, to: 12, .bad)
    story.temperature(5, from: 13, to: 29)
    #expect(story.news() == [])
    story.temperature(5, from: 30, to: 30)
    #expect(story.news() == ["30 hot #1"], "unknown for 7 s of the 10 that make it stale")
    var long = try self.story("for: 30 s, ")
    long.temperature(5, from: 0, to: 5)
    long.temperature(nil, from: 6, to: 15, .bad)
    long.temperature(5, from: 16, to: 45)
    #expect(long.news() == [])
    long.temperature(5, from: 46, to: 46)
    #expect(long.news() == ["46 hot #1"])
  }

  @Test func raisedOnlyByAnEvaluationThatIsTrue() throws {
    var story = try story("for: 5 s, ")
    story.temperature(5, from: 0, to: 1)
    story.temperature(nil, from: 2, to: 8, .bad)
    #expect(story.news() == [], "the wait is over, but nobody knows whether it still holds")
    story.temperature(5, from: 9, to: 9)
    #expect(story.news() == ["9 hot #1"])
  }

  @Test func clearForRunsOnTheWayDown() throws {
    var story = try story("clear_for: 5 s, ")
    story.temperature(5, from: 0, to: 0)
    story.temperature(-5, from: 1, to: 3)
    story.temperature(5, from: 4, to: 4)
    story.temperature(-5, from: 5, to: 6)
    story.temperature(nil, from: 7, to: 8, .bad)
    story.temperature(-5, from: 9, to: 9)
    #expect(story.news() == ["0 hot #1"])
    story.advance(to: 15)
    #expect(story.news() == ["10 hot cleared #1"])
  }

  @Test func shortUnknownDoesNotResetClearForAndLongDoes() throws {
    for (unknownUntil, cleared) in [(12, 31), (15, 46)] {
      var story = try story("clear_for: 30 s, ")
      story.temperature(5, from: 0, to: 0)
      story.temperature(-5, from: 1, to: 5)
      story.temperature(nil, from: 6, to: unknownUntil, .bad)
      story.temperature(-5, from: unknownUntil + 1, to: 50)
      #expect(story.told == ["0 hot #1", "\(cleared) hot cleared #1"])
    }
  }

  @Test func clearedOnlyByAnEvaluationThatIsTrue() throws {
    var story = try story("clear_for: 5 s, ")
    story.temperature(5, from: 0, to: 0)
    story.temperature(-5, from: 1, to: 2)
    story.temperature(nil, from: 3, to: 9, .bad)
    #expect(story.news() == ["0 hot #1"], "the wait is over, but nobody knows whether it still fails")
    story.temperature(-5, from: 10, to: 10)
    #expect(story.news() == ["10 hot cleared #1"])
  }

  @Test func clearingSendsTheSameID() throws {
    var story = try Story(
      """
      rules:
        - name: a
          when: reefer.temperature > 0
          then:
            - event: { type: one, data: { t: reefer.temperature } }
            - event: { type: two, severity: critical }
          clear: [{ log: over }]
      """)
    story.temperature(5, from: 0, to: 0)
    try story.restart()
    story.temperature(-5, from: 1, to: 1)
    #expect(
      story.told == ["0 one #1 t=5", "0 two #2", "1 one cleared #1 t=-5", "1 two cleared #2", "1 log info over"])
  }

  @Test func notifyClearTurnsThatOff() throws {
    var story = try story("notify_clear: false, ")
    story.temperature(5, from: 0, to: 0)
    story.temperature(-5, from: 1, to: 1)
    #expect(story.told == ["0 hot #1"])
  }

  @Test func cooldownHoldsBackTheNextRaise() throws {
    var story = try story("cooldown: 1 min, ")
    story.temperature(5, from: 0, to: 0)
    story.temperature(-5, from: 1, to: 1)
    story.temperature(5, from: 2, to: 2)
    story.temperature(-5, from: 3, to: 3)
    #expect(story.news() == ["0 hot #1", "1 hot cleared #1"])
    story.temperature(5, from: 50, to: 59)
    try story.restart()
    #expect(story.news() == [])
    story.advance(to: 70)
    #expect(story.news() == ["60 hot #2"], "it still holds when the cooldown ends")
  }

  @Test func limitDropsAndCounts() throws {
    var story = try story("limit: 2 per minute, ")
    for second in 0..<6 { story.temperature(second % 2 == 0 ? 5 : -5, from: second, to: second) }
    #expect(story.news() == ["0 hot #1", "1 hot cleared #1", "2 hot #2", "3 hot cleared #2"])
    #expect(story.engine.counters[.limitReached] == 1)
    #expect(story.engine.status.rules[0].dropped == 1)
    story.temperature(5, from: 60, to: 60)
    #expect(story.news() == ["60 hot #3"])
  }

  @Test func aRuleThatSetsItselfOffDoesNotLoop() throws {
    var story = try Story(
      """
      rules:
        - { name: begin, on: start, then: [{ set: { n: 0 } }] }
        - { name: up, when: n >= 0, until: n > -1, then: [{ set: { n: n + 1 } }], clear: [{ set: { n: n + 1 } }] }
        - { name: told, on: { command: x }, then: [{ event: { type: n, data: { n: n } } }] }
      """)
    story.take(Scene.system(0, .start(downtime: .zero)))
    story.advance(to: 10.5)
    story.take(Scene.system(10.5, .command(name: "x", id: "1")))
    #expect(
      story.told == ["10.5 n #1 n=12"],
      "once at each instant, and those are the start, each whole second and the command")
  }

  // MARK: Restarts

  @Test func waitsStartAnewAfterAStopOfUnknownLengthAndWhatIsUpStaysUp() throws {
    var story = try Story(
      """
      rules:
        - { name: start, on: { command: x }, then: [{ set: { flag: true } }] }
        - { name: waits, when: flag, for: 30 s, then: [{ event: waits }] }
        - { name: is_up, when: flag, then: [{ event: is_up }] }
      """)
    story.take(Scene.system(0, .command(name: "x", id: "1")))
    story.advance(to: 20)
    try story.restart()
    story.take(Scene.system(20, .start(downtime: nil)))
    story.advance(to: 49)
    #expect(story.news() == ["0 is_up #1"])
    story.advance(to: 60)
    #expect(story.news() == ["50 waits #2"])
  }

  @Test func waitsRunOnOverAStopOfKnownLength() throws {
    var story = try Story(
      """
      rules:
        - { name: start, on: { command: x }, then: [{ set: { flag: true } }] }
        - { name: waits, when: flag, for: 30 s, then: [{ event: waits }] }
      """)
    story.take(Scene.system(0, .command(name: "x", id: "1")))
    story.advance(to: 20)
    try story.restart()
    story.take(Scene.system(100, .start(downtime: .seconds(80))))
    #expect(story.news() == ["30 waits #1"])
  }
}
