public import Journal
public import Model

/// Where an uplink's records come from: the journal, by way of the one actor that owns it.
public protocol RecordSource: Sendable {
  /// The journal's id and last number.
  func head() async -> JournalHead
  /// Records of some lanes, ascending.
  func read(_ query: Journal.Query) async throws -> [StoredRecord]
  /// How far the uplink has delivered.
  func cursors(of uplink: String) async -> LaneCursors
  /// The uplink has delivered so far: saved with the next commit, at the latest after 5 s, which bounds the repeats after a kill.
  func acknowledge(_ uplink: String, _ cursors: LaneCursors) async
  /// The number of the connection that the uplink begins now: from 0, one more each time, over restarts as well; kept when it returns.
  func connecting(_ uplink: String) async -> UInt64
  /// Yields when there are new records; bounded to the newest.
  func commits() -> AsyncStream<Void>
  /// The uplink's connection came up or went down.
  func linkChanged(_ uplink: String, isUp: Bool) async
  /// The server refused this record for good.
  func deadLetter(_ uplink: String, _ identity: RecordIdentity, reason: String) async
  /// Dead letters that the uplink is to send once more. Asked at each connection, and when `head` has another revision.
  func redelivery(of uplink: String) async -> Redelivery
  /// Those with numbers above `seq`, ascending, less what the uplink said it has delivered.
  func requeuedLetters(of uplink: String, after seq: UInt64, limit: Int) async throws -> [StoredRecord]
  /// The server has taken them: saved as cursors are.
  func redelivered(_ uplink: String, _ letters: Set<RecordIdentity>) async
  /// So many bytes went over the uplink's sockets since it was last told.
  func carried(_ uplink: String, sent: UInt64, received: UInt64) async
}
