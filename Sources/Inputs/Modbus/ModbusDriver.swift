public import Config
import Model

/// `driver: modbus`: a device on a Modbus bus, RTU or TCP.
///
/// ```yaml
/// reefer:
///   driver: modbus
///   profile: xy-md02                  # the device model
///   connection: { rtu: /dev/serial/by-id/usb-FTDI_FT232R-if00-port0, baud: 9600, parity: none }
///   unit: 1
///   every: 10 s
///   metrics: [temperature]            # default: all of the profile
/// genset:
///   driver: modbus
///   profile: sdm630
///   connection: { tcp: 192.168.1.20, port: 502 }
///   unit: 3
/// ```
public enum ModbusDriver: Driver {
  public static let name = "modbus"

  static let standardEvery = Interval.seconds(10)
  /// libmodbus' 0.5 s is too short for many devices (libmodbus#776).
  static let standardTimeout = Interval.seconds(1)

  public static func configure(
    device: String, _ mapping: inout MappingReader, profiles: ProfileLibrary, diagnostics: inout Diagnostics
  ) -> ConfiguredDevice? {
    var found = Diagnostics()
    let map = self.map(&mapping, profiles, diagnostics: &found)
    let defaults = map?.defaults ?? ModbusDefaults()
    let connection = mapping.required("connection", diagnostics: &found).flatMap {
      self.connection($0, defaults, diagnostics: &found)
    }
    let unit = self.unit(&mapping, defaults, connection?.connection, diagnostics: &found)
    let overrides = overrides(&mapping, diagnostics: &found)
    let staleAfter = mapping.optional("stale_after").flatMap {
      $0.interval("`stale_after`", in: .seconds(1) ... .hours(48), diagnostics: &found)
    }
    mapping.explain(
      ["rtu", "tcp", "baud", "parity", "port", "host"], "it stands in `connection: { … }`", insteadOf: "connection")
    diagnostics.append(contentsOf: found)
    guard !found.hasErrors, let map, let connection, let unit else { return nil }

    let settings = self.settings(device, unit, map, overrides)
    let longest = settings.metrics.compactMap(\.every).max().map { max($0, settings.every) } ?? settings.every
    var configured = ConfiguredDevice(
      declaration: SignalCatalogue.Device(
        name: device, givesPosition: false, metrics: settings.metrics.flatMap(\.signals),
        staleAfter: staleAfter ?? max(.seconds(10), Interval(nanoseconds: 3 * longest.nanoseconds)), isPaced: true),
      input: ModbusInput(settings, over: connection.connection))
    configured.identity = map.identity
    configured.line = LineUse(
      line: connection.connection.name, driver: name, settings: connection.settings, address: "unit \(unit)",
      span: connection.span)
    return configured
  }

  private static func settings(
    _ device: String, _ unit: UInt8, _ map: Map, _ overrides: Overrides
  ) -> BusUnit.Settings {
    let defaults = map.defaults
    let pause = overrides.pause ?? defaults.pause ?? .zero
    return BusUnit.Settings(
      device: device, unit: unit, metrics: map.chosen, map: map.metrics,
      every: overrides.every ?? defaults.every ?? standardEvery,
      timeout: overrides.timeout ?? defaults.timeout ?? standardTimeout, pause: pause,
      pauseAfterWrite: max(pause, overrides.pauseAfterWrite ?? .zero),
      retries: overrides.retries ?? defaults.retries ?? 1,
      limits: ReadPlanner.Limits(
        registers: overrides.maxRegisters ?? defaults.maxRegisters ?? ModbusRequest.maxRegisters,
        bits: overrides.maxBits ?? defaults.maxBits ?? ModbusRequest.maxBits,
        gap: overrides.maxGap ?? defaults.maxGap ?? ReadPlanner.Limits().gap),
      writesMultiple: defaults.write == .multiple)
  }

  private static func unit(
    _ mapping: inout MappingReader, _ defaults: ModbusDefaults, _ connection: ModbusConnection?,
    diagnostics: inout Diagnostics
  ) -> UInt8? {
    // Over TCP 0 and 255 mean the device itself: MODBUS Messaging on TCP/IP V1.0b, section 4.4.2.
    let range = if case .serial? = connection { 1...247 } else { 0...255 }
    guard let node = mapping.optional("unit") else {
      if let standard = defaults.unit, range.contains(standard) { return UInt8(standard) }
      if case .tcp? = connection { return 255 }
      _ = mapping.required("unit", diagnostics: &diagnostics)
      return nil
    }
    return node.integer("`unit`", in: range, diagnostics: &diagnostics).map { UInt8($0) }
  }
}
