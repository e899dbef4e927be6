public import Config
public import Model
public import Uplinks

/// `waypost.yaml`: who this gateway is, where it sends, its limits.
public struct GatewayConfiguration: Sendable {
  /// The gateway's name on the wire.
  public var id: String
  /// Free names and values for topics and servers, in the order of the file.
  public var labels: [Label] = []
  /// `gateway.position`: the device whose position zones follow, where the file names one.
  public var position: Named?
  public var journal = JournalConfiguration()
  /// In the order of the file.
  public var uplinks: [UplinkConfiguration] = []
  public var api = APIConfiguration()

  public struct Label: Sendable, Hashable {
    public var name: String
    public var value: String
  }

  /// A name with its place, for messages about it.
  public struct Named: Sendable, Hashable {
    public var name: String
    public var span: SourceSpan
  }

  public struct JournalConfiguration: Sendable, Hashable {
    /// Where the journal is.
    public var path = "/var/lib/waypost/journal.db"
    /// How large it may grow, bytes.
    public var limit: Int64 = 256_000_000
    /// The longest that an ordinary record waits for its commit.
    public var flush = Interval.seconds(1)
    /// How long delivered records stay.
    public var history = Interval.hours(24)
  }

  public struct APIConfiguration: Sendable, Hashable {
    /// The control socket.
    public var socket = "/run/waypost/control.sock"
  }

  /// What an empty file means.
  /// - Parameter id: The default gateway id.
  public init(defaultID id: String) { self.id = id }
}
