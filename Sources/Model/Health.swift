/// How a gateway is, as it tells from time to time, so that somebody sees a full card or a link that can't keep up before records are lost.
public struct Health: Hashable, Sendable {
  /// Waypost's.
  public var version: String
  /// Fingerprint of the configuration in force.
  public var configuration: String?
  /// Since the box booted, and since the gateway started.
  public var uptime: Interval
  public var running: Interval
  /// Whether the wall clock can be relied on.
  public var isClockTrusted: Bool
  /// Room on the disk that holds the journal, bytes; this and the next three where the system tells.
  public var diskFree: UInt64?
  /// Memory that the gateway alone has, bytes.
  public var memory: UInt64?
  /// Memory of the box that programs could still have, bytes.
  public var memoryFree: UInt64?
  /// Of the processor, °C.
  public var temperature: Double?
  /// What the journal takes on disk, and may take, bytes.
  public var journalBytes: UInt64
  public var journalLimit: UInt64
  /// Records that servers refused for good and that are kept.
  public var deadLetters: UInt64
  /// By name.
  public var uplinks: [Uplink]

  public struct Uplink: Hashable, Sendable {
    public var name: String
    public var isUp: Bool
    /// Records that the journal keeps for it: how far it lags.
    public var waiting: UInt64
    /// Bytes both ways since midnight, UTC.
    public var bytesToday: UInt64

    public init(name: String, isUp: Bool, waiting: UInt64, bytesToday: UInt64) {
      self.name = name
      self.isUp = isUp
      self.waiting = waiting
      self.bytesToday = bytesToday
    }
  }

  public init(
    version: String, configuration: String?, uptime: Interval, running: Interval, isClockTrusted: Bool,
    diskFree: UInt64? = nil, memory: UInt64? = nil, memoryFree: UInt64? = nil, temperature: Double? = nil,
    journalBytes: UInt64, journalLimit: UInt64, deadLetters: UInt64, uplinks: [Uplink]
  ) {
    self.version = version
    self.configuration = configuration
    self.uptime = uptime
    self.running = running
    self.isClockTrusted = isClockTrusted
    self.diskFree = diskFree
    self.memory = memory
    self.memoryFree = memoryFree
    self.temperature = temperature
    self.journalBytes = journalBytes
    self.journalLimit = journalLimit
    self.deadLetters = deadLetters
    self.uplinks = uplinks
  }
}
