/// The far end of a road: what a user's server would be, and what it can be made to do.
protocol Receiver: AnyObject {
  /// The way that the gateway's records take to it, for people.
  var name: String { get }
  /// Where it listens.
  var port: Int { get }
  /// Reads along on the link, where the server itself can't be made to misbehave.
  var meddler: (any Meddler)? { get }
  /// The lines of the uplink that lead to `port`, indented by six but for the first.
  func destination(port: Int) -> String
  /// Whether its answers are about single records that it has, so that it may die at any moment; else they only say that it has read them.
  var answersForRecords: Bool { get }
  /// Whether records say if they are late as the delivery sees it; Sparkplug's `is_historical` also says it of others.
  var tellsLate: Bool { get }
  /// Types of records that come to it; `nil`: all.
  var types: Set<String>? { get }
  /// Whether `received` has the gateway's own bytes; else a library has read them and written them anew.
  var isVerbatim: Bool { get }
  /// What it received and didn't refuse, in order of arrival.
  var received: [ReceivedRecord] { get throws }
  /// What the batches among it said.
  var batches: [ReceivedBatch] { get throws }
  var refusals: Refusals { get throws }
  /// At most so many answers a second; `nil`: at once.
  func pace(_ answersPerSecond: Double?) throws
  /// Refuses what `ReceivedRecord.isPoison`, or stops to.
  func refuse(_ isOn: Bool) throws
  /// Ends it as it pleases to end: at any moment where it keeps what it has answered for.
  func stop() throws
  func start() throws
  /// Ends it so that it forgets who was connected; the link is down.
  func stopForgetting() throws
  /// Waits until all that it has answered for is in `received`.
  func settle() throws
}

/// What a receiver has refused.
struct Refusals: Sendable {
  /// How often, of records that stood alone.
  private(set) var alone: [Int: Int] = [:]
  /// Everything that was in a message which was refused; its order is disturbed.
  private(set) var touched: Set<Int> = []

  /// What stood alone and was refused, by number, where the receiver has read it.
  private(set) var records: [Int: ReceivedRecord] = [:]

  /// A message with these numbers was refused.
  mutating func add(_ seqs: [Int]) {
    touched.formUnion(seqs)
    if seqs.count == 1 { alone[seqs[0], default: 0] += 1 }
  }

  /// A message of these was refused.
  mutating func add(_ refused: [ReceivedRecord]) {
    add(refused.map(\.identity.seq))
    if refused.count == 1 { records[refused[0].identity.seq] = refused[0] }
  }

  /// Numbers refused as often as makes a dead letter.
  var deadly: Set<Int> { Set(alone.filter { $0.value >= 3 }.keys) }
}

extension ReceivedRecord {
  /// What receivers refuse when they are told to: known by its number, the same whenever it comes. Receivers in Python: orders.py.
  var isPoison: Bool { type == "position" && identity.seq % 40 == 7 }
}
