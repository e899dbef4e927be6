public import Config
import Model

/// `driver: nmea`: a receiver that speaks NMEA 0183 on a serial line of this box, where no gpsd has it.
///
/// ```yaml
/// gps:
///   driver: nmea
///   connection: { port: /dev/serial/by-id/usb-u-blox…, baud: auto }   # or { tcp: 192.168.1.5, port: 10110 }
///   checksum: required      # optional: for a receiver that sends none
///   stale_after: 5 s
/// ```
public enum NMEADriver: Driver {
  public static let name = "nmea"

  public static func configure(
    device: String, _ mapping: inout MappingReader, profiles: ProfileLibrary, diagnostics: inout Diagnostics
  ) -> ConfiguredDevice? {
    // Where nothing is said, the speed is found: a receiver's is seldom known.
    let connection = LineEndpoint.read(
      &mapping, driver: name, defaults: LineSetup(searchesBaud: true), allowsAuto: true, diagnostics: &diagnostics)
    let checksum = mapping.optional("checksum").map {
      $0.choice("`checksum`", of: [("required", true), ("optional", false)], diagnostics: &diagnostics)
    }
    let staleAfter = mapping.optional("stale_after").map {
      $0.interval("`stale_after`", in: .seconds(1) ... .hours(1), diagnostics: &diagnostics)
    }
    // A key that is there and no good is nil inside of the optional.
    guard let connection, checksum != .some(nil), staleAfter != .some(nil) else { return nil }
    let age = staleAfter.flatMap(\.self) ?? .seconds(5)
    var settings = NMEASession.Settings(device: device, staleAfter: age)
    settings.needsChecksum = checksum.flatMap(\.self) ?? true
    settings.searchesBaud = connection.searchesBaud
    if case .tcp = connection.endpoint { settings.isRemote = true }
    var configured = ConfiguredDevice(
      declaration: SignalCatalogue.Device(name: device, givesPosition: true, tellsTime: true, staleAfter: age),
      input: NMEAInput(endpoint: connection.endpoint, settings: settings))
    configured.line = connection.use
    return configured
  }

  public static var keys: [Schema.Key] {
    [
      .init(
        "connection", LineEndpoint.connection(allowsAuto: true, baud: "`auto`"), isRequired: true,
        "Where the receiver is"),
      .init(
        "checksum", .choice(["required", "optional"]), standard: "`required`",
        "Whether a sentence without a checksum counts; a wrong one never does"),
      .init("stale_after", .quantity(.time), standard: "`5 s`", "The age at which a fix counts as lost"),
    ]
  }
}
