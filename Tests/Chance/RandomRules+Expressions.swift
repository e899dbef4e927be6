/// Expressions without single quotes, since they stand in such.
extension RandomRules {
  static func condition(_ chance: inout Chance, depth: Int = 2) -> String {
    guard depth > 0 else { return atom(&chance) }
    switch chance.number(0...9) {
    case 0...4: return atom(&chance)
    case 5: return "!(\(condition(&chance, depth: depth - 1)))"
    case 6...7: return "(\(condition(&chance, depth: depth - 1)) && \(condition(&chance, depth: depth - 1)))"
    case 8: return "(\(condition(&chance, depth: depth - 1)) || \(condition(&chance, depth: depth - 1)))"
    default:
      return
        "(\(atom(&chance)) ? \(condition(&chance, depth: depth - 1)) : \(condition(&chance, depth: depth - 1)))"
    }
  }

  private static func atom(_ chance: inout Chance) -> String {
    let zone = chance.pick(["depot", "tag:site", "patient", "yard"])
    return chance.pick([
      "reefer.door", "reefer.mode == \"eco\"", "flag", "has(n)", "has(reefer.door)", "gps.moving", "gps.fix",
      "in_zone(\"\(zone)\")", "\"depot\" in zones()", "zones().size() > 0", "system.link", "system.clock",
      "system.restarted", "quality(reefer.temperature) == \"good\"",
      "previous(reefer.temperature) < reefer.temperature",
      "local_time(\"Europe/Zurich\").getMinutes() % 2 == 0", "local_time(\"America/New_York\").getHours() < 12",
      "now.getSeconds() < 30", "now.getMinutes(\"Asia/Kathmandu\") < 40",
      "age(reefer.temperature) > \(chance.number(1...60))",
      "time_in_zone(\"\(zone)\") >= \(chance.number(1...60))", "90 < system.uptime",
      "\(number(&chance)) > \(chance.number(-4...8))", "\(number(&chance)) <= \(chance.number(-4...8))",
    ])
  }

  static func number(_ chance: inout Chance) -> String {
    let window = chance.pick(["10 s", "1 min", "5 min", "1 h"])
    return chance.pick([
      "reefer.temperature", "reefer.kelvin - 273.15", "made.mean", "made.swing", "made.twice", "n", "n + 1", "n * 0.5",
      "age(reefer.door)", "age(reefer.temperature)", "time_in_zone(\"tag:site\")", "distance_to(\"depot\")",
      "gps.speed", "gps.speed_kmh / 10", "gps.course / 90", "gps.odometer / 100", "gps.trip_distance", "system.uptime",
      "mean(reefer.temperature, \"\(window)\")", "min(reefer.temperature, \"\(window)\")",
      "max(reefer.temperature, \"\(window)\")", "rate(reefer.temperature, \"\(window)\") * 60",
      "mean(gps.speed, \"\(window)\")", "count(\"alpha\", \"\(window)\")", "count(\"beta\", \"\(window)\")",
      "double(local_time(\"Europe/Zurich\").getSeconds())", "math.abs(reefer.temperature)",
    ])
  }

  /// As it stands without quotes, where a colon would end it.
  static func operand(_ chance: inout Chance) -> String {
    switch chance.number(0...4) {
    case 0: "(\(atom(&chance)))"
    case 1: "reefer.mode + \"/\" + quality(reefer.mode)"
    case 2: "string(now)"
    default: "(\(number(&chance)))"
    }
  }
}
