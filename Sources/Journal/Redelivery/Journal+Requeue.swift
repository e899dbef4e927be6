public import Model

extension Journal {
  /// What came of a `requeue`.
  public struct Requeued: Hashable, Sendable {
    /// Dead letters that will be sent again, and weren't going to be before.
    public var count = 0
    /// Those of them that would have been sent again anyway.
    public var already = 0
    /// Their bytes on disk are damaged: they can't be sent.
    public var damaged = 0
    /// The numbers of all of them.
    public var found: Set<UInt64> = []

    public init() {}
  }

  /// The dead letters that the uplink is to send once more, as of the last commit.
  public func redelivery(of uplink: String) -> Redelivery {
    var known = memory.redeliveries[uplink] ?? Redelivery()
    known.revision = memory.revision
    return known
  }

  /// Has dead letters of an uplink sent again, once it is connected. They stay dead letters until the server has them; refused three times
  /// again, they are dead for the new reason. On disk when this returns.
  ///
  /// - Parameter isWanted: Says by its number which are meant; without it all are.
  public func requeue(
    uplink: String, where isWanted: (UInt64) -> Bool = { _ in true }
  ) throws(JournalError) -> Requeued {
    let database = try connection()
    let known = redelivery(of: uplink)
    var result = Requeued()
    var rows: [Int64] = []
    try DeadLetterTable(database: database).forEach(uplink: uplink, by: inflater) { row, letter in
      guard isWanted(letter.identity.seq) else { return true }
      result.found.insert(letter.identity.seq)
      if letter.record == nil { result.damaged += 1 } else { rows.append(row) }
      return true
    }
    var next = known
    result.count = next.add(rows)
    result.already = rows.count - result.count
    guard result.count > 0 else { return result }
    try set(next, of: uplink, step: "requeue dead letters")
    return result
  }

  /// The requeued dead letters of an uplink whose numbers are above `seq`, ascending. Damaged ones are left out.
  ///
  /// - Parameter done: What it has delivered that isn't committed yet.
  public func requeuedLetters(
    of uplink: String, after seq: UInt64, limit: Int, except done: Set<RecordIdentity> = []
  ) throws(JournalError) -> [StoredRecord] {
    let rows = Set(redelivery(of: uplink).letters)
    guard !rows.isEmpty else { return [] }
    var found: [StoredRecord] = []
    try DeadLetterTable(database: try connection()).forEach(uplink: uplink, after: seq, by: inflater) { row, letter in
      if rows.contains(row), let record = letter.record, !done.contains(letter.identity) { found.append(record) }
      return found.count < limit
    }
    return found
  }

  func set(_ redelivery: Redelivery, of uplink: String, step: StaticString) throws(JournalError) {
    let database = try connection()
    var next = redelivery
    next.revision = 0
    let saved = next
    try database.transaction(step: step) { () throws(JournalError) in
      try StateTable(database: database).save(saved, of: uplink)
    }
    memory.redeliveries[uplink] = saved
    memory.revision += 1
  }
}
