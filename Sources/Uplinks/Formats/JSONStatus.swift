public import Config
public import Journal
public import Model

/// How the gateway is, for the retained status: what a server shows of it between messages.
public struct GatewayStatus: Sendable, Hashable {
  public enum Clock: String, Sendable, Hashable { case synchronised, unsynchronised }

  public var gateway: String
  /// Waypost's.
  public var version: String
  /// Fingerprint of the configuration in force.
  public var configuration: String?
  public var journal: String
  public var low: LaneCursors
  public var head: UInt64
  /// Since the box booted.
  public var uptime: Interval
  public var clock: Clock
  public var isOnline: Bool

  public init(
    gateway: String, version: String, configuration: String?, journal: String, low: LaneCursors, head: UInt64,
    uptime: Interval, clock: Clock, isOnline: Bool
  ) {
    self.gateway = gateway
    self.version = version
    self.configuration = configuration
    self.journal = journal
    self.low = low
    self.head = head
    self.uptime = uptime
    self.clock = clock
    self.isOnline = isOnline
  }
}

/// The status as JSON: `{"online":true,"version":…,"configuration":…,"gateway":…,"journal":…,"low":{…},"head":…,"uptime":…,"clock":…}`.
public enum JSONStatus {
  public static func bytes(_ status: GatewayStatus) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("online", status.isOnline)
    writer.member("version", status.version)
    if let configuration = status.configuration {
      writer.member("configuration", configuration)
    }
    writer.member("gateway", status.gateway)
    writer.member("journal", status.journal)
    append(low: status.low, head: status.head, to: &writer)
    writer.member("uptime", status.uptime.seconds, decimals: 0)
    writer.member("clock", status.clock.rawValue)
    writer.endObject()
    return writer.bytes
  }

  /// `"low":{…},"head":…`: per lane the number up to which everything is settled, and the journal's last.
  public static func append(low: LaneCursors, head: UInt64, to writer: inout JSONWriter) {
    writer.key("low")
    writer.beginObject()
    for lane in Lane.allCases {
      writer.member(lane.name, low[lane].low)
    }
    writer.endObject()
    writer.member("head", head)
  }
}
