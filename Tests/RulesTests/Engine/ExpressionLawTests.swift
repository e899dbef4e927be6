import Model
import Testing

@testable import Rules

/// The laws of `EngineLawTests`, for everything that expressions read: windows, computed signals, staleness, the way driven, budgets.
struct ExpressionLawTests {
  static let rules = """
    zones:
      depot: { circle: [6.1432, 46.2044], radius: 100 m, tags: [site] }
      patient: { circle: [6.1432, 46.2062], radius: 80 m, lost_after: 5 min }
    signals:
      reefer.kelvin: reefer.temperature + 273.15
      calm.mean: mean(reefer.temperature, "1 min")
      calm.swing: max(reefer.temperature, "5 min") - min(reefer.temperature, "5 min")
      calm.trend: rate(reefer.temperature, "30 s") * 60
      calm.old: age(reefer.temperature)
      calm.before: previous(reefer.temperature)
      way.far: gps.odometer + gps.trip_distance
      way.stands: "!gps.moving || !gps.fix"
      place.where: zones().join(",")
      place.near: distance_to("tag:site") < 50 || time_in_zone("patient") > 20
      hour.local: local_time("Europe/Zurich").getMinutes()
      run.time: system.uptime > 60 && system.restarted == false
      deep.b: deep.a + 1
      deep.a: calm.swing * 2
    report:
      - budget: { uplink: 30 KB per hour }
      - signals: [gps.position]
        when: in_zone("site_or_not") || gps.speed > 5
        every: 5 s
        or_moved: 60 m
        budget: { uplink: 4 KB per hour }
      - signals: [gps.position]
        every: 30 s
        at_least: 1 min
      - signals: [reefer.temperature, calm.*]
        when: reefer.temperature > 0 || calm.mean > 1
        every: 10 s
        deadband: 0.2
      - signals: ["*.*"]
        every: 20 s
        at_least: 2 min
    """.replacing("in_zone(\"site_or_not\")", with: "in_zone(\"depot\")")

  private static func drive(_ random: inout SeededGenerator) throws -> RandomDrive {
    RandomDrive(&random, rules: try RuleFile.load(rules))
  }

  @Test(arguments: 0..<2)
  func anyChunkingOfAdvanceGivesTheSame(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed &+ 5000)
    let drive = try Self.drive(&random)
    let (effects, state) = drive.straight()
    let chunked = drive.inChunks(&random, steps: 0...3)
    #expect(chunked.effects == effects)
    #expect(chunked.state == state)
  }

  @Test(arguments: 0..<2)
  func killsAndReplacementsGiveTheSame(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed &+ 6000)
    let drive = try Self.drive(&random)
    let (effects, state) = drive.straight()
    let killed = try drive.killed(&random, reloaded: { try RuleFile.load(Self.rules) })
    #expect(killed.effects == effects)
    #expect(killed.state == state)
    #expect(killed.saved == state, "the changed rows must add up to the whole state")
  }

  /// What stands here was written by a debug build; a release build, and any later version, must give the same.
  @Test func whatADriveGivesIsTheSameInEveryBuild() throws {
    var random = SeededGenerator(seed: 7000)
    let (effects, state) = try Self.drive(&random).straight()
    var fingerprint = Fingerprint()
    for effect in effects { fingerprint.add("\(effect)") }
    for row in state {
      fingerprint.add(row.kind + row.name)
      for byte in row.value ?? [] { fingerprint.add(byte: byte) }
    }
    #expect(effects.count > 100)
    #expect(fingerprint.text == "e40008c7abb21a69")
  }
}
