import Journal
import Logging
import Model

extension Pipeline {
  /// What the clocks said at the engine time that is saved with it; the next start compares them with its own. Trusted is UTC as it
  /// was told to the engine: where that is GPS's, the system's own clock may be anywhere.
  var journalClock: JournalClock {
    let utc = trust.utcAtZero.map { $0 + (clock.last - .zero) }
    return JournalClock(
      bootTime: clock.bootTime(at: clock.last), wallTime: utc ?? clocks.wallTime(), isWallTrusted: utc != nil)
  }

  /// Writes the batch and the cursors that moved, whole or not at all; after a failure not before `retryAt`.
  func commit(at now: Int64) {
    guard failure == nil, starting == nil else { return }
    if let retryAt, now < retryAt { return }
    noteTraffic(at: now)
    guard !batch.isEmpty || !cursors.isEmpty || !redelivered.isEmpty || isTimeDue else { return }
    retryDeadLetters()
    #if PLANTED
      if PlantedBug.stateApart.isPlanted { batch.exchangeState(with: &stateToCome) }
    #endif
    let dirtyCursors = cursors.take(except: deadLetters.heldUplinks, at: now)
    let done = redelivered.take()
    do {
      let written = try journal.commit(
        Commit(
          time: clock.last, clock: journalClock, records: batch.records, state: batch.state,
          observations: batch.observations, cursors: dirtyCursors, redelivered: done, actions: batch.actions,
          reopenings: batch.reopenings, notes: batch.notes, segment: batch.segment))
      tellEvents()
      if retryAt != nil { logger.notice("journal writable again") }
      retryAt = nil
      commitError = nil
      let committed = batch
      batch = CommitBatch()
      commands.committed()
      carryOut(committed)
      noteRecording()
      if written != nil { bell.ring() }
    } catch {
      // The batch stays in memory; past its bound the inbox fills, and refuses and counts.
      cursors.giveBack(dirtyCursors, at: now)
      redelivered.giveBack(done, at: now)
      guard error.isRetryable else { return fail(error) }
      if retryAt == nil {
        logger.error("commit failed, will be tried again", metadata: ["error": "\(error)"])
      }
      retryAt = now + 1_000_000_000
      commitError = "\(error)"
    }
  }

  /// The journal can't be written any more. What is committed is safe; the next start opens the file anew, or sets it aside.
  private func fail(_ error: JournalError) {
    logger.critical("journal unusable, the gateway ends", metadata: ["error": "\(error)"])
    failure = error
    commitError = "\(error)"
    inbox.close()
  }

  /// A recording that has become too large ends by itself.
  private func noteRecording() {
    guard isRecording, !journal.isRecording else { return }
    isRecording = false
    logger.warning("recording ended: it reached a quarter of the journal's limit")
  }

  /// What a rule raised is also a line in the log, once it is on disk.
  private func tellEvents() {
    for record in batch.records {
      guard case .event(let event) = record.body else { continue }
      switch event.content {
      case .geofence(let crossing):
        logger.notice(
          "geofence event",
          metadata: [
            "rule": "\(event.rule)", "id": "\(event.id)", "zone": "\(crossing.zone)", "kind": "\(crossing.kind)",
          ])
      case .general(let general):
        logger.notice(
          "event",
          metadata: [
            "rule": "\(event.rule)", "id": "\(event.id)", "type": "\(general.type)", "state": "\(general.state)",
          ])
      }
    }
  }
}
