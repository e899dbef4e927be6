/// What is connected: the devices with their metrics, against which rules are checked.
public struct SignalCatalogue: Sendable, Equatable {
  public struct Metric: Sendable, Equatable {
    public enum Kind: Sendable { case number, boolean, text }
    public var name: String
    public var kind: Kind
    /// As in SenML (RFC 8428, section 12.1): `Cel`, `%RH`, `m/s`.
    public var unit: String?
    /// What a rule may write to it; `nil` where it can only be read.
    public var writing: Writing?
    public init(name: String, kind: Kind, unit: String? = nil, writing: Writing? = nil) {
      self.name = name
      self.kind = kind
      self.unit = unit
      self.writing = writing
    }
  }

  /// What an actuator takes.
  public struct Writing: Sendable, Equatable {
    /// The least and the greatest number that may be written, in the metric's unit; `nil` where the profile sets none.
    public var minimum: Double?
    public var maximum: Double?
    /// The only values that it takes, where they are a few words or numbers; `nil`: any within the range.
    public var choices: [Value]?
    /// It returns by itself this long after it was written: a write of `true` is a deed, done at most once and never repeated.
    public var pulse: Interval?
    public init(minimum: Double? = nil, maximum: Double? = nil, choices: [Value]? = nil, pulse: Interval? = nil) {
      self.minimum = minimum
      self.maximum = maximum
      self.choices = choices
      self.pulse = pulse
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
    /// True where it is read at a pace of ours, which rules can change for a while (`sample`).
    public var isPaced: Bool
    public init(
      name: String, givesPosition: Bool, tellsTime: Bool = false, metrics: [Metric] = [], staleAfter: Interval,
      isPaced: Bool = false
    ) {
      self.name = name
      self.givesPosition = givesPosition
      self.tellsTime = tellsTime
      self.metrics = metrics
      self.staleAfter = staleAfter
      self.isPaced = isPaced
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
