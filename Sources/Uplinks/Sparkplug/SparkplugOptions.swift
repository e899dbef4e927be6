/// As which edge node of Sparkplug an MQTT uplink speaks.
public struct SparkplugOptions: Sendable, Hashable {
  /// The group of nodes that it belongs to.
  public var group: String
  /// The node: the gateway's id.
  public var node: String
  /// The host that everything waits for while it isn't there; `nil`: for none.
  public var primaryHost: String?
  /// The topic of the message that is acknowledged in the place of those before it, which go without.
  public var sync: String

  public init(group: String, node: String, primaryHost: String? = nil, sync: String) {
    self.group = group
    self.node = node
    self.primaryHost = primaryHost
    self.sync = sync
  }

  /// Types of messages (Sparkplug 3.0, chapter 4).
  enum Verb: String {
    case nodeBirth = "NBIRTH"
    case nodeDeath = "NDEATH"
    case nodeData = "NDATA"
    case nodeCommand = "NCMD"
    case deviceBirth = "DBIRTH"
    case deviceDeath = "DDEATH"
    case deviceData = "DDATA"
  }

  /// Names have forms that can hold neither a separator nor a wildcard (`Names`).
  func topic(_ verb: Verb, device: String? = nil) -> String {
    "spBv1.0/\(group)/\(verb.rawValue)/\(node)" + (device.map { "/\($0)" } ?? "")
  }

  /// Where the primary host says whether it is there.
  var hostTopic: String? { primaryHost.map { "spBv1.0/STATE/\($0)" } }
}
