import Model

extension Journal {
  /// Writes everything in `commit`, or nothing of it.
  ///
  /// When it returns, all of it is on disk. When it throws, nothing is, in memory neither, and the same commit can be tried again if
  /// the error is retryable: after a full disk once there is room, after an I/O error once the file could be closed and read again,
  /// which this does by itself.
  ///
  /// - Returns: the numbers of what was appended: first `commit.records` in their order, then what the journal reports of itself
  ///   (`gap` records); `nil` when nothing was.
  @discardableResult
  public func commit(_ commit: Commit) throws(JournalError) -> ClosedRange<UInt64>? {
    let before = memory.head.lastSequence
    guard isWorthWriting(commit) else { return nil }
    try withDiskRoom { () throws(JournalError) in try attempt(commit) }
    return memory.head.lastSequence > before ? before + 1...memory.head.lastSequence : nil
  }

  private func attempt(_ commit: Commit) throws(JournalError) {
    attempted = nil
    do throws(JournalError) {
      memory = try write(commit, from: memory)
    } catch {
      guard error.needsReopening else { throw error }
      try recover(from: error, head: attempted)
    }
  }

  /// A commit of nothing is written once a minute, so that engine time is kept.
  private func isWorthWriting(_ commit: Commit) -> Bool {
    !commit.records.isEmpty || !commit.state.isEmpty || !commit.actions.isEmpty
      || !commit.reopenings.isEmpty || !commit.notes.isEmpty || commit.cursors.contains(where: moves)
      || (isRecording && (!commit.observations.isEmpty || commit.segment != nil)) || memory.pendingMapping != nil
      || !memory.damaged.isEmpty
      || !memory.deadLetters.waiting.isEmpty || !memory.deadLetters.returning.isEmpty || !commit.redelivered.isEmpty
      || !memory.givingUp.isEmpty
      || commit.time >= memory.head.time + .minutes(1) || memory.head.isStopUnknown
  }

  private func moves(_ uplink: String, _ cursors: LaneCursors) -> Bool {
    guard var joined = memory.uplinks[uplink]?.cursors else { return true }
    joined.formUnion(cursors)
    return joined != memory.uplinks[uplink]?.cursors
  }

  private func write(_ commit: Commit, from known: Memory) throws(JournalError) -> Memory {
    let database = try connection()
    let pageLimit = try pageLimit(database)
    var next = known
    next.head.time = max(known.head.time, commit.time)
    next.head.clock = commit.clock
    next.head.isClosed = false
    next.head.isStopUnknown = false
    var transaction = Transaction(
      database: database, memory: next, sums: sums, pageLimit: pageLimit, options: options, deflater: deflater,
      inflater: inflater)
    try database.transaction(step: "commit") { () throws(JournalError) in
      try transaction.perform(commit)
      attempted = transaction.memory.head
    }
    cache.forget(transaction.changedBlocks)
    for row in commit.state { sums.apply(row) }
    // Once a minute.
    if transaction.memory.sweep.due != known.sweep.due { ballast.lay() }
    return transaction.memory
  }
}
