import Deflate
import Model

extension Schema {
  /// Older versions left nothing in the place of a block that they deleted: there an empty one is put now. What is gone from before the first
  /// block nobody waits for.
  static func fillHoles(_ database: Database) throws(JournalError) {
    let (table, state, deflater) = (BlockTable(database: database), StateTable(database: database), Deflater(.quick))
    // One that can't be read is damage, which is found a moment later.
    guard let packed = try state.ownRow(StateTable.journalKind, "head"), let head = Self.head(packed) else { return }
    guard var last = try table.first(after: 0) else { return try settle(through: head.lastSequence, in: state) }
    try settle(through: last.first - 1, in: state)
    func fill(upTo end: UInt64) throws(JournalError) {
      guard last.last < end else { return }
      var empty = last
      (empty.first, empty.last) = (last.last + 1, end)
      (empty.before, empty.counts) = (last.before + last.counts, LaneCounts())
      try table.insert(Block(empty: empty, by: deflater))
    }
    while true {
      let headers = try table.headers(after: last.first, limit: 256)
      guard !headers.isEmpty else { break }
      for header in headers {
        try fill(upTo: header.first - 1)
        last = header
      }
    }
    try fill(upTo: head.lastSequence)
  }

  private static func settle(through seq: UInt64, in state: StateTable) throws(JournalError) {
    for row in try state.ownRows(of: StateTable.cursorKind) {
      guard let packed = row.value, var cursor = Self.cursor(packed) else { continue }
      for lane in Lane.allCases { cursor.cursors[lane].settle(through: seq) }
      try state.save(cursor, of: row.name)
    }
  }

  private static func head(_ packed: [UInt8]) -> Head? {
    do throws(PackingError) { return try Head(packed: packed) } catch { return nil }
  }

  private static func cursor(_ packed: [UInt8]) -> UplinkCursor? {
    do throws(PackingError) { return try UplinkCursor(packed: packed) } catch { return nil }
  }
}
