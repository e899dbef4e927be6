public import Model

extension Journal {
  public struct Options: Sendable {
    /// The most that the journal takes on disk, bytes, its write-ahead log included.
    public var limit: Int64
    /// How long delivered records are kept, within the limit.
    public var history: Interval
    /// Names this boot; Linux has it in `/proc/sys/kernel/random/boot_id`.
    public var bootID: String
    /// Names this machine, or a hash of it; Linux has it in `/etc/machine-id`.
    public var machineID: String
    /// How long to wait for another process to let go of the file, milliseconds.
    public var busyTimeout: Int32
    /// How records are packed.
    public var packing: Packing
    /// Makes the six characters of journal and engine ids.
    public var makeID: @Sendable () -> String

    /// The smallest limit; a lower one is raised to it.
    public static let smallestLimit: Int64 = 1 << 20

    public init(
      limit: Int64 = 256_000_000, history: Interval = .hours(24), bootID: String, machineID: String,
      busyTimeout: Int32 = 1000, packing: Packing = Packing(),
      makeID: @escaping @Sendable () -> String = { Options.randomID() }
    ) {
      self.limit = max(limit, Self.smallestLimit)
      self.history = history
      self.bootID = bootID
      self.machineID = machineID
      self.busyTimeout = busyTimeout
      self.packing = packing
      self.makeID = makeID
    }

    /// Six characters `[a-z0-9]` from the system's randomness.
    public static func randomID() -> String {
      let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789")
      return String((0..<6).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] })
    }
  }

  /// How the records of a commit become blocks. Any of it can be read whatever it was written with.
  public struct Packing: Hashable, Sendable {
    /// zlib's, 0 (not deflated) to 9.
    public var level: Int
    /// About the most bytes of a block before it is deflated, so that reading a record never costs much: a block is
    /// unpacked whole, to some twelve times this.
    public var blockBytes: Int

    /// The defaults by measurement: docs/adr/0030-power-and-flash.md.
    public init(level: Int = 3, blockBytes: Int = 16 << 10) {
      self.level = level
      self.blockBytes = min(max(1, blockBytes), Block.rawLimit)
    }
  }

  /// Which records `read` is to give.
  public struct Query: Hashable, Sendable {
    public var lanes: LaneSet
    /// Sequence numbers, both ends included.
    public var range: ClosedRange<UInt64>
    /// The most records.
    public var limit: Int
    /// The most bytes, counted in the journal's packed form (a third or less of JSON); one record is given even if it is larger.
    public var byteLimit: Int

    public init(lanes: LaneSet = .all, range: ClosedRange<UInt64>, limit: Int = 1000, byteLimit: Int = 1 << 20) {
      self.lanes = lanes
      self.range = range
      self.limit = limit
      self.byteLimit = byteLimit
    }
  }
}

/// Where an uplink that the journal doesn't know yet begins.
public enum CursorOrigin: Hashable, Sendable, CaseIterable {
  /// With what is appended from now on.
  case now
  /// With the oldest record that is kept.
  case oldest
}
