import Model
import Testing

@testable import Rules

/// The laws of `EngineLawTests`, for triggers, levels and actions of every kind.
struct RuleLawTests {
  static let rules = """
    zones:
      depot: { circle: [6.1432, 46.2044], radius: 100 m, tags: [site] }
      tiny: { circle: [6.14514, 46.2044], radius: 15 m, tags: [site] }
      patient: { circle: [6.1432, 46.2062], radius: 80 m, lost_after: 5 min }
    report:
      - { signals: [gps.position], every: 30 s }
      - { signals: ["reefer.*"], every: 1 h, deadband: 100 }
    rules:
      - { name: begin, on: start, then: [{ set: { n: 0, warm: false } }, { log: "begin" }] }
      - name: early
        when: n >= 3
        until: n < 3
        then: [{ event: { type: early, data: { n: n } } }]
        clear: [{ log: { message: "early over", data: { n: n } } }]
      - name: warm
        when: reefer.temperature > 1
        until: reefer.temperature < 0
        for: 5 s
        clear_for: 2 s
        cooldown: 20 s
        limit: 20 per hour
        then:
          - event: { type: warm, severity: critical, data: { t: reefer.temperature, in: 'in_zone("tag:site")' } }
          - sample: { reefer: 2 s }
          - set: { n: n + 1, warm: true }
          - report: [gps.position, reefer.temperature]
        clear: [{ set: { warm: false } }]
      - name: often
        when: warm || reefer.door
        notify_clear: false
        limit: 5 per minute
        then: [{ event: often }, { sample: { reefer: 1 s } }, { run: { hook: x, args: [n], data: { z: n } } }]
      - { name: aged, when: 'age(reefer.temperature) > 7 && count("often", "2 min") < 3', for: 1 s, then: [{ event: aged }] }
      - { name: site, when: 'in_zone("tag:site")', for: 3 s, clear_for: 3 s, then: [{ event: site }, { set: { n: n + 1 } }] }
      - { name: visits, on: { enter: "tag:site", exit: "tag:site" }, cooldown: 2 s, then: [{ event: geofence_event }] }
      - { name: stays, on: { dwell: { zone: ["tag:site", patient], for: 20 s } }, then: [{ event: { type: stays, data: { z: trigger.zone } } }] }
      - { name: through, on: { cross: [tiny, depot, patient] }, then: [{ event: { type: through, data: { z: trigger.zone } } }] }
      - name: mixed
        on: { change: [reefer.door, reefer.temperature], every: 30 s, link: { central: down }, command: x }
        when: reefer.temperature > -3 || trigger.name == "x"
        limit: 30 per minute
        then: [{ event: { type: mixed, data: { n: trigger.name } } }, { shutdown: true }]
      - { name: chase_a, when: ball == 1, then: [{ set: { ball: 2 } }] }
      - { name: chase_b, when: ball == 2, then: [{ set: { ball: 1 } }] }
      - { name: serve, on: { command: x }, then: [{ set: { ball: 1 } }] }
    """

  /// The random drive, with commands, links and outcomes among its observations.
  private static func drive(_ random: inout SeededGenerator) throws -> (RandomDrive, [Observation]) {
    let drive = RandomDrive(&random, rules: try RuleFile.load(rules))
    var observations: [Observation] = []
    for observation in drive.observations {
      observations.append(observation)
      let more: SystemObservation? =
        switch Int.random(in: 0..<25, using: &random) {
        case 0: .command(name: "x", id: "1")
        case 1: .link(uplink: "central", isUp: Bool.random(using: &random))
        case 2:
          .outcome(ActionOutcome(id: "abc123-1", rule: "often", action: "run", target: "x", result: .done))
        default: nil
        }
      if let more { observations.append(Observation(time: observation.time, content: .system(more))) }
    }
    // At last straight through the depot, between two fixes.
    let last = observations.last?.time.seconds ?? 0
    for (second, east) in [(100.0, -300.0), (101, -300), (102, -300), (112, 300)] {
      observations.append(Scene.fix(last + second, east: east, accuracy: 3))
    }
    return (drive, observations)
  }

  private static func isRestart(_ observation: Observation?) -> Bool {
    if case .system(.start)? = observation?.content { true } else { false }
  }

  @Test(arguments: 0..<3)
  func anyChunkingOfAdvanceGivesTheSame(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed &+ 8000)
    let (drive, observations) = try Self.drive(&random)
    let (effects, state) = drive.straight(observations)
    let chunked = drive.inChunks(&random, observations: observations, steps: 0...3, isOff: Self.isRestart)
    #expect(chunked.effects == effects)
    #expect(chunked.state == state)
  }

  @Test(arguments: 0..<3)
  func killsAndReplacementsGiveTheSame(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed &+ 9000)
    let (drive, observations) = try Self.drive(&random)
    let (effects, state) = drive.straight(observations)
    let killed = try drive.killed(&random, observations: observations, reloaded: { try RuleFile.load(Self.rules) })
    #expect(killed.effects == effects)
    #expect(killed.state == state)
    #expect(killed.saved == state, "the changed rows must add up to the whole state")
  }

  /// The laws would hold of drives on which nothing happens, too.
  @Test func drivesByChanceExerciseEveryRule() throws {
    var fired: Set<String> = []
    var cleared = 0
    for seed in UInt64(0)..<6 {
      var random = SeededGenerator(seed: seed &+ 8000)
      let (drive, observations) = try Self.drive(&random)
      var engine = drive.engine()
      let effects = engine.run(observations)
      cleared += effects.events.count {
        if case .general(let general) = $0.content { general.state == .cleared } else { false }
      }
      for rule in engine.status.rules where rule.firings > 0 { fired.insert(rule.name) }
    }
    let never = try RuleFile.load(Self.rules).rules.map(\.name).filter { !fired.contains($0) }
    #expect(never == [])
    #expect(cleared > 30)
  }
}
