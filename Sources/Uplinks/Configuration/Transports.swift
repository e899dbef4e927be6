import Config

/// Reads the entry of a transport. A transport is a folder with one of these and a line in `Transports`.
protocol TransportReader: Sendable {
  /// Its key in an uplink.
  static var name: String { get }
  /// The keys of the entry, for editors and the reference; what `read` asks for, no more and no less.
  static var keys: [Schema.Key] { get }
  /// The transport of that entry; `nil` after diagnostics.
  /// - Parameters:
  ///   - uplink: the uplink's name.
  ///   - deflate: batches are to be deflated.
  static func read(
    _ node: YAMLNode, uplink: String, deflate: Bool, context: UplinkContext, diagnostics: inout Diagnostics
  ) -> (any Transport)?
}

/// Every transport there is.
enum Transports {
  static let all: [any TransportReader.Type] = [
    MQTTReader.self, WebSocketReader.self,
  ]
}
