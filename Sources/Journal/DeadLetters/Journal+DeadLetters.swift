public import Model

extension Journal {
  /// Copies a record that the uplink's server refused for good, so that it outlives the cursor that passes it. The copy is written with
  /// the next commit, before anything else is given up: call this first, and hand over the cursor afterwards.
  ///
  /// The same record of the same uplink is kept once, however often this is called. At most 10,000 are kept, and a sixteenth of the
  /// journal's limit; past that the oldest goes, and is counted.
  ///
  /// - Returns: false when there is nothing to copy: the record was given up (a `gap` record says so), or its block is damaged (one will).
  /// - Throws: retryable, `full`, when too many wait for a commit; what reading the block throws. Then the cursor must not pass.
  public func keepDeadLetter(
    uplink: String, identity: RecordIdentity, reason: String
  ) throws(JournalError) -> Bool {
    if memory.deadLetters.waiting.contains(where: { $0.isOf(uplink, identity) }) { return true }
    let database = try connection()
    if let (row, _) = try DeadLetterTable(database: database).find(uplink, identity) {
      // Requeued in vain: dead again, for what the server says now.
      if redelivery(of: uplink).letters.contains(row) {
        memory.deadLetters.returning.append((uplink, identity, DeadLetter.cut(reason)))
      }
      return true
    }
    let table = BlockTable(database: database)
    guard identity.seq > 0, let header = try table.last(atOrBefore: identity.seq), header.last >= identity.seq,
      memory.journalID(header.run) == identity.journal, !memory.damaged.contains(header.first)
    else { return false }
    guard let (block, isIntact) = try table.block(header.first), isIntact,
      let unpacked = UnpackedBlock(block, by: inflater), let boot = memory.boot(header.boot)
    else {
      memory.damaged.insert(header.first)
      return false
    }
    guard let record = unpacked.records.first(where: { $0.seq == identity.seq })?.record else { return false }
    let letter = PackedDeadLetter(
      record, uplink: uplink, identity: identity, reason: reason, boot: boot, by: deflater)
    guard memory.deadLetters.hasRoom(for: letter, options) else {
      throw JournalError(
        .full, "too many refused records wait for a commit; they are kept once the journal can be written",
        place: path, isRetryable: true)
    }
    memory.deadLetters.waiting.append(letter)
    return true
  }

  /// The dead letters as of the last commit, the oldest first.
  ///
  /// - Parameters:
  ///   - uplink: Only those of this one.
  ///   - position: Where the page before ended, to go on; changes.
  public func deadLetters(
    uplink: String? = nil, after position: inout Int64, limit: Int
  ) throws(JournalError) -> [DeadLetter] {
    let page = try DeadLetterTable(database: try connection()).letters(
      uplink: uplink, after: position, limit: limit, by: inflater)
    position = page.last?.row ?? position
    return page.map { row, letter in
      var letter = letter
      letter.isRequeued = memory.redeliveries[letter.uplink]?.letters.contains(row) ?? false
      return letter
    }
  }

  /// The first `limit` of them.
  public func deadLetters(limit: Int) throws(JournalError) -> [DeadLetter] {
    var position: Int64 = 0
    return try deadLetters(after: &position, limit: limit)
  }
}
