import Model

extension Transaction {
  /// Requeued dead letters that servers have taken now are none any more.
  mutating func settle(_ delivered: [(uplink: String, letters: Set<RecordIdentity>)]) throws(JournalError) {
    let table = DeadLetterTable(database: database)
    var counts = memory.deadLetters.counts
    for (uplink, letters) in delivered {
      guard var rest = memory.redeliveries[uplink] else { continue }
      for identity in letters {
        // Only what was requeued: what is dead by now stays.
        guard let (row, bytes) = try table.find(uplink, identity), rest.remove(row) else { continue }
        try table.delete(row)
        counts.forget(bytes)
      }
      set(rest, of: uplink)
    }
    try save(counts)
  }

  /// Refused once more: they are dead again, for the new reason.
  mutating func buryAgain() throws(JournalError) {
    let table = DeadLetterTable(database: database)
    for letter in memory.deadLetters.returning {
      guard let (row, _) = try table.find(letter.uplink, letter.identity) else { continue }
      try table.update(row, reason: letter.reason, time: time)
      forgetLetter(row, of: letter.uplink)
    }
    memory.deadLetters.returning = []
  }

  /// It is not to be sent any more.
  mutating func forgetLetter(_ row: Int64, of uplink: String) {
    guard var known = memory.redeliveries[uplink], known.remove(row) else { return }
    set(known, of: uplink)
  }

  private mutating func set(_ redelivery: Redelivery, of uplink: String) {
    guard redelivery != memory.redeliveries[uplink] else { return }
    memory.redeliveries[uplink] = redelivery.letters.isEmpty ? nil : redelivery
    changedRedeliveries.insert(uplink)
  }

  mutating func saveRedeliveries() throws(JournalError) {
    for uplink in changedRedeliveries.sorted() { try state.save(memory.redeliveries[uplink], of: uplink) }
  }
}

extension StateTable {
  static let redeliveryKind = ".again"

  func save(_ redelivery: Redelivery?, of uplink: String) throws(JournalError) {
    if let redelivery {
      try setOwn(Self.redeliveryKind, uplink, redelivery.packed)
    } else {
      try remove(Self.redeliveryKind, uplink)
    }
  }

  /// One that is damaged counts as none: the dead letters are still there, and can be requeued again.
  func redeliveries() throws(JournalError) -> [String: Redelivery] {
    var found: [String: Redelivery] = [:]
    for row in try ownRows(of: Self.redeliveryKind) {
      guard let value = row.value else { continue }
      do throws(PackingError) { found[row.name] = try Redelivery(packed: value) } catch { continue }
    }
    return found
  }
}
