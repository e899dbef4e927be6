import CEL
import Chance
import Config
import Geo
import Model
import Testing

@testable import Rules

/// An engine among hundreds of zones: what rules are told and expressions see is what asking every zone gives.
struct ManyZonesEngineTests {
  private static let texts = [
    "in_zone(\"tag:most\")", "in_zone(\"tag:some\")", "in_zone(\"z1\")", "zones().join(\" \")",
    "time_in_zone(\"tag:some\")", "distance_to(\"tag:most\")", "distance_to(\"tag:some\")",
  ]

  private static func vocabulary(_ zones: [Zone]) -> Vocabulary {
    var vocabulary = Vocabulary(Scene.catalogue)
    vocabulary.zones = Set(zones.map(\.id))
    vocabulary.tags = ["most", "some"]
    return vocabulary
  }

  private static let rule = Rule(
    name: "all", triggers: [.enter(.tag("most")), .exit(.tag("most")), .cross(.tag("most"))],
    actions: [.log(LogTemplate(message: "there"))])

  /// Fixes along a way that is driven fast enough for zones to lie between two of them.
  private static func fixes(_ maker: RandomZones, _ chance: inout Chance) -> [Observation] {
    var (east, north, time) = (0.0, 0.0, 0.0)
    return (0..<400).map { number in
      time += chance.once(in: 40) ? 45 : 1
      let pace = chance.once(in: 5) ? 5.0 : 60
      east = max(-3000, min(3000, east + chance.fraction(-pace...pace)))
      north = max(-3000, min(3000, north + chance.fraction(-pace...pace)))
      let place = maker.place(east: east, north: north)
      return Observation(
        time: .seconds(time),
        content: .position(
          device: "gps",
          Position(
            latitude: place.latitude, longitude: place.longitude, time: Scene.midnight + .seconds(time),
            accuracy: chance.fraction(1...9))))
    }
  }

  @Test(arguments: UInt64(0)..<4)
  func expressionsSeeWhatTheZonesSay(seed: UInt64) throws {
    var chance = Chance(seed: seed &+ 900)
    var maker = RandomZones(around: ZoneTrackerLawTests.centers[Int(seed) % 2], &chance)
    let zones = try (0..<300).map { _ in try maker.zone(&chance) }
    let reader = ExpressionReader(Self.vocabulary(zones), files: [])
    let place = SourceLocation(line: 1, column: 1, offset: 0)
    var diagnostics = Diagnostics()
    let expressions = Self.texts.map { text in
      reader.expression(
        YAMLNode(
          span: SourceSpan(file: "x", start: place, end: place), content: .scalar(.init(text: text, isPlain: false))),
        "it", in: .level, diagnostics: &diagnostics)
    }
    #expect(diagnostics.isEmpty)
    let rules = RuleSet(zones: zones, rules: [], reports: [], catalogue: Scene.catalogue, slots: reader.slots)
    var engine = RuleEngine(rules: rules, engine: "abc123", state: [], time: .zero)
    var known = Set<String>()
    for fix in Self.fixes(maker, &chance) {
      guard case .position(_, let position) = fix.content else { continue }
      // Within a gap, and after a stop of unknown length.
      if fix.time - engine.now > .seconds(31) { _ = engine.advance(to: engine.now + .seconds(31)) }
      if chance.once(in: 30) {
        _ = engine.ingest(Observation(time: engine.now, content: .system(.start(downtime: nil))))
      }
      var here: Coordinate?
      for isAtFix in [false, true] {
        if isAtFix {
          _ = engine.ingest(fix)
          here = Coordinate(latitude: position.latitude, longitude: position.longitude)
        }
        let expected = Self.expected(engine, here)
        for (index, expression) in expressions.enumerated() where here != nil || index < 5 {
          let value = expression?.value(in: engine.situation(at: engine.now))
          known.insert("\(index) \(value == nil)")
          #expect(value == expected[index], "\(Self.texts[index])")
          if value != expected[index] { return }
        }
      }
    }
    #expect(known.count >= 10)
  }

  /// What the expressions must give, by the states of all zones.
  private static func expected(_ engine: RuleEngine, _ here: Coordinate?) -> [Model.Value?] {
    let sides = engine.status.zones
    let zones = Array(zip(engine.rules.zones, sides))
    func inside(_ tag: String) -> Model.Value? {
      let chosen = zones.filter { $0.0.tags.contains(tag) }
      if chosen.contains(where: { $0.1.side == .inside }) { return .boolean(true) }
      return chosen.contains { $0.1.side == .unknown } ? nil : .boolean(false)
    }
    func least(_ tag: String) -> Model.Value? {
      guard let here else { return nil }
      return zones.filter { $0.0.tags.contains(tag) }.map { -$0.0.shape.signedDistance(here) }.min().map { .number($0) }
    }
    let held = sides.filter { $0.side == .inside }
    var longest: Model.Value? = inside("some").map { _ in .number(0) }
    if inside("some") == .boolean(true) {
      let since = zones.filter { $0.0.tags.contains("some") && $0.1.side == .inside }.compactMap(\.1.since)
      longest = since.map { (engine.now - $0).seconds }.max().map { .number($0) }
    }
    return [
      inside("most"), inside("some"), sides[0].side == .unknown ? nil : .boolean(sides[0].side == .inside),
      sides.allSatisfy { $0.side == .unknown } ? nil : .text(held.map(\.id).joined(separator: " ")), longest,
      least("most"), least("some"),
    ]
  }

  @Test(arguments: UInt64(0)..<6)
  func whatIsDrivenThroughIsWhatEveryZoneWouldSay(seed: UInt64) throws {
    var chance = Chance(seed: seed &+ 300)
    var maker = RandomZones(around: ZoneTrackerLawTests.centers[Int(seed) % 4], &chance)
    let zones = try (0..<400).map { _ in try maker.zone(&chance) }
    var engine = RuleEngine(
      rules: RuleSet(zones: zones, rules: [Self.rule], reports: [], catalogue: Scene.catalogue), engine: "abc123",
      state: [], time: .zero)
    var plain = PlainZones(zones)
    var last: Fix?
    var crossed = 0
    for observation in Self.fixes(maker, &chance) {
      while let due = plain.nextDeadline, due <= observation.time { plain.lose(until: due) }
      guard case .position(_, let position) = observation.content else { continue }
      let fix = Fix(position, arrival: observation.time)
      let before = plain.states
      var expected = plain.take(fix, previous: last, error: position.estimatedError, at: observation.time)
        .filter { zones[$0.zone].tags.contains("most") }.count
      for (index, zone) in zones.enumerated() where zone.tags.contains("most") {
        let (then, now) = (before[index], plain.states[index])
        guard let last, then.isKnown, then.side == .outside, now.isKnown, now.side == .outside,
          ZoneReach(zone).mayMeet(last.coordinate, fix.coordinate),
          fix.seconds(since: last) <= zone.band.lostAfter.seconds, fix.impliedSpeed(since: last) <= zone.band.maxSpeed,
          Passage.through(
            zone, from: last, to: fix,
            deeperThan: zone.band.enterThreshold(error: position.estimatedError, radius: zone.radius)) != nil
        else { continue }
        expected += 1
        crossed += 1
      }
      last = fix
      let told = engine.ingest(observation).count { if case .log = $0 { true } else { false } }
      #expect(told == expected)
      if told != expected { return }
    }
    #expect(crossed > 0)
  }
}
