public import Config

extension GPSDDriver {
  public static var keys: [Schema.Key] {
    [
      .init("host", .text(), standard: "`127.0.0.1`", "Where gpsd runs, a name or an address"),
      .init("port", .integer(1...65535), standard: "2947", "The port where it listens"),
      .init("device", .text(), standard: "whatever gpsd has", "The receiver's path as gpsd has it, as `/dev/ttyACM0`"),
      .init("stale_after", .quantity(.time), standard: "`5 s`", "The age at which a fix counts as lost"),
    ]
  }
}
