public import Journal
import Model

/// How an uplink is, for `waypost status`.
public struct UplinkStatus: Sendable, Hashable {
  public var name: String
  /// Where it goes; without secrets.
  public var destination: String
  public var state: Delivery.State = .stopped
  /// What the connection speaks, as the transport says: `MQTT 5`.
  public var link: String?
  /// How its TLS is; `nil` where there is none, or before the first attempt.
  public var tls: TLSStatus?
  /// Why the last connection ended or the last message was refused; stays until the next one.
  public var lastError: String?
  /// What needs a person; `nil` when nothing does.
  public var alarm: UplinkAlarm?
  /// Records handed over without an answer yet.
  public var inFlight = 0
  /// Connections that came up since the start.
  public var connections: UInt64 = 0
  public var counters = DeliveryCounters()
  /// Commands since the start: taken, whatever came of them, and turned away unseen because they were too many.
  public var commands: (taken: UInt64, dropped: UInt64) { (commandsTaken, commandsDropped) }
  var commandsTaken: UInt64 = 0
  var commandsDropped: UInt64 = 0
  public var cursors = LaneCursors()
  /// The journal's last number.
  public var head: UInt64 = 0

  public var isUp: Bool {
    if case .up = state { true } else { false }
  }
}
