public import Model

/// How records go over one uplink.
public struct DeliverySettings: Sendable, Hashable {
  public enum Order: Sendable, Hashable {
    /// What is appended while the connection is up goes first, the backlog behind it; each in order within a lane, events before
    /// positions before readings.
    case liveFirst
    /// By sequence number.
    case strict
  }

  public var order: Order = .liveFirst
  /// What is sent; the rest is passed over.
  public var kinds: RecordKinds = .all
  /// Kinds that go in messages of their own, never in batches.
  public var singly: RecordKinds = []
  /// At most so many records in a batch, 1…10,000; 1 means that every record goes in a message of its own.
  public var batchRecords = 100
  /// About the most bytes of a batch before compression: a batch is closed by the record that would pass it.
  public var batchBytes = 100_000
  /// How long a live record may wait for others to fill its batch. Events don't wait.
  public var linger: Interval = .seconds(1)
  /// Records that may be out without being settled, 1…100,000.
  public var window = 1000
  /// Bytes per second for the backlog under `liveFirst`; `nil`: as fast as it goes.
  public var catchUp: Double? = 100_000
  /// Bytes per second on a link that is paid for: events go at once, the rest as far as this lasts. `nil`: it isn't. Goes with `liveFirst` only.
  public var allowance: Double?
  /// A message unanswered for so long closes the connection: half-open TCP is the normal case in a vehicle.
  public var answerLimit: Interval = .seconds(20)
  /// An attempt to connect that takes longer is given up.
  public var connectLimit: Interval = .seconds(30)
  /// The ceiling of the first wait between attempts, doubled up to that of the last.
  public var retryFirst: Interval = .seconds(1)
  public var retryLast: Interval = .seconds(30)

  public init() {}

  /// So many refusals of a record that stands alone make it a dead letter.
  static let refusalsToDeath = 3
  /// A peer that closes within this time after it got a lone record may have choked on it.
  static let chokeWindow = Interval.seconds(5)
  /// A peer that hung up on a lone record so often is given others first. By then it has been in trouble for about a minute, if it is: one
  /// that only had to start again gets everything in order.
  static let hangUpsToSuspicion = 6
  /// When as many records, one after the other, were hung up on, it isn't the records.
  static let suspectLimit = 64
  /// Between hang-ups that count against a record while other lanes go before it: for these, and since a server may take all but events while
  /// one of its tables is away.
  static let trialWait = Interval.minutes(1)
  /// A connection that was up for so long resets the back-off.
  static let heldLongEnough = Interval.seconds(30)
  /// Ranges above the low-water mark that a lane's cursor may have.
  static let rangeLimit = 64
}
