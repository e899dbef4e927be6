import Config

extension RuleTest {
  /// What an entry of `tests:` may hold.
  static var keys: [Schema.Key] {
    [
      .init("name", .text(), isRequired: true, "What is tested, in your words"),
      .init("track", .text(), "A recorded drive (GPX, NMEA, gpsd JSON, CSV), looked for beside this file"),
      .init(
        "drive", .list(.object(stop)),
        "Or where the vehicle is when: between two places it drives straight and evenly, with a fix each second"),
      .init(
        "signals", .table(names: .any, .list(.object(reading))),
        "What devices read, as `reefer.temperature: [{ at: 0 s, value: -18 }]`; a value stays until the next entry, as if it were read every second"
      ),
      .init("links", .list(.object(link)), "When uplinks come and go"),
      .init("commands", .list(.object(command)), "Commands that come in"),
      .init(
        "start", .text(), standard: "the track's first time, else the clock is not trusted",
        "The moment of the beginning in UTC, as `2026-05-04T22:00:00Z`"),
      .init("for", .quantity(.time), standard: "until nothing more happens or is expected", "How long the test takes"),
      .init(
        "variables", .table(names: .identifiers, .either([.number, .boolean, .text()])),
        "What earlier days have `set`, as `{ genset_hours: 249.5 }`"),
      .init("partial", .boolean, standard: "`false`", "What isn't expected doesn't fail the test"),
      .init(
        "expect", .list(.object(expectation)), isRequired: true, "What must come, one thing in each; `[]`: nothing may"),
      .init(
        "sent", .table(names: .any, .integer(0...RuleTestReader.sentLimit)),
        "How often each of these signals must be sent, as `{ gps.position: 7 }`"),
    ]
  }

  private static var at: Schema.Key { .init("at", .quantity(.time), isRequired: true, "How long after the beginning") }

  private static var stop: [Schema.Key] {
    [at, .init("position", .list(.number), isRequired: true, "Longitude, latitude")]
  }

  private static var reading: [Schema.Key] {
    [
      at, .init("value", .either([.number, .boolean, .text()]), "What is read from then on"),
      .init(
        "quality", .choice(["bad", "stale"]), "Instead: the device answers with an error, or nothing is read any more"),
    ]
  }

  private static var link: [Schema.Key] {
    [
      at, .init("uplink", .text(), isRequired: true, "The uplink's name"),
      .init("state", .choice(["up", "down"]), isRequired: true, "How it is from then on"),
    ]
  }

  private static var command: [Schema.Key] {
    [
      at, .init("command", .text(), isRequired: true, "Its name"),
      .init("args", .table(names: .identifiers, .either([.number, .boolean, .text()])), "What comes along"),
    ]
  }

  private static var expectation: [Schema.Key] {
    [
      .init("at", .quantity(.time), standard: "whenever", "How long after the beginning, ± 1 s"),
      .init("event", RuleSet.name, "The event's type"),
      .init("write", .table(names: .any, .either([.number, .boolean, .text()])), "What must be written to actuators"),
      .init("run", .text(), "The hook that must be run"),
      .init("log", .text(), "How the line must begin that is logged"),
      .init("sample", .table(names: .any, .quantity(.time)), "How often devices must be read from then on"),
      .init("shutdown", .boolean, "That the power is about to go"),
      .init("rule", RuleSet.name, "The rule that it must come of"),
      .init("severity", .choice(["info", "warning", "critical"]), "How bad the event must be"),
      .init("level", .choice(["info", "warning", "error"]), "How bad the line of the log must be"),
      .init("args", .list(.anything), "The hook's arguments, all of them"),
      .init(
        "state", .choice(["raised", "cleared"]), standard: "`raised`",
        "Whether it begins or ends; the end of an expected event goes without saying. Of a write or a hook: by `then` or `clear`"
      ),
      .init(
        "data", .table(names: .any, .either([.number, .boolean, .text()])),
        "What must be in the event, or go to the hook; it may hold more. Those of zones have `event_type`, `geofence_id`, `geofence_name`"
      ),
    ]
  }
}
