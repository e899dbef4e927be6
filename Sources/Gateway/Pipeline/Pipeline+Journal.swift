import Journal
import Logging
import Model
import Uplinks

// What the operator does with the journal.
extension Pipeline {
  /// Counts as delivered what a courier brought to an uplink's server.
  ///
  /// - Parameters:
  ///   - kinds: What the uplink sends now; `nil` where it isn't configured.
  /// - Returns: How many records that waited are settled, and how many wait still.
  func settle(_ carried: Carried, kinds: RecordKinds?) throws -> (settled: UInt64, waiting: UInt64) {
    try commitAll()
    let more = Record.Kind.allCases.filter { kinds?.contains($0) == true && !carried.kinds.contains($0.name) }
    guard more.isEmpty else {
      throw JournalDesk.Refused(
        "`\(carried.uplink)` sends more now than when the file was made (\(more.map(\.name).joined(separator: ", "))); "
          + "that isn't in the file, so it can't count as delivered")
    }
    let settled = try journal.settle(
      uplink: carried.uplink, range: carried.first...carried.last,
      ends: carried.ends.map { RecordIdentity(journal: $0.journal, seq: $0.seq) })
    logger.notice(
      "records carried",
      metadata: [
        "uplink": "\(carried.uplink)", "first": "\(carried.first)", "last": "\(carried.last)",
        "records": "\(settled.total)",
      ])
    bell.ring()
    let uplink = try journal.statistics().uplinks.first { $0.name == carried.uplink }
    return (settled.total, uplink?.depth.total ?? 0)
  }

  /// Gives up what waits for an uplink: of one that isn't configured all that there is, its dead letters, too; of one that is, what waits
  /// for it, which a `gap` record tells its server.
  func drop(_ uplink: String, evenConfigured: Bool) throws -> Journal.Dropped {
    try commitAll()
    guard journal.isConfigured(uplink) else {
      let known = try journal.statistics().uplinks.map(\.name)
      guard known.contains(uplink) else { throw UnknownUplink(name: uplink, known: known, isOfJournal: true) }
      let dropped = try journal.forget(uplink: uplink)
      tellDrop(of: uplink, dropped)
      return dropped
    }
    guard evenConfigured else {
      throw JournalDesk.Refused(
        "`\(uplink)` is configured: what waits for it will be delivered. To give that up all the same, say `--even-configured`; "
          + "to remove it, take it out of the configuration first")
    }
    var dropped = Journal.Dropped()
    dropped.records = try journal.giveUp(uplink: uplink)
    do {
      try journal.commit(Commit(time: clock.last, clock: journalClock))
    } catch {
      // It stays asked for, and goes with the next commit.
      throw NotNow(reason: "\(error)")
    }
    tellDrop(of: uplink, dropped)
    bell.ring()
    return dropped
  }

  private func tellDrop(of uplink: String, _ dropped: Journal.Dropped) {
    logger.warning(
      "given up as told",
      metadata: [
        "uplink": "\(uplink)", "records": "\(dropped.records.total)", "dead_letters": "\(dropped.deadLetters)",
      ])
  }
}
