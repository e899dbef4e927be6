public import Config

extension RuleSet {
  /// What a rule file may hold.
  public static var schema: Schema {
    .object([
      .init("zones", .table(names: .any, .object(zone)), "Places that matter, by ids of your choice"),
      .init("signals", .table(names: .any, .text()), "Computed signals: `device.metric: expression`"),
      .init(
        "report", .list(.object(report)),
        "How often what goes up; the first entry that names a signal and whose `when` holds decides"),
      .init("rules", .list(.object(rule)), "What to do when something happens or holds"),
      .init("tests", .list(.object(RuleTest.keys)), "What must come of the rules; `waypost test` runs them"),
    ])
  }

  static let name = Schema.text(pattern: "^[a-z_][a-z0-9_]{0,63}$")
  static let zoneNames = Schema.oneOrMore(.text(pattern: "^.{1,68}$"))

  private static var zone: [Schema.Key] {
    [
      .init("circle", .list(.number), "The centre: longitude, latitude"),
      .init("radius", .quantity(.length), "The circle's radius, 1 m to 1000 km"),
      .init(
        "polygon", .list(.list(.anything)),
        "A ring of points (longitude, latitude), or a list of rings: the outline, then holes"),
      .init(
        "corridor", .either([.text(), .list(.list(.anything))]),
        "A GeoJSON file of lines, or a list of points (longitude, latitude), or a list of such lists"),
      .init("width", .quantity(.length), "The corridor's whole width, 10 cm to 100 km; half of it lies on either side"),
      .init("file", .text(), "A GeoJSON file (RFC 7946), looked for beside this file and in `zones.d`"),
      .init(
        "id", .text(),
        "With `file` or `corridor`: where each feature's id stands, as `properties.customer_no`; each is then a zone of its own"
      ),
      .init("name", .text(), "For people; with `id`: where each feature's name stands"),
      .init(
        "tags", .list(.text(pattern: "^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$")),
        "`tag:NAME` in a rule means every zone with that tag"),
      .init(
        "initial", .boolean, standard: "`false`", "Raise `enter` also when the first side that is ever known is inside"),
      .init(
        "enter_margin", .quantity(.length), standard: "by the receiver's error", "How far inside counts as entered"),
      .init("exit_margin", .quantity(.length), standard: "by the receiver's error", "How far outside counts as left"),
      .init(
        "max_speed", .quantity(.speed), standard: "`300 km/h`", "A jump faster than this needs a second fix to agree"),
      .init(
        "lost_after", .quantity(.time), standard: "`30 s`", "After so long without a usable fix the side is unknown"),
    ]
  }

  private static var report: [Schema.Key] {
    [
      .init(
        "signals", .list(.text(pattern: #"^(\*|[a-z0-9_*]{1,64}\.[a-z0-9_*]{1,64})$"#)),
        "Which signals: `gps.position`, `reefer.*`; left out only beside a `budget` for all"),
      .init("when", .text(), "An expression; where it doesn't hold, or is unknown, the next entry is asked"),
      .init("send", .choice(["never"]), "Of these signals nothing is sent, and that is meant"),
      .init("every", .quantity(.time), "Not more often than this"),
      .init("deadband", .number, "Only where the value differs by more than this from what went last"),
      .init("or_moved", .quantity(.length), "Sooner, when moved so far"),
      .init("or_turned", .quantity(.angle), "Sooner, when turned so far"),
      .init(
        "max_error", .quantity(.length),
        "Of positions, 1 m to 10 km: only the fixes that redraw the track so exactly; beside it only `at_least`"),
      .init("at_least", .quantity(.time), "Never silent for longer, though nothing that went already goes again"),
      .init(
        "budget", .object([.init("uplink", .text(), isRequired: true, "An amount of data per time: `20 MB per day`")]),
        "Stretches the intervals so that the amount lasts; without `signals`, for all entries together"),
    ]
  }

  private static var rule: [Schema.Key] {
    [
      .init("name", name, isRequired: true, "The rule's name"),
      .init("description", .text(), "For people"),
      .init("on", .either([.choice(["start"]), .object(trigger)]), "What sets it off; several mean either"),
      .init("when", .expression, "An expression: beside `on` a guard, alone what raises the rule"),
      .init("until", .expression, "What brings it down; else that `when` fails"),
      .init("for", .quantity(.time), "How long `when` must have held"),
      .init("clear_for", .quantity(.time), "How long what brings it down must have held"),
      .init("cooldown", .quantity(.time), "So long after a raise there is no other"),
      .init("limit", .text(), "`5 per hour`: what goes beyond it is dropped and counted"),
      .init("notify_clear", .boolean, standard: "`true`", "Whether its events are closed when it goes down"),
      .init("then", .list(action), isRequired: true, "What to do"),
      .init("clear", .list(action), "What to do when it goes down"),
    ]
  }

  private static var trigger: [Schema.Key] {
    [
      .init("enter", zoneNames, "A zone is entered; also `tag:NAME`"),
      .init("exit", zoneNames, "A zone is left; also `tag:NAME`"),
      .init("dwell", .object(dwell), "So long in a zone, once for each visit"),
      .init("cross", zoneNames, "Through a zone between two fixes, neither of them inside"),
      .init("change", .oneOrMore(.text()), "A signal's value is another than the last one known"),
      .init("every", .quantity(.time), "Again and again"),
      .init("link", .table(names: .any, .choice(["up", "down"])), "An uplink's connection comes up or goes down"),
      .init(
        "command",
        .either([
          .oneOrMore(.text()),
          .table(names: .labels, .table(names: .identifiers, .choice(TriggerReader.kinds.map(\.0)))),
        ]),
        "A server's command of that name; or a mapping from names to what comes along, as `{ open_door: { seconds: number } }`"
      ),
      .init("start", .boolean, "The gateway starts"),
    ]
  }

  private static var dwell: [Schema.Key] {
    [
      .init("zone", zoneNames, isRequired: true, "The zone; also `tag:NAME`"),
      .init("for", .quantity(.time), isRequired: true, "How long"),
    ]
  }

  private static var action: Schema {
    .either([
      .choice(["shutdown"]),
      .object([
        .init("event", .either([.text(pattern: "^[A-Za-z0-9_.-]{1,64}$"), .object(event)]), "Tells the server"),
        .init(
          "write", .table(names: .any, .anything),
          "Writes actuators: `device.metric`, and a value or what an expression gives at that moment"),
        .init("report", .oneOrMore(.text()), "Sends the newest of these signals at once"),
        .init("sample", .table(names: .any, .quantity(.time)), "Reads devices so often while the rule is up"),
        .init("set", .table(names: .identifiers, .expression), "Variables, each an expression"),
        .init("run", .either([.text(), .object(hook)]), "Starts a program of the hooks folder"),
        .init("log", .either([.text(), .object(log)]), "A line in the log"),
        .init("shutdown", .boolean, "Commits everything now: the power is about to go"),
      ]),
    ])
  }

  private static var hook: [Schema.Key] {
    [
      .init("hook", .text(), isRequired: true, "The program's name in `hooks.d`"),
      .init("args", .list(.anything), "Its arguments"),
      .init("timeout", .quantity(.time), standard: "`10 s`", "How long it may run"),
      .init("data", .table(names: .any, .anything), "What it gets on standard input"),
    ]
  }

  private static var log: [Schema.Key] {
    [
      .init("message", .text(), isRequired: true, "What to write"),
      .init("level", .choice(["info", "warning", "error"]), standard: "`info`", "How bad it is"),
      .init("data", .table(names: .any, .anything), "What goes with it"),
    ]
  }

  private static var event: [Schema.Key] {
    [
      .init("type", name, isRequired: true, "The event's type; `geofence_event` carries the zone"),
      .init("severity", .choice(["info", "warning", "critical"]), standard: "`info`", "How bad it is"),
      .init("data", .table(names: .any, .anything), "What goes with it"),
    ]
  }
}

extension RuleSet {
  /// How many rules there are.
  public var ruleCount: Int { rules.count }
}
