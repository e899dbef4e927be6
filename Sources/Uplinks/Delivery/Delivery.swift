public import Journal
import Model

/// The delivery of one journal over one uplink, as a pure state machine: what to read, what to send next, what an answer means, when
/// to give up a connection and when to try again. No clock, socket or randomness of its own, so that tests run it on virtual time.
///
/// Invariants:
/// - a record is settled only by the server's word for it, or by becoming a dead letter after `refusalsToDeath` refusals on its own,
///   where a hang-up is one only from a server that takes other records, and after `hangUpsToSuspicion` of them
///   (one that grows older than the uplink's `keep` is given up by the journal, which says so with a gap record);
/// - within a connection the records of a stream are handed out in order of their numbers, except those that were refused;
/// - a lane's cursor never has more than `DeliverySettings.rangeLimit` ranges;
/// - what is held in memory is bounded by the window and a read-ahead.
///
/// Streams. Under `strict` there is one, over all lanes. Under `liveFirst` each lane has two: *live*, what was appended since the
/// connection came up, and *backlog*, what was there before. A lane whose cursor has no range to spare is not split; its live records
/// then queue behind its backlog until that is done. Behind all of them is one for dead letters that were requeued.
public struct Delivery: Sendable {
  public enum State: Hashable, Sendable {
    /// Not started, or stopped.
    case stopped
    case waiting(until: BootTime)
    case connecting(since: BootTime)
    case up(since: BootTime)
    case closing
  }

  /// Positions of one stream that are in a message.
  struct Segment: Hashable, Sendable {
    var stream: Int
    var positions: Range<Int>
  }

  struct Message: Sendable {
    var id: UInt64
    /// The message in which these records were first sent in this connection.
    var origin: UInt64
    var segments: [Segment]
    var records: Int
    var sentAt: BootTime
    var isRetry: Bool
  }

  /// Records of a refused message, to be sent again before anything new.
  struct Piece: Sendable {
    var origin: UInt64
    var segments: [Segment]
  }

  public let settings: DeliverySettings
  public internal(set) var state: State = .stopped
  public internal(set) var cursors: LaneCursors
  public internal(set) var counters = DeliveryCounters()
  public internal(set) var alarm: UplinkAlarm?
  /// The journal's last number, as far as it was told.
  public internal(set) var head: UInt64 = 0

  var jitter: Jitter
  var backoff: Backoff
  /// For what won't mend itself in seconds: credentials, a second box with our id.
  var longBackoff = Backoff(first: .minutes(2), last: .minutes(10))
  /// Between messages that the server was too busy for.
  var busyBackoff = Backoff(first: .seconds(1), last: .seconds(30))
  var pausedUntil: BootTime?
  /// The server has accepted us and lets nothing pass yet; it may take as long as it takes.
  var isHeld = false
  var isDraining = false

  // Of the connection.
  var connection: UInt64 = 0
  var capabilities = LinkCapabilities(messagesInFlight: 1)
  /// What was there when the connection came up is backlog: it goes marked late.
  var lateThrough: UInt64 = 0
  var streams: [DeliveryStream] = []
  /// Streams `0..<liveCount` are the live ones.
  var liveCount = 0
  /// From here on the streams are of what is sent once more.
  var firstAgain: Int?
  var liveLanes: LaneSet = []
  var liveScannedTo: UInt64 = 0
  var pendingRead: ReadRequest?
  var nextMessageID: UInt64 = 1
  var inFlight: [UInt64: Message] = [:]
  /// Ids in the order of sending; answered ones linger until they come to the front.
  var sendOrder: [UInt64] = []
  var sendOrderHead = 0
  var recordsInFlight = 0
  var retries: [Piece] = []
  var isRetrying = false
  /// The server has taken something in this connection, and so isn't what everything fails for.
  var hasTaken = false
  /// Suspects that wait until it has, or until there turns out to be nothing else to send.
  var setAside: [Piece] = []
  var holdsSuspects = false
  var lastSent: BootTime?
  /// Bytes that the backlog may still send; refilled at `catchUp` per second, at most one second's worth.
  var catchUpTokens = 0.0
  var catchUpAt: BootTime = .zero
  var cursorsChanged = false
  /// Requeued dead letters; `nil` until this connection was told.
  var redelivery: Redelivery?
  /// The stream that carries them.
  var letterStream: Int?
  /// The revision of those that were laid in this connection.
  var lettersLaid: UInt64?
  /// Delivered of them, and not told yet.
  var redelivered: Set<RecordIdentity> = []
  var meter: AllowanceMeter?

  // Across connections.
  /// Records that may be in flight while a peer seems to choke on something; `nil`: no suspicion.
  var caution: Int?
  /// Refusals, or closes while it was alone, by number; bounded by `troublesLimit`.
  var troubles: [UInt64: Int] = [:]
  static let troublesLimit = 1024
  /// How often the peer hung up on each of these while it was alone; at most `DeliverySettings.suspectLimit`.
  var suspects: [UInt64: Int] = [:]
  /// Until then what a hang-up has counted against isn't tried again while there are other lanes.
  var trialRest: BootTime = .zero
  /// What was out, unanswered, when connections ended.
  var unanswered: [Lane: [ClosedRange<UInt64>]] = [:]

  /// - Parameter seed: of the jitter; another for each process, so that a fleet doesn't move in step.
  public init(settings: DeliverySettings, cursors: LaneCursors, seed: UInt64) {
    self.settings = settings
    self.cursors = cursors
    jitter = Jitter(seed: seed)
    backoff = Backoff(first: settings.retryFirst, last: settings.retryLast)
    meter = settings.allowance.map { AllowanceMeter(rate: $0) }
  }

  /// The cursors if they moved since the last call: to be handed to the journal, which saves them with its next commit.
  public mutating func takeCursors() -> LaneCursors? {
    guard cursorsChanged else { return nil }
    cursorsChanged = false
    return cursors
  }

  public var messagesInFlight: Int { inFlight.count }
  public var unansweredRecords: Int { recordsInFlight }
  public var isUp: Bool {
    if case .up = state { true } else { false }
  }

  /// Records handed out or read ahead, and not settled; what is set aside takes nobody's place.
  var held: Int { streams.reduce(0) { $0 + $1.outstanding } - setAside.count }
}
