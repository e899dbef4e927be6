import Config
import Model

/// `metered:` of an uplink.
enum MeteredUplink {
  /// Where the file says no more than that each byte is paid for: 30 MB a month.
  static let usual = 1_000_000.0 / 86_400
  /// Networks forget a connection that is silent for five minutes or more.
  static let keepaliveSeconds = 240

  /// `true`, `false`, or `{ budget: 5 MB per day }`: bytes per second; `nil`: it isn't metered.
  static func read(_ node: YAMLNode, _ diagnostics: inout Diagnostics) -> Double? {
    guard case .mapping = node.content else {
      return node.boolean("`metered`", diagnostics: &diagnostics) == true ? usual : nil
    }
    guard
      var reader = MappingReader(
        node, what: "`metered`", example: "{ budget: 5 MB per day }", diagnostics: &diagnostics)
    else { return nil }
    let budget = reader.optional("budget")?.dataRate("`budget`", diagnostics: &diagnostics)
    reader.finish(diagnostics: &diagnostics)
    return budget?.bytesPerSecond ?? usual
  }

  /// What is otherwise then, unless the file says it.
  static func apply(_ allowance: Double, to settings: inout DeliverySettings) {
    settings.allowance = allowance
    // A batch of a minute costs a fifth of sixty batches of a second. Events don't wait for it.
    settings.linger = .minutes(1)
    // Each attempt is a handshake.
    settings.retryLast = .minutes(5)
  }
}
