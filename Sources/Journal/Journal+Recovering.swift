extension Journal {
  /// The connection, made anew where an error closed it.
  func connection() throws(JournalError) -> Database {
    if let database { return database }
    if isFinished { throw JournalError(.closed, "the journal was closed", place: path) }
    try reopen()
    guard let database else { throw JournalError(.closed, "the journal was closed", place: path) }
    return database
  }

  /// After an I/O error nobody knows what of a transaction is on disk: the file is closed and read again. If the commit turns out to be
  /// there, it has succeeded; else its error stands, and it can be tried again.
  func recover(from error: JournalError, head attempted: Head?) throws(JournalError) {
    database?.close()
    database = nil
    cache = BlockCache()
    guard error.code != .damaged else { throw error }
    try reopen()
    guard let attempted, memory.head == attempted else { throw error }
  }

  private func reopen() throws(JournalError) {
    let (fresh, known, rows) = try Journal.load(path: path, options: options)
    do throws(JournalError) {
      guard var known else {
        throw JournalError(.damaged, "the journal's content is gone; restart the gateway", place: path)
      }
      // Linux forgets which pages failed to reach the disk: a later fsync succeeds without them. So everything is written once more,
      // into the database, before anything is added to the log.
      try fresh.run("PRAGMA wal_checkpoint(TRUNCATE)", step: "write back after an error")
      for (name, cursor) in memory.uplinks { known.uplinks[name]?.isConfigured = cursor.isConfigured }
      known.pendingMapping = memory.pendingMapping
      known.damaged = memory.damaged
      known.deadLetters.waiting = memory.deadLetters.waiting
      known.deadLetters.returning = memory.deadLetters.returning
      known.revision = memory.revision
      known.givingUp = memory.givingUp
      memory = known
      sums = rows
      database = fresh
    } catch {
      fresh.close()
      throw error
    }
  }
}
