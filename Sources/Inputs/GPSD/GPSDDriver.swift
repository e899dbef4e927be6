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
    let host = mapping.optional("host").map { Self.host($0, diagnostics: &diagnostics) }
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

  /// A host as RFC 1123 and RFC 4291 have it, an IPv6 address also in brackets and with a zone.
  private static func host(_ node: YAMLNode, diagnostics: inout Diagnostics) -> String? {
    guard let text = node.string("`host`", limit: 253, diagnostics: &diagnostics) else { return nil }
    let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
    let isHost = bare.utf8.allSatisfy {
      (48...58).contains($0) || (65...90).contains($0) || (97...122).contains($0) || [45, 46, 95, 37].contains($0)
    }
    let colons = bare.utf8.count { $0 == 58 }
    if isHost, !bare.isEmpty, colons != 1 { return bare }
    diagnostics.error(
      "bad-host", "`host` must be a name or an address", at: node.span,
      help: colons == 1 ? "write the port beside it: `port: 2947`" : "as `127.0.0.1`, `::1` or `gps.example.com`")
    return nil
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
