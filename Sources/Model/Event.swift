/// What a rule raised.
public struct Event: Hashable, Sendable {
  /// Tells the event from every other of this gateway: `ENGINE-N`, engine id and a counter kept in the engine's state, so that the
  /// same observations always give the same id. The clearing of an event carries the id of its raising.
  public var id: String
  /// The rule's name.
  public var rule: String
  public var content: Content

  public init(id: String, rule: String, content: Content) {
    self.id = id
    self.rule = rule
    self.content = content
  }

  public enum Content: Hashable, Sendable {
    case geofence(GeofenceEvent)
    case general(GeneralEvent)
  }
}

/// A zone was entered or left, in the form that fleet servers know.
public struct GeofenceEvent: Hashable, Sendable {
  public enum Kind: UInt8, Sendable { case entry = 0, exit = 1 }

  public var kind: Kind
  /// The device whose position crossed.
  public var device: String
  public var zone: String
  /// The zone's name for people; `nil` where it has none but its id.
  public var zoneName: String?
  /// Where the border was crossed, interpolated between the fixes on either side.
  public var latitude: Double
  public var longitude: Double
  /// True when the crossing fell into a gap without usable fixes; the time is then that of the first fix after it.
  public var gap: Bool

  public init(
    kind: Kind, device: String, zone: String, zoneName: String?, latitude: Double,
    longitude: Double, gap: Bool
  ) {
    self.kind = kind
    self.device = device
    self.zone = zone
    self.zoneName = zoneName
    self.latitude = latitude
    self.longitude = longitude
    self.gap = gap
  }
}

/// An event of a type of the rule's own.
public struct GeneralEvent: Hashable, Sendable {
  public enum Severity: UInt8, Sendable, CaseIterable { case info = 0, warning = 1, critical = 2 }
  public enum State: UInt8, Sendable { case raised = 0, cleared = 1 }

  public var type: String
  public var severity: Severity
  public var state: State
  /// In the order of the rule file. What was unknown is left out.
  public var data: [Member]
  /// Why it was cleared, where it was not by its rule's own condition: `reload`.
  public var reason: String?

  public struct Member: Hashable, Sendable {
    public var key: String
    public var value: Value
    public init(key: String, value: Value) {
      self.key = key
      self.value = value
    }
  }

  public init(type: String, severity: Severity, state: State, data: [Member], reason: String? = nil) {
    self.type = type
    self.severity = severity
    self.state = state
    self.data = data
    self.reason = reason
  }
}
