import Config

/// What a host says of itself on its STATE topic (Sparkplug 3.0, tck-id-host-topic-phid-birth-payload): `{"online":true,"timestamp":N}`.
struct HostState: Hashable {
  var isOnline: Bool
  /// Milliseconds since 1970; tells what is said from what was.
  var timestamp: UInt64

  private static let limits: JSONLimits = {
    var limits = JSONLimits()
    limits.bytes = 4096
    limits.depth = 8
    limits.nodes = 200
    return limits
  }()

  /// `nil` for anything else; anything may stand there.
  static func parse(_ bytes: [UInt8]) -> HostState? {
    var diagnostics = Diagnostics()
    guard
      let message = JSON.parse(SourceFile(path: "STATE", bytes: bytes), limits: limits, diagnostics: &diagnostics),
      case .boolean(let isOnline) = message["online"]?.content, let number = message["timestamp"]?.number,
      let timestamp = UInt64(exactly: number)
    else { return nil }
    return HostState(isOnline: isOnline, timestamp: timestamp)
  }
}
