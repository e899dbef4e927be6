public import Model

/// A record that an uplink's server refused for good, kept with the reason: its cursor has passed it, so that nothing else would keep it.
public struct DeadLetter: Hashable, Sendable {
  public var uplink: String
  public var identity: RecordIdentity
  /// What the server said, cut at `reasonLimit`.
  public var reason: String
  /// When it was kept.
  public var time: EngineTime
  /// `nil` when its bytes are damaged on disk.
  public var record: StoredRecord?
  /// What it takes, packed.
  public var bytes: Int
  /// It was requeued, and waits to be sent again.
  public var isRequeued: Bool

  /// The most Unicode scalars of a reason: it is the server's text.
  public static let reasonLimit = 200

  static func cut(_ reason: String) -> String {
    String(String.UnicodeScalarView(reason.unicodeScalars.prefix(reasonLimit)))
  }

  public init(
    uplink: String, identity: RecordIdentity, reason: String, time: EngineTime, record: StoredRecord?, bytes: Int = 0,
    isRequeued: Bool = false
  ) {
    self.uplink = uplink
    self.identity = identity
    self.reason = reason
    self.time = time
    self.record = record
    self.bytes = bytes
    self.isRequeued = isRequeued
  }
}

/// What there is of dead letters.
public struct DeadLetterCounts: Hashable, Sendable {
  /// Kept now.
  public internal(set) var kept: UInt64 = 0
  /// About what they take on disk, bytes.
  public internal(set) var bytes: UInt64 = 0
  /// Given up since the journal was made, the oldest first, because there were more than may be kept.
  public internal(set) var dropped: UInt64 = 0

  public init() {}

  /// The most that are kept.
  public static let limit: UInt64 = 10_000

  /// What they may take of the journal's limit.
  static func byteLimit(_ options: Journal.Options) -> UInt64 { UInt64(options.limit / 16) }
}

extension DeadLetterCounts {
  /// One that had so many bytes is gone.
  mutating func forget(_ count: Int) {
    kept -= min(kept, 1)
    bytes -= min(bytes, PackedDeadLetter.cost(count))
  }

  var packed: [UInt8] {
    var writer = PackedWriter()
    writer.write(byte: 1)
    for number in [kept, bytes, dropped] { writer.write(number) }
    return writer.bytes
  }

  init(packed: [UInt8]) throws(PackingError) {
    var reader = PackedReader(packed)
    guard try reader.byte() == 1 else { throw .malformed(offset: 0) }
    kept = try reader.unsigned()
    bytes = try reader.unsigned()
    dropped = try reader.unsigned()
  }
}
