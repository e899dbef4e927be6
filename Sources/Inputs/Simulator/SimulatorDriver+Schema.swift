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
    ]
  }
}
