import Deflate
import Model

// Rows of our tables, told by their shape. Columns are in the order in which Schema.swift has them; a rowid stands as NULL.

extension Block {
  /// `nil` when the row is no block, or its checksum doesn't fit.
  init?(_ row: RowRecord, rowid: Int64) {
    guard row.columns.count == 16, row.isNull(0), rowid > 0, let last = row.unsigned(1), let run = row.integer(2),
      let boot = row.integer(3), let time = row.integer(4), let raw = row.unsigned(13), raw <= PackedBytes.limit,
      let crc = row.integer(14), let data = row.blob(15)
    else { return nil }
    var (counts, before) = (LaneCounts(), LaneCounts())
    for lane in Lane.allCases {
      guard let count = row.unsigned(5 + Int(lane.rawValue)), let sum = row.unsigned(9 + Int(lane.rawValue)) else {
        return nil
      }
      (counts[lane], before[lane]) = (count, sum)
    }
    let first = UInt64(rowid)
    guard last >= first, last < UInt64(Int64.max) else { return nil }
    header = Header(
      first: first, last: last, run: run, boot: boot, time: EngineTime(nanoseconds: time), counts: counts,
      before: before)
    packed = PackedBytes(data: data, rawCount: Int(raw))
    guard Int64(checksum) == crc else { return nil }
  }

  /// Whether a record that begins there can be a block, by the types of its columns.
  static func isLikely(_ bytes: [UInt8], at offset: Int) -> Bool {
    guard let types = RowRecord.types(bytes, offset), types.count == 16, types[0] == 0 else { return false }
    return types[15] >= 12 && types[15] % 2 == 0
      && types[1...14].allSatisfy { (1...6).contains($0) || $0 == 8 || $0 == 9 }
  }
}

extension StateRow {
  init?(_ row: RowRecord) {
    guard row.columns.count == 3, let kind = row.text(0), let name = row.text(1), let value = row.blob(2) else {
      return nil
    }
    self.init(kind: kind, name: name, value: value)
  }
}

extension RunTable {
  /// `isCertain` when its checksum says so; rows of before schema 3 have none.
  static func run(_ row: RowRecord, _ rowid: Int64) -> (id: String, isCertain: Bool)? {
    guard (2...3).contains(row.columns.count), row.isNull(0), let id = row.text(1) else { return nil }
    guard let crc = row.integer(2) else {
      let isName = id.utf8.count == 6 && id.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) }
      return isName ? (id, false) : nil
    }
    return crc == checksum(run: rowid, id) ? (id, true) : nil
  }

  static func boot(_ row: RowRecord, _ rowid: Int64) -> (boot: Boot, isCertain: Bool)? {
    guard (4...5).contains(row.columns.count), row.isNull(0), let id = row.text(1), let zero = row.integer(2),
      row.isNull(3) || row.integer(3) != nil
    else { return nil }
    let boot = Boot(
      ordinal: rowid, id: id, zero: zero, utcAtZero: row.integer(3).map { Timestamp(milliseconds: $0) })
    guard let crc = row.integer(4) else { return (boot, false) }
    return crc == checksum(boot) ? (boot, true) : nil
  }
}

extension StoredAction {
  init?(_ row: RowRecord, rowid: Int64) {
    guard row.columns.count == 9, row.isNull(0), let kind = row.text(1), let payload = row.blob(2),
      let number = row.unsigned(3), let state = State(rawValue: UInt8(clamping: number)), let decided = row.integer(4)
    else { return nil }
    func time(_ column: Int) -> EngineTime? { row.integer(column).map { EngineTime(nanoseconds: $0) } }
    self.init(
      id: rowid, kind: kind, payload: payload, state: state, decided: EngineTime(nanoseconds: decided),
      started: time(5), ended: time(6), expires: time(7), outcome: row.text(8))
  }
}

extension PackedDeadLetter {
  /// `nil` when the row is no dead letter, or its checksum doesn't fit.
  static func salvaged(_ row: RowRecord) -> (letter: PackedDeadLetter, time: EngineTime)? {
    guard row.columns.count == 12, row.isNull(0), let uplink = row.text(1), let journal = row.text(2),
      let seq = row.unsigned(3), let reason = row.text(4), let time = row.integer(5), let boot = row.text(6),
      let zero = row.integer(7), let raw = row.unsigned(9), raw <= PackedBytes.limit, let crc = row.integer(10),
      let data = row.blob(11)
    else { return nil }
    let letter = PackedDeadLetter(
      uplink: uplink, identity: RecordIdentity(journal: journal, seq: seq), reason: reason,
      boot: Boot(ordinal: 0, id: boot, zero: zero, utcAtZero: row.integer(8).map { Timestamp(milliseconds: $0) }),
      packed: PackedBytes(data: data, rawCount: Int(raw)))
    return Int64(letter.checksum) == crc ? (letter, EngineTime(nanoseconds: time)) : nil
  }
}

extension RecordingBlock {
  /// `nil` when the row is no part of a recording, or its checksum doesn't fit.
  init?(_ row: RowRecord) {
    guard row.columns.count == 6, row.isNull(0), let number = row.unsigned(1),
      let kind = Kind(rawValue: UInt8(clamping: number)), let count = row.unsigned(2), let raw = row.unsigned(3),
      raw <= PackedBytes.limit, count <= raw, let crc = row.integer(4), let data = row.blob(5)
    else { return nil }
    self.init(kind: kind, count: Int(count), packed: PackedBytes(data: data, rawCount: Int(raw)))
    guard Int64(checksum) == crc else { return nil }
  }
}
