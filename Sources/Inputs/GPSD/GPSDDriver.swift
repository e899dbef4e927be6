public import Config
import Model

/// `driver: gpsd`: a receiver that gpsd watches, on this box or another.
///
/// ```yaml
/// gps:
///   driver: gpsd
///   host: 127.0.0.1        # a name or an address, IPv4 or IPv6
///   port: 2947
///   device: /dev/ttyACM0   # default: whatever that gpsd has
///   stale_after: 5 s
/// ```
public enum GPSDDriver: Driver {
  public static let name = "gpsd"

  public static func configure(
    device: String, _ mapping: inout MappingReader, profiles: ProfileLibrary, diagnostics: inout Diagnostics
  ) -> ConfiguredDevice? {
    let host = mapping.optional("host").map { Endpoint.host($0, diagnostics: &diagnostics) }
    let port = mapping.optional("port").map { $0.integer("`port`", in: 1...65535, diagnostics: &diagnostics) }
    let receiver = mapping.optional("device").map { Self.receiver($0, diagnostics: &diagnostics) }
    let staleAfter = mapping.optional("stale_after").map {
      $0.interval("`stale_after`", in: .seconds(1) ... .hours(1), diagnostics: &diagnostics)
    }
    // A key that is there and no good is nil inside of the optional.
    guard host != .some(nil), port != .some(nil), receiver != .some(nil), staleAfter != .some(nil) else { return nil }
    let age = staleAfter.flatMap(\.self) ?? .seconds(5)
    return ConfiguredDevice(
      declaration: SignalCatalogue.Device(name: device, givesPosition: true, tellsTime: true, staleAfter: age),
      input: GPSDInput(
        device: device, host: host.flatMap(\.self) ?? "127.0.0.1", port: UInt16(port.flatMap(\.self) ?? 2947),
        receiver: receiver.flatMap(\.self), staleAfter: age))
  }

  /// A path as gpsd has it: of a device file, or a source such as `tcp://host:port`. It goes into a request as it is.
  private static func receiver(_ node: YAMLNode, diagnostics: inout Diagnostics) -> String? {
    // GPS_PATH_MAX is 128, with the NUL.
    guard let text = node.string("`device`", limit: 127, diagnostics: &diagnostics) else { return nil }
    let isPlain = text.utf8.allSatisfy { (33...126).contains($0) && $0 != 34 && $0 != 92 }
    if isPlain, text.hasPrefix("/") || text.contains("://") { return text }
    diagnostics.error(
      "bad-path", "`device` must be the receiver's path, as gpsd has it", at: node.span,
      help: "as `/dev/ttyACM0`; leave it out for whatever receiver gpsd has")
    return nil
  }
}
