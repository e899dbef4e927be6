public import Journal
public import Model

/// What a transport can do in this connection.
public struct LinkCapabilities: Sendable, Hashable {
  /// Messages that may be out without an answer, ≥ 1.
  public var messagesInFlight: Int
  /// The largest payload that the server takes, bytes; `nil`: no bound was told.
  public var maximumPayload: Int?

  public init(messagesInFlight: Int, maximumPayload: Int? = nil) {
    self.messagesInFlight = messagesInFlight
    self.maximumPayload = maximumPayload
  }
}

/// Why the server did not take a message.
public enum Refusal: Hashable, Sendable {
  /// Something about it: the batch is halved until the record at fault stands alone.
  case rejected(String)
  /// Larger than the server takes.
  case tooLarge(String)
  /// This gateway may not send that: it needs a person, so an alarm is raised and everything waits.
  case notAuthorized(String)
  /// Quota, rate or load: the same again, later.
  case busy(String)

  public var text: String {
    switch self {
    case .rejected(let text), .tooLarge(let text), .notAuthorized(let text), .busy(let text): text
    }
  }
}

/// How a connection, or the attempt at one, ended.
public enum Closure: Hashable, Sendable {
  /// We closed it.
  case local(String)
  /// The server or the network closed it, or it could not be made.
  case peer(String)
  /// What came was not the protocol.
  case garbage(String)
  /// The server says who we are is not welcome.
  case notAuthorized(String)
  /// Another client came with our id.
  case takenOver(String)

  public var text: String {
    switch self {
    case .local(let text), .peer(let text), .garbage(let text), .notAuthorized(let text), .takenOver(let text): text
    }
  }
}

/// What needs a person.
public enum UplinkAlarm: Hashable, Sendable {
  case notAuthorized(String)
  case takenOver(String)

  /// What the server said.
  public var text: String {
    switch self {
    case .notAuthorized(let text), .takenOver(let text): text
    }
  }

  /// Short and machine-readable.
  public var code: String {
    switch self {
    case .notAuthorized: "not-authorized"
    case .takenOver: "session-taken-over"
    }
  }
}

/// What the shell around a delivery must do.
public enum DeliveryAction: Hashable, Sendable {
  /// Open a connection; the answer is `connected` or `closed`.
  case connect
  /// Close the connection; the answer is `closed`.
  case close(String)
  /// The record won't go to this uplink any more; it is settled.
  case deadLetter(RecordIdentity, reason: String)
  /// Something that needs a person began.
  case raise(UplinkAlarm)
  /// It is over.
  case clearAlarm
}

/// What a delivery wants from the journal; the answer is `supply`.
public struct ReadRequest: Hashable, Sendable {
  public var lanes: LaneSet
  public var range: ClosedRange<UInt64>
  /// At most so many records.
  public var limit: Int
  /// The stream that asked; `nil` for the live ones, which share a scan.
  var stream: Int?
  /// The connection in which it asked.
  var connection: UInt64
}

/// How a message is addressed.
public enum MessageRoute: Hashable, Sendable {
  case batch(journal: String)
  /// One record; where it goes may depend on what it is.
  case record(StoredRecord)
}

/// A message that was built and is to be handed to the transport now.
public struct OutgoingMessage: Hashable, Sendable {
  /// Counts from 1 in each connection.
  public var id: UInt64
  public var route: MessageRoute
  /// Numbers of the records in it, as they stand in it.
  public var seqs: [UInt64]
  /// Of a record that goes alone: it was there before the connection came up.
  public var isLate = false

  public var records: Int { seqs.count }

  public init(id: UInt64, route: MessageRoute, seqs: [UInt64]) {
    self.id = id
    self.route = route
    self.seqs = seqs
  }
}

/// Turns records into the bytes of one message at a time.
public protocol RecordEncoder {
  /// Begins a message with a single record.
  mutating func beginRecord()
  /// Begins a batch. `cursors` say up to where everything is settled; `head` is the journal's last number.
  mutating func beginBatch(number: UInt64, journal: String, cursors: LaneCursors, head: UInt64)
  /// Adds a record, in a batch any number of times.
  mutating func append(_ record: StoredRecord, late: Bool)
  /// Bytes so far.
  var size: Int { get }
  /// Ends the message and hands over its bytes.
  mutating func finish() -> [UInt8]
}

/// What a delivery has done since it began; records unless said otherwise.
public struct DeliveryCounters: Sendable, Hashable {
  public var sent: UInt64 = 0
  public var acknowledged: UInt64 = 0
  /// Sent again: after a refusal, or after a connection that ended before the answer.
  public var repeated: UInt64 = 0
  /// Messages that the server refused.
  public var refused: UInt64 = 0
  public var dead: UInt64 = 0
  /// Messages that the server took but had no subscriber for.
  public var unheard: UInt64 = 0
  /// Answers that fitted nothing in flight.
  public var strayAnswers: UInt64 = 0
  /// Bytes of payload, before compression.
  public var bytes: UInt64 = 0

  public init() {}
}
