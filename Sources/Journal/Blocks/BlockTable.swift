import Model

/// The table `blocks`.
struct BlockTable {
  let database: Database

  private static let columns = "first,last,run,boot,time,n0,n1,n2,n3,c0,c1,c2,c3"

  func insert(_ block: Block) throws(JournalError) {
    let header = block.header
    var bindings: [Binding] = [
      .integer(header.first), .integer(header.last), .integer(header.run), .integer(header.boot),
      .integer(header.time.nanoseconds),
    ]
    for lane in Lane.allCases { bindings.append(.integer(header.counts[lane])) }
    for lane in Lane.allCases { bindings.append(.integer(header.before[lane])) }
    bindings += [.integer(Int64(block.packed.rawCount)), .integer(Int64(block.checksum)), .blob(block.packed.data)]
    try database.run(
      "INSERT OR REPLACE INTO blocks (\(Self.columns),raw,crc,data) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", bindings,
      step: "append a block")
  }

  func delete(_ first: UInt64) throws(JournalError) {
    try database.run("DELETE FROM blocks WHERE first=?", [.integer(first)], step: "delete a block")
  }

  /// The block that begins at `first`; `isIntact` is false when its checksum doesn't fit.
  func block(_ first: UInt64) throws(JournalError) -> (block: Block, isIntact: Bool)? {
    let statement = try database.statement(
      "SELECT \(Self.columns),raw,crc,data FROM blocks WHERE first=?", step: "read a block")
    statement.bind([.integer(first)])
    defer { statement.reset() }
    guard try statement.step() else { return nil }
    let raw = Int(clamping: statement.integer(13))
    let block = Block(header: header(statement), packed: PackedBytes(data: statement.blob(15), rawCount: max(0, raw)))
    return (block, block.checksum == UInt32(truncatingIfNeeded: statement.integer(14)))
  }

  /// The last block that begins at or before `seq`.
  func last(atOrBefore seq: UInt64) throws(JournalError) -> Block.Header? {
    try one("SELECT \(Self.columns) FROM blocks WHERE first<=? ORDER BY first DESC LIMIT 1", seq)
  }

  /// The first block that begins after `seq`.
  func first(after seq: UInt64) throws(JournalError) -> Block.Header? {
    try one("SELECT \(Self.columns) FROM blocks WHERE first>? ORDER BY first LIMIT 1", seq)
  }

  /// Up to `limit` headers of blocks that begin after `seq`, ascending.
  func headers(after seq: UInt64, limit: Int) throws(JournalError) -> [Block.Header] {
    var found: [Block.Header] = []
    try database.query(
      "SELECT \(Self.columns) FROM blocks WHERE first>? ORDER BY first LIMIT ?",
      [.integer(seq), .integer(Int64(limit))],
      step: "look through the blocks"
    ) { statement in found.append(header(statement)) }
    return found
  }

  /// The block that covers `seq`, or else the first one after it.
  func block(coveringOrAfter seq: UInt64) throws(JournalError) -> Block.Header? {
    if let before = try last(atOrBefore: seq), before.last >= seq { return before }
    return try first(after: seq)
  }

  /// The last block committed before `time`.
  func last(before time: EngineTime) throws(JournalError) -> Block.Header? {
    // Times and numbers grow together: a binary search over the numbers, instead of an index that every commit would write.
    guard let oldest = try first(after: 0), oldest.time < time, var end = try last(atOrBefore: .max) else { return nil }
    if end.time < time { return end }
    var start = oldest
    while start.first < end.first {
      guard let middle = try last(atOrBefore: start.first + (end.first - start.first) / 2) else { return start }
      if middle.time < time {
        guard middle.first > start.first else {
          // Nothing between: the next one decides.
          guard let next = try first(after: start.first), next.time < time else { return start }
          start = next
          continue
        }
        start = middle
      } else {
        end = middle
      }
    }
    return start
  }

  /// The numbers of `range` that lie in blocks with records, ascending; neighbours are one.
  func covered(_ range: ClosedRange<UInt64>) throws(JournalError) -> [ClosedRange<UInt64>] {
    guard var block = try block(coveringOrAfter: range.lowerBound) else { return [] }
    var found: [ClosedRange<UInt64>] = []
    while block.first <= range.upperBound {
      let part = block.range.clamped(to: range)
      if block.isEmpty {
        // What it had is gone.
      } else if let last = found.last, last.upperBound + 1 >= part.lowerBound {
        found[found.count - 1] = last.lowerBound...max(last.upperBound, part.upperBound)
      } else {
        found.append(part)
      }
      guard let next = try first(after: block.first) else { break }
      block = next
    }
    return found
  }

  private func one(_ sql: String, _ seq: UInt64) throws(JournalError) -> Block.Header? {
    let statement = try database.statement(sql, step: "find a block")
    statement.bind([.integer(seq)])
    defer { statement.reset() }
    return try statement.step() ? header(statement) : nil
  }

  private func header(_ row: Statement) -> Block.Header {
    var counts = LaneCounts()
    var before = LaneCounts()
    for lane in Lane.allCases {
      counts[lane] = row.unsigned(5 + Int32(lane.rawValue))
      before[lane] = row.unsigned(9 + Int32(lane.rawValue))
    }
    let first = row.unsigned(0)
    return Block.Header(
      first: first, last: max(first, row.unsigned(1)), run: row.integer(2), boot: row.integer(3),
      time: EngineTime(nanoseconds: row.integer(4)), counts: counts, before: before)
  }
}
