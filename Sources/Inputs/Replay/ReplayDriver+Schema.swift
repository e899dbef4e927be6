public import Config

extension ReplayDriver {
  public static var keys: [Schema.Key] {
    [
      .init(
        "file", .text(), isRequired: true,
        "The recorded drive: NMEA 0183, gpsd JSON, GPX or CSV; looked for beside this file"),
      .init("speed", .number, standard: "1", "How many times faster than it was driven"),
      .init("loop", .boolean, standard: "`false`", "Whether it begins again at its end"),
    ]
  }
}
