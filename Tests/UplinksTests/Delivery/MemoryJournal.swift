import Journal
import Model
import Uplinks

/// Records in memory with the journal's numbering: what a delivery reads from.
struct MemoryJournal: Sendable {
  private(set) var records: [StoredRecord] = []
  var journal = "k7f3q2"
  private(set) var head: UInt64 = 0

  mutating func append(_ body: Record.Body, at ms: Int64 = 1_770_301_800_000) {
    head += 1
    records.append(
      StoredRecord(
        identity: RecordIdentity(journal: journal, seq: head), moment: .utc(Timestamp(milliseconds: ms)), body: body))
  }

  mutating func append(_ lane: Lane) {
    switch lane {
    case .event:
      append(
        .event(
          Event(
            id: "e-\(head)", rule: "r",
            content: .general(GeneralEvent(type: "t", severity: .info, state: .raised, data: [])))))
    case .position: append(.position(device: "gps", Position(latitude: 46.2, longitude: 6.1)))
    case .reading:
      append(.reading(device: "reefer", metric: "temperature", value: .number(-17.5), unit: "Cel", quality: .good))
    case .other: append(.device(name: "reefer", isUp: true, reason: nil))
    }
  }

  /// As the journal answers: ascending, cut short by `limit`.
  func read(lanes: LaneSet, range: ClosedRange<UInt64>, limit: Int) -> [StoredRecord] {
    let first = records.partitioningIndex { $0.identity.seq >= range.lowerBound }
    return Array(
      records[first...].lazy.prefix { $0.identity.seq <= range.upperBound }
        .filter { lanes.contains(LaneSet($0.lane)) }.prefix(limit))
  }
}

extension Array {
  func partitioningIndex(_ belongs: (Element) -> Bool) -> Int {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = (low + high) / 2
      if belongs(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// An encoder that notes what it was given.
struct NotingEncoder: RecordEncoder {
  var sequence: [(seq: UInt64, late: Bool)] = []
  var again: [UInt64] = []
  var isBatch = false
  var journal: String?
  var bytesPerRecord = 100
  var size = 0

  mutating func beginRecord() {
    (sequence, again) = ([], [])
    isBatch = false
    size = 0
  }
  mutating func beginBatch(number: UInt64, journal: String, cursors: LaneCursors, head: UInt64) {
    (sequence, again) = ([], [])
    isBatch = true
    self.journal = journal
    size = 50
  }
  mutating func append(_ record: StoredRecord, late: Bool) {
    sequence.append((record.identity.seq, late))
    size += bytesPerRecord
  }
  mutating func append(again record: StoredRecord) {
    again.append(record.identity.seq)
    append(record, late: true)
  }
  mutating func finish() -> [UInt8] { [] }
}
