public import Model

/// What the clocks say at one moment.
public struct JournalClock: Hashable, Sendable {
  /// `CLOCK_BOOTTIME`, nanoseconds.
  public var bootTime: Int64
  /// `CLOCK_REALTIME`.
  public var wallTime: Timestamp
  /// True when `wallTime` can be relied on (NTP-synchronised, or set from GPS).
  public var isWallTrusted: Bool

  public init(bootTime: Int64, wallTime: Timestamp, isWallTrusted: Bool) {
    self.bootTime = bootTime
    self.wallTime = wallTime
    self.isWallTrusted = isWallTrusted
  }
}

/// Where the sequence of records stands.
public struct JournalHead: Hashable, Sendable {
  /// The journal id of what is appended from now on.
  public var journal: String
  /// The number of the last committed record; 0 before the first.
  public var lastSequence: UInt64
  /// Grows when something is to be sent once more, or was settled by others than the uplink itself: an uplink then asks what.
  public var revision: UInt64

  public init(journal: String, lastSequence: UInt64, revision: UInt64 = 0) {
    self.journal = journal
    self.lastSequence = lastSequence
    self.revision = revision
  }
}
