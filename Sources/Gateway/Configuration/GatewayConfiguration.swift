import Config
import Model
import Uplinks

/// `waypost.yaml`: who this gateway is, where it sends, its limits.
struct GatewayConfiguration: Sendable {
  /// The gateway's name on the wire.
  var id: String
  /// Free names and values for topics and servers, in the order of the file.
  var labels: [Label] = []
  /// `gateway.position`: the device whose position zones follow, where the file names one.
  var position: Named?
  /// How often it tells how it is; `nil`: never.
  var health: Interval? = .minutes(15)
  var journal = JournalConfiguration()
  /// In the order of the file.
  var uplinks: [UplinkConfiguration] = []
  var api = APIConfiguration()
  /// Where the keys stand that can't be changed while the gateway runs.
  var places = Places()

  struct Places: Sendable, Hashable {
    var id: SourceSpan?
    var journalPath: SourceSpan?
    var socket: SourceSpan?
  }

  struct Label: Sendable, Hashable {
    var name: String
    var value: String
  }

  /// A name with its place, for messages about it.
  struct Named: Sendable, Hashable {
    var name: String
    var span: SourceSpan
  }

  struct JournalConfiguration: Sendable, Hashable {
    /// Where the journal is.
    var path = "/var/lib/waypost/journal.db"
    /// How large it may grow, bytes.
    var limit: Int64 = 256_000_000
    /// The longest that an ordinary record waits for its commit.
    var flush = Interval.seconds(1)
    /// How long delivered records stay.
    var history = Interval.hours(24)
  }

  struct APIConfiguration: Sendable, Hashable {
    /// The control socket.
    var socket = "/run/waypost/control.sock"
  }

  /// What an empty file means.
  /// - Parameter id: The default gateway id.
  init(defaultID id: String) { self.id = id }
}
