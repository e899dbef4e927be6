public import Config
import Inputs
import Rules
import Uplinks

extension GatewayConfiguration {
  /// What `waypost.yaml` may hold.
  static var schema: Schema {
    .object([
      .init("gateway", .object(gateway), "Who this gateway is"),
      .init("journal", .object(journal), "What is kept on the box, and how long"),
      .init("uplinks", .table(names: .labels, UplinkConfiguration.schema), "Where to send, by names of your choice"),
      .init("api", .object(api), "The ways by which programs on this box ask the gateway"),
    ])
  }

  private static var gateway: [Schema.Key] {
    [
      .init(
        "id", .text(pattern: "^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$"), standard: "comes of /etc/machine-id",
        "The gateway's name on the wire"),
      .init(
        "position", .text(pattern: "^[a-z_][a-z0-9_]{0,63}$"), standard: "the only device that gives positions",
        "The device whose position zones follow"),
      .init(
        "health", .either([.quantity(.time), .choice(["off"])]), standard: "`15 min`",
        "How often the gateway tells how it is, by a record of the kind `health`"),
      .init("labels", .table(names: .labels, .text()), "Names and values of your choice, for topics: `{label.region}`"),
    ]
  }

  private static var journal: [Schema.Key] {
    [
      .init("path", .text(pattern: "^/.*$"), standard: "`/var/lib/waypost/journal.db`", "The file of the journal"),
      .init("limit", .quantity(.dataSize), standard: "`256 MB`", "How large it may grow"),
      .init(
        "flush", .quantity(.time), standard: "`1 s`",
        "The longest that an ordinary record waits for its commit; events don't wait"),
      .init("history", .quantity(.time), standard: "`24 h`", "How long delivered records stay, within the limit"),
    ]
  }

  private static var api: [Schema.Key] {
    [
      .init("listen", .choice(["off"]), standard: "`off`", "The address of the page on the box; this version has none"),
      .init(
        "socket", .text(pattern: "^/.*$"), standard: "`/run/waypost/control.sock`",
        "The socket by which `waypost status` and the like ask"),
    ]
  }
}

/// The kinds of files that have a schema, for `waypost schema`.
public enum FileKind: String, CaseIterable, Sendable {
  case config
  case devices
  case profiles
  case rules

  /// What such a file may hold.
  public var schema: Schema {
    switch self {
    case .config: GatewayConfiguration.schema
    case .devices: DeviceSet.schema
    case .profiles: ProfileFormats.schema
    case .rules: RuleSet.schema
    }
  }

  /// For people.
  public var title: String {
    switch self {
    case .config: "Waypost: waypost.yaml"
    case .devices: "Waypost: devices.d/*.yaml"
    case .profiles: "Waypost: profiles.d/*.yaml"
    case .rules: "Waypost: rules.d/*.yaml"
    }
  }
}
