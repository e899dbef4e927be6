import Journal
import Model

/// A run of records of certain lanes, read from the journal in order and on their way: unsettled ones from the oldest on, of which
/// the first `sent` have been handed to the transport.
///
/// The stream knows how far the journal has been scanned, so that numbers which hold nothing for it (other lanes, other kinds) are
/// settled along with their neighbours and leave no ranges in the cursor.
struct DeliveryStream: Sendable {
  struct Entry: Sendable {
    var record: StoredRecord
    var kind: Record.Kind
    var isSettled = false
    /// The server refused this one and took its neighbours; it waits to be sent again.
    var isRefused = false
  }

  let lanes: LaneSet
  /// The first number of its territory, and the last; `UInt64.max` where it follows the journal's head.
  let start: UInt64
  private(set) var end: UInt64
  /// Its records were delivered before, and the server asked for them once more.
  let isAgain: Bool
  /// Every number up to here was read.
  private(set) var scannedTo: UInt64
  /// Every number from `start` up to here is settled.
  private(set) var settledTo: UInt64
  /// When the oldest of those that wait came.
  private(set) var waitingSince: BootTime?

  private var entries = ChunkedQueue<Entry>()
  /// The position of the first of `entries`; positions count from the stream's beginning and stay while it lives.
  private(set) var base: Int
  /// Position of the first that was not handed out yet.
  private(set) var nextPosition: Int

  /// - Parameter position: That of its first record.
  init(lanes: LaneSet, start: UInt64, end: UInt64, isAgain: Bool = false, from position: Int = 0) {
    self.lanes = lanes
    self.start = start
    self.end = end
    self.isAgain = isAgain
    scannedTo = start - 1
    settledTo = start - 1
    base = position
    nextPosition = position
  }

  /// Position after the last.
  var endPosition: Int { base + entries.count }
  var waiting: Int { endPosition - nextPosition }
  /// Handed out and not settled in order yet.
  var outstanding: Int { nextPosition - base }

  subscript(position: Int) -> Entry {
    _read { yield entries[position - base] }
  }

  /// The number of the first that was not handed out yet.
  var nextNumber: UInt64? { waiting > 0 ? self[nextPosition].record.identity.seq : nil }

  /// How far it can be scanned now.
  func limit(head: UInt64) -> UInt64 { min(end, head) }
  func isScanned(head: UInt64) -> Bool { scannedTo >= limit(head: head) }

  mutating func append(_ record: StoredRecord, kind: Record.Kind, now: BootTime) {
    if waiting == 0 { waitingSince = now }
    entries.append(Entry(record: record, kind: kind))
  }

  /// Everything up to `seq` was read; what is not among the entries holds nothing for this stream.
  mutating func scanned(to seq: UInt64) {
    scannedTo = max(scannedTo, min(seq, end))
    if entries.isEmpty { settledTo = scannedTo }
  }

  /// What is asked for once more right behind it is its own, too.
  mutating func extend(to last: UInt64) { end = max(end, last) }

  /// Numbers of its territory that aren't settled in order.
  var open: ClosedRange<UInt64>? { settledTo < end ? settledTo + 1...end : nil }

  mutating func handOut(to position: Int) {
    nextPosition = position
    if waiting == 0 { waitingSince = nil }
  }

  /// Takes out what was not handed out yet and needn't be.
  mutating func dropWaiting(where isSettled: (Entry) -> Bool) {
    entries.removeAll(from: nextPosition - base, where: isSettled)
    if waiting == 0 { waitingSince = nil }
  }

  mutating func settle(position: Int) {
    guard position >= base, position < endPosition else { return }
    entries[position - base].isSettled = true
  }

  mutating func mark(position: Int, refused: Bool) {
    guard position >= base, position < endPosition else { return }
    entries[position - base].isRefused = refused
  }

  /// Lets go of the settled ones at the front. True when `settledTo` moved.
  mutating func advance() -> Bool {
    let before = settledTo
    while base < nextPosition, entries[0].isSettled {
      settledTo = entries[0].record.identity.seq
      entries.dropFirst()
      base += 1
    }
    if entries.isEmpty { settledTo = scannedTo }
    return settledTo != before
  }

  /// The outstanding record with that number.
  func position(ofOutstanding seq: UInt64) -> Int? {
    positions(ofOutstanding: seq...seq).first
  }

  /// The outstanding records with numbers in the range.
  func positions(ofOutstanding range: ClosedRange<UInt64>) -> Range<Int> {
    let first = firstOutstanding { $0 >= range.lowerBound }
    return first..<max(first, firstOutstanding { $0 > range.upperBound })
  }

  private func firstOutstanding(_ isReached: (UInt64) -> Bool) -> Int {
    var low = base
    var high = nextPosition
    while low < high {
      let middle = (low + high) / 2
      if isReached(self[middle].record.identity.seq) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Runs of settled records behind an unsettled one, as ranges of numbers that hold nothing unsettled of these lanes.
  func settledRuns() -> [ClosedRange<UInt64>] {
    var runs: [ClosedRange<UInt64>] = []
    var from: UInt64?
    var previous = settledTo
    for position in base..<nextPosition {
      let entry = self[position]
      let seq = entry.record.identity.seq
      if entry.isSettled {
        if from == nil { from = previous + 1 }
      } else {
        if let start = from { runs.append(start...previous) }
        from = nil
      }
      previous = seq
    }
    if let start = from { runs.append(start...previous) }
    return runs
  }
}
