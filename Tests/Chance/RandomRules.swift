/// A rule file from a seed that uses whatever rule files may: every trigger, level, action, report policy, window, variable, computed
/// signal and function, over the devices of `RandomJourney`.
public struct RandomRules {
  /// The rule file.
  public let text: String

  public init(_ chance: inout Chance) {
    var lines = Self.zones
    lines += ["signals:"] + Self.signals(&chance)
    if !chance.once(in: 4) { lines += ["report:"] + Self.policies(&chance) }
    lines.append("rules:")
    // Variables and types of events are declared by their use, so that any expression may speak of them.
    lines.append(
      "  - { name: sets, on: { command: x }, then: [{ set: { n: 'has(n) ? n + 1 : 1', flag: reefer.door } }] }")
    lines.append("  - { name: tells, on: { command: y }, then: [{ event: alpha }, { event: beta }] }")
    for index in 0..<chance.number(3...9) { lines += Self.rule("r\(index)", &chance) }
    text = lines.joined(separator: "\n") + "\n"
  }

  private static let zones = [
    "zones:",
    "  depot: { circle: [6.1432, 46.2044], radius: 100 m, tags: [site] }",
    "  tiny: { circle: [6.14514, 46.2044], radius: 15 m, tags: [site] }",
    "  yard:",
    "    polygon: [[6.1406, 46.2030], [6.1438, 46.2030], [6.1438, 46.2046], [6.1406, 46.2046]]",
    "    tags: [site]",
    "    initial: true",
    "  patient: { circle: [6.1432, 46.2062], radius: 80 m, lost_after: 5 min }",
  ]

  private static func signals(_ chance: inout Chance) -> [String] {
    let all = [
      "reefer.kelvin: reefer.temperature + 273.15", "made.mean: 'mean(reefer.temperature, \"1 min\")'",
      "made.swing: 'max(reefer.temperature, \"5 min\") - min(reefer.temperature, \"5 min\")'",
      "made.twice: made.swing * 2", "made.old: age(reefer.temperature)", "made.far: gps.odometer + gps.trip_distance",
      "made.near: 'distance_to(\"tag:site\") < 50'", "made.where: 'zones().join(\",\")'",
      "made.minute: 'local_time(\"Europe/Zurich\").getMinutes()'",
    ]
    // The first four always, since conditions speak of them.
    return all.enumerated().filter { index, _ in index < 4 || chance.once(in: 2) }.map { "  " + $1 }
  }

  // MARK: Report policies

  private static func policies(_ chance: inout Chance) -> [String] {
    var lines = chance.once(in: 3) ? ["  - budget: { uplink: \(chance.number(5...60)) KB per hour }"] : []
    for _ in 0..<chance.number(1...5) {
      let signals = chance.pick(["gps.position", "reefer.*", "\"*.temperature\"", "made.*", "\"*\"", "system.*"])
      var keys = ["signals: [\(signals)]"]
      if chance.once(in: 2) { keys.append("when: '\(condition(&chance))'") }
      if chance.once(in: 2) { keys.append("every: \(chance.pick([1, 5, 10, 60])) s") }
      if keys.contains(where: { $0.hasPrefix("every") }), chance.once(in: 4) {
        keys.append("budget: { uplink: \(chance.number(2...20)) KB per hour }")
      }
      if chance.once(in: 2) { keys.append("at_least: \(chance.pick([70, 120, 600])) s") }
      if signals == "gps.position" {
        if chance.once(in: 2) { keys.append("or_moved: \(chance.number(20...200)) m") }
        if chance.once(in: 2) { keys.append("or_turned: \(chance.number(10...90)) deg") }
      } else if chance.once(in: 2) {
        keys.append("deadband: \(chance.pick(["0.25", "1", "5"]))")
      }
      lines.append("  - { \(keys.joined(separator: ", ")) }")
    }
    return lines
  }

  // MARK: Rules

  private static func rule(_ name: String, _ chance: inout Chance) -> [String] {
    var keys = ["name: \(name)"]
    if chance.once(in: 3) { keys.append("cooldown: \(wait(&chance))") }
    if chance.once(in: 3) { keys.append("limit: \(chance.number(1...6)) per \(chance.pick(["minute", "hour"]))") }
    if chance.once(in: 3) {
      let triggers = triggers(&chance)
      keys.append("on: { \(triggers.joined(separator: ", ")) }")
      if chance.once(in: 2) {
        keys.append("when: '\(chance.once(in: 3) ? "trigger.name != \"y\"" : condition(&chance))'")
      }
      let crosses = triggers.allSatisfy { $0.hasPrefix("enter") || $0.hasPrefix("exit") }
      return item(keys, ("then", actions(name, crosses ? "geofence_event" : nil, &chance)))
    }
    let condition = condition(&chance)
    keys.append("when: '\(condition)'")
    if chance.once(in: 3) {
      let until = Self.condition(&chance)
      // The same as `when` is refused.
      keys.append("until: '\(until == condition ? "!(\(until))" : until)'")
    }
    if chance.once(in: 2) { keys.append("for: \(wait(&chance))") }
    if chance.once(in: 3) { keys.append("clear_for: \(wait(&chance))") }
    if chance.once(in: 4) { keys.append("notify_clear: false") }
    var then = actions(name, nil, &chance)
    if chance.once(in: 3) { then.append(["sample: { reefer: \(chance.number(1...20)) s }"]) }
    return item(keys, ("then", then), ("clear", chance.once(in: 2) ? actions(name, nil, &chance) : []))
  }

  private static func item(_ keys: [String], _ lists: (key: String, actions: [[String]])...) -> [String] {
    var lines = keys
    for (key, actions) in lists where !actions.isEmpty {
      lines.append("\(key):")
      for action in actions { lines += ["  - " + action[0]] + action.dropFirst().map { "    " + $0 } }
    }
    return ["  - " + lines[0]] + lines.dropFirst().map { "    " + $0 }
  }

  private static func triggers(_ chance: inout Chance) -> [String] {
    let zone = { (chance: inout Chance) in chance.pick(["\"tag:site\"", "depot", "patient", "[tiny, depot]"]) }
    var all = [
      "enter: \(zone(&chance))", "exit: \(zone(&chance))", "cross: \(zone(&chance))",
      "dwell: { zone: \(zone(&chance)), for: \(chance.number(5...90)) s }",
      "change: \(chance.pick(["reefer.door", "[reefer.mode, reefer.temperature]", "made.twice"]))",
      "every: \(chance.pick([1, 10, 30])) s", "link: { central: \(chance.pick(["up", "down"])) }",
      "command: \(chance.pick(["x", "[x, y]"]))", "start: true",
    ]
    if chance.once(in: 3) { return Array(all[0...1]) }
    all.shuffle(using: &chance)
    return Array(all.prefix(chance.number(1...3)))
  }

  /// Each by its lines. In `data` and `args` what stands in quotes is a text, so that expressions go without.
  private static func actions(_ name: String, _ crossing: String?, _ chance: inout Chance) -> [[String]] {
    (0..<chance.number(1...3)).map { _ in action(name, crossing, &chance) }
  }

  private static func action(_ name: String, _ crossing: String?, _ chance: inout Chance) -> [String] {
    switch chance.number(0...12) {
    case 0...3:
      if let crossing, chance.once(in: 2) { return ["event: \(crossing)"] }
      return [
        "event:", "  type: \(chance.pick(["alpha", "beta", name]))",
        "  severity: \(chance.pick(["info", "warning", "critical"]))", "  data:", "    v: \(operand(&chance))",
        "    s: \"text\"", "    k: \(chance.number(-9...9))",
      ]
    case 4...5: return ["set: { n: '\(number(&chance))' }"]
    case 6: return ["set: { flag: '\(condition(&chance))' }"]
    case 7: return ["report: [\(chance.pick(["gps.position", "reefer.temperature", "made.*"]))]"]
    case 8:
      return [
        "run:", "  hook: h", "  args:", "    - \(operand(&chance))", "    - 1", "    - \"a\"",
        "  timeout: \(chance.number(1...9)) s", "  data:", "    v: \(operand(&chance))",
      ]
    case 9:
      return [
        "log:", "  message: \"said by \(name)\"", "  level: \(chance.pick(["info", "warning", "error"]))", "  data:",
        "    v: \(operand(&chance))",
      ]
    case 10: return [chance.once(in: 3) ? "shutdown: true" : "log: \"plain\""]
    case 11:
      return [
        "write:", "  cab.setpoint: (\(number(&chance)))", "  cab.buzzer: \(chance.pick(["true", "false", "flag"]))",
        "  cab.horn: (\(condition(&chance, depth: 0)))",
      ]
    default: return ["event: \(chance.pick(["alpha", "beta"]))"]
    }
  }

  private static func wait(_ chance: inout Chance) -> String {
    chance.pick(["500 ms", "1 s", "3 s", "7 s", "20 s", "45 s", "3 min"])
  }
}
