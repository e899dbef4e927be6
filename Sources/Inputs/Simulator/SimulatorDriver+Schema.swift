public import Config

extension SimulatorDriver {
  public static var keys: [Schema.Key] {
    [
      .init(
        "waypoints", .list(.list(.number)), "The line to drive along: points of longitude and latitude, at least two"),
      .init(
        "track", .text(), "Instead of `waypoints`: a recorded drive, whose line it takes; looked for beside this file"),
      .init("every", .quantity(.time), standard: "`1 s`", "The time between fixes"),
      .init("speed", .quantity(.speed), standard: "`50 km/h`", "How fast it drives"),
      .init("seed", .integer(0...Int.max), standard: "1", "The same seed gives the same drive"),
      .init(
        "metrics", .table(names: .identifiers, .object(sensor)),
        "Or sensors instead of a receiver, by names of your choice"),
    ]
  }

  private static var sensor: [Schema.Key] {
    [
      .init("from", .number, "The value goes evenly from here"),
      .init("to", .number, "to here, and back"),
      .init("values", .list(.either([.number, .boolean, .text()])), "Or these values, one after the other"),
      .init(
        "over", .quantity(.time), standard: "`10 min`",
        "How long it takes from one end to the other, or from one value to the next"),
      .init(
        "writable", .boolean, standard: "`false`",
        "Rules may write to it, and it keeps what they write: a number of its range, one of its texts, `true` or `false`"
      ),
      .init("pulse", .quantity(.time), "What is written returns by itself after so long; for `true` and `false` only"),
      .init("unit", .text(), "As in SenML (RFC 8428): `Cel`, `%RH`, `m/s`"),
    ]
  }
}
