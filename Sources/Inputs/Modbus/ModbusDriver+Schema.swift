public import Config

extension ModbusDriver {
  public static var keys: [Schema.Key] {
    [
      .init("profile", .text(), "The device model: a file of `profiles.d`, or one that came with Waypost"),
      .init("connection", .either([.object(serialKeys), .object(networkKeys)]), isRequired: true, "How it is reached"),
      .init(
        "unit", .integer(0...255), standard: "the profile's; over TCP 255",
        "Its unit (slave) address, 1 to 247; over TCP also 0 and 255"),
      .init("every", .quantity(.time), standard: "the profile's, else `10 s`", "How often it is read"),
      .init(
        "metrics", .either([.list(.text()), ModbusProfile.metricsSchema]), standard: "all of the profile",
        "Names out of the profile; or instead of a profile the map itself, as profiles have it"),
      .init(
        "stale_after", .quantity(.time), standard: "three times the longest `every`, at least `10 s`",
        "The age at which a reading counts as stale"),
      .init(
        "timeout", .quantity(.time), standard: "the profile's, else `1 s`",
        "How long it may take to answer, besides the time on a serial wire"),
      .init(
        "pause", .quantity(.time), standard: "the profile's, else none", "How long it is left alone after an answer"),
      .init(
        "pause_after_write", .quantity(.time), standard: "as `pause`", "How long it is left alone after a write"),
      .init(
        "retries", .integer(0...10), standard: "the profile's, else 1",
        "How often a request without a usable answer is made again within a poll"),
      .init(
        "max_registers", .integer(1...125), standard: "the profile's, else 125",
        "The most registers that it gives in one answer"),
      .init(
        "max_bits", .integer(1...2000), standard: "the profile's, else 2000",
        "The most coils or discrete inputs that it gives in one answer"),
      .init(
        "max_gap", .integer(0...124), standard: "the profile's, else 16",
        "How many registers that nobody wants are read along to spare a request"),
    ]
  }

  private static var serialKeys: [Schema.Key] {
    [
      .init(
        "rtu", .text(), isRequired: true,
        "The serial port's path, best its name in `/dev/serial/by-id`, which stays when ports are numbered anew"),
      .init("baud", .integer(300...4_000_000), standard: "the profile's, else 9600", "Bits a second"),
      .init("parity", .choice(["none", "even", "odd"]), standard: "the profile's, else `none`", "The parity bit"),
      .init("data_bits", .integer(7...8), standard: "the profile's, else 8", "Data bits"),
      .init("stop_bits", .integer(1...2), standard: "the profile's, else 1", "Stop bits"),
      .init(
        "rs485", .object(rs485Keys),
        "Has the kernel switch the direction of an RS-485 transceiver by RTS; adapters on USB do that by themselves"),
    ]
  }

  private static var rs485Keys: [Schema.Key] {
    [
      .init("rts_on_send", .choice(["high", "low"]), standard: "`high`", "The level of RTS while it sends"),
      .init("delay_before_send", .quantity(.time), standard: "`0 ms`", "From switching to the first bit, up to 100 ms"),
      .init(
        "delay_after_send", .quantity(.time), standard: "`0 ms`", "From the last bit to switching back, up to 100 ms"),
      .init("receive_during_send", .boolean, standard: "false", "Whether it hears what it sends itself"),
    ]
  }

  private static var networkKeys: [Schema.Key] {
    [
      .init("tcp", .text(), isRequired: true, "A name or an address, IPv4 or IPv6"),
      .init("port", .integer(1...65535), standard: "the profile's, else 502", "The port where it listens"),
    ]
  }
}
