/// A function of rule files, as the reference lists it. What it means is in `HostMacro`.
struct HostFunction: Sendable {
  enum Name: String, CaseIterable, Sendable {
    case inZone = "in_zone"
    case zones
    case distanceTo = "distance_to"
    case timeInZone = "time_in_zone"
    case count
    case localTime = "local_time"
    case has, age, quality, previous, mean, min, max, rate
  }

  var name: Name
  /// How it is written.
  var form: String
  /// What it gives.
  var result: String
  /// For the reference.
  var note: String

  static let all: [HostFunction] = [
    .init(
      name: .inZone, form: "in_zone(\"depot\")", result: "true or false",
      note:
        "whether the vehicle is inside the zone, or with `\"tag:site\"` inside any zone with the tag; unknown while its side is"
    ),
    .init(
      name: .zones, form: "zones()", result: "a list of texts",
      note: "the ids of the zones that the vehicle is inside of, in file order; unknown while no zone's side is known"),
    .init(
      name: .distanceTo, form: "distance_to(\"depot\")", result: "a number, m",
      note: "metres to the zone's border, negative inside; with a tag, to the nearest such zone"),
    .init(
      name: .timeInZone, form: "time_in_zone(\"depot\")", result: "a number, s",
      note: "seconds since the zone was entered, 0 outside; with a tag, the longest"),
    .init(
      name: .count, form: "count(\"speeding\", \"1 h\")", result: "a number",
      note: "how many events of the type were raised in the time before, those of this instant not among them"),
    .init(
      name: .localTime, form: "local_time(\"Europe/Zurich\")", result: "a time",
      note: "the time that clocks show there, for `.getHours()` and the like; unknown while the clock is not trusted"),
    .init(
      name: .has, form: "has(reefer.temperature)", result: "true or false",
      note: "whether the signal has a value that is neither stale nor bad, or the variable was ever set; never unknown"),
    .init(
      name: .age, form: "age(reefer.temperature)", result: "a number, s",
      note: "seconds since the last observation, good or not; unknown before the first"),
    .init(
      name: .quality, form: "quality(reefer.temperature)", result: "a text",
      note: "`\"good\"`, `\"stale\"`, `\"bad\"` or `\"never\"`; never unknown"),
    .init(
      name: .previous, form: "previous(reefer.temperature)", result: "as the signal",
      note: "the good value before the newest one; unknown before the second, and while the signal is"),
    .init(
      name: .mean, form: "mean(reefer.temperature, \"5 min\")", result: "a number",
      note: "the mean of the good readings of that time; each counts the same"),
    .init(name: .min, form: "min(reefer.temperature, \"5 min\")", result: "a number", note: "the least of them"),
    .init(name: .max, form: "max(reefer.temperature, \"5 min\")", result: "a number", note: "the greatest of them"),
    .init(
      name: .rate, form: "rate(reefer.temperature, \"5 min\")", result: "a number, per s",
      note: "from the oldest to the newest reading of that time, per second; unknown with fewer than two"),
  ]

  static func named(_ name: Name) -> HostFunction {
    all.first { $0.name == name } ?? HostFunction(name: name, form: "\(name.rawValue)()", result: "", note: "")
  }
}
