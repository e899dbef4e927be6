/// What a report policy or a condition speaks of: `device.metric`, or a device's position.
struct SignalName: Hashable, Comparable, Sendable, CustomStringConvertible {
  var device: String
  var metric: String

  /// The metric that stands for the whole of a fix.
  static let position = "position"

  static func position(of device: String) -> SignalName { SignalName(device: device, metric: position) }

  var isPosition: Bool { metric == Self.position }

  var description: String { "\(device).\(metric)" }

  /// By the bytes of the names, so that no locale or table decides the order of effects.
  static func < (a: SignalName, b: SignalName) -> Bool {
    if a.device != b.device { return a.device.utf8.lexicographicallyPrecedes(b.device.utf8) }
    return a.metric.utf8.lexicographicallyPrecedes(b.metric.utf8)
  }
}

extension SignalName {
  /// From `device.metric`; `nil` where there is not exactly one dot between two texts.
  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
    self.init(device: String(parts[0]), metric: String(parts[1]))
  }
}
