/// What is connected: the devices with their metrics, against which rules are checked.
public struct SignalCatalogue: Sendable, Equatable {
  public struct Metric: Sendable, Equatable {
    public enum Kind: Sendable { case number, boolean, text }
    public var name: String
    public var kind: Kind
    /// As in SenML (RFC 8428, section 12.1): `Cel`, `%RH`, `m/s`.
    public var unit: String?
    public init(name: String, kind: Kind, unit: String? = nil) {
      self.name = name
      self.kind = kind
      self.unit = unit
    }
  }

  public struct Device: Sendable, Equatable {
    public var name: String
    /// True for devices that give positions, as `gps` does.
    public var givesPosition: Bool
    /// True when the time of its fixes is that of a real receiver, by which a clock may be set; false for recorded and simulated drives.
    public var tellsTime: Bool
    public var metrics: [Metric]
    /// After how long without news its signals, or its fix, are stale.
    public var staleAfter: Interval
    public init(
      name: String, givesPosition: Bool, tellsTime: Bool = false, metrics: [Metric] = [], staleAfter: Interval
    ) {
      self.name = name
      self.givesPosition = givesPosition
      self.tellsTime = tellsTime
      self.metrics = metrics
      self.staleAfter = staleAfter
    }
  }

  /// In the order of the files.
  public var devices: [Device]
  /// The device whose position zones follow; `nil` when none gives positions.
  public var positionDevice: String?

  public init(devices: [Device] = [], positionDevice: String? = nil) {
    self.devices = devices
    self.positionDevice = positionDevice
  }

  public func device(_ name: String) -> Device? { devices.first { $0.name == name } }
}
