/// What an uplink's configuration must know of the rest.
public struct UplinkContext: Sendable, Hashable {
  /// The gateway's id.
  public var gateway: String
  /// The gateway's labels.
  public var labels: [String: String]
  /// The configuration file's folder, to which relative paths of secrets refer.
  public var folder: String

  public init(gateway: String, labels: [String: String] = [:], folder: String) {
    self.gateway = gateway
    self.labels = labels
    self.folder = folder
  }
}
