public import Model

extension Journal {
  /// Notes the first trusted mapping of this boot: UTC is `utcAtZero` plus engine time. It dates the boot's records that have no
  /// timestamp, also those before it, and is saved with the next commit; later ones change nothing.
  ///
  /// - Returns: a `time` record to append, with the next commit, when records of this boot may have been sent without UTC already;
  ///   else `nil`.
  public func recordClockMapping(utcAtZero: Timestamp, time: EngineTime) throws(JournalError) -> Record? {
    guard let boot = memory.boots.last, boot.utcAtZero == nil, memory.pendingMapping == nil else { return nil }
    memory.pendingMapping = utcAtZero
    guard memory.head.hasUndated else { return nil }
    return Record(
      time: time, timestamp: utcAtZero + (time - .zero),
      body: .time(boot: boot.id, utcAtStart: utcAtZero + Interval(nanoseconds: boot.zero)))
  }

  /// Closes the file so that the next start knows that nothing is missing. Nothing can be done with the journal after it.
  public func closeCleanly(time: EngineTime, clock: JournalClock) throws(JournalError) {
    guard !isFinished else { return }
    let database = try connection()
    var head = memory.head
    head.time = max(head.time, time)
    head.clock = clock
    head.isClosed = true
    head.isStopUnknown = false
    let final = head
    try withDiskRoom { () throws(JournalError) in
      try database.transaction(step: "close") { () throws(JournalError) in
        try StateTable(database: database).save(final)
      }
    }
    memory.head = final
    isFinished = true
    database.close()
    self.database = nil
    ballast.layWhatFits()
  }
}
