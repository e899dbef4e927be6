public import Config
public import Journal
public import Model

/// One entry of `uplinks:`.
public struct UplinkConfiguration: Sendable {
  public var name: String
  public var transport: any Transport
  public var format: any MessageFormat
  public var settings = DeliverySettings()
  /// What its server may ask for.
  public var commands = CommandPermission.none
  /// Where the names of `commands` stand.
  public var commandPlaces: [(name: String, span: SourceSpan)] = []
  /// Where it begins when the journal doesn't know it yet.
  public var from: CursorOrigin = .now
  /// Records older than this are given up for it, by the journal; so long stays the cursor of an uplink that was removed, too.
  public var keep: Interval = .days(30)
  /// All that the files say of it, in one text: an uplink whose identity is the same after a reload runs on untouched.
  public var identity = ""

  public init(name: String, transport: any Transport, format: any MessageFormat) {
    self.name = name
    self.transport = transport
    self.format = format
    settings.singly = transport.singly.union(format.singly)
    settings.kinds = format.kinds
  }
}
