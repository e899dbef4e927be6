import Model

/// What the journal has of dead letters in memory.
struct DeadLetterBook {
  /// Copied, and to be written with the next commit.
  var waiting: [PackedDeadLetter] = []
  /// Requeued and refused again; to be noted with the next commit.
  var returning: [(uplink: String, identity: RecordIdentity, reason: String)] = []
  /// As of the last commit.
  var counts = DeadLetterCounts()

  /// A commit that carries them must stay small beside the limit, so that room can always be made for it. One always may wait.
  func hasRoom(for letter: PackedDeadLetter, _ options: Journal.Options) -> Bool {
    let limit = min(1 << 20, UInt64(options.limit) / 64)
    return waiting.isEmpty || waiting.reduce(letter.cost) { $0 + $1.cost } <= limit
  }
}

extension Transaction {
  /// Makes room for those that wait, by giving up the oldest.
  mutating func trimDeadLetters() throws(JournalError) {
    let table = DeadLetterTable(database: database)
    let coming = memory.deadLetters.waiting
    let comingBytes = coming.reduce(0) { $0 + $1.cost }
    var counts = memory.deadLetters.counts
    while counts.kept > 0,
      counts.kept + UInt64(coming.count) > DeadLetterCounts.limit
        || counts.bytes + comingBytes > DeadLetterCounts.byteLimit(options)
    {
      guard let (row, uplink, bytes) = try table.deleteOldest() else {
        // The counts were ahead of the table, which only damage can do.
        counts.kept = 0
        counts.bytes = 0
        break
      }
      counts.forget(bytes)
      counts.dropped += 1
      forgetLetter(row, of: uplink)
    }
    try save(counts)
  }

  /// Writes those that wait: in the transaction in which their cursors pass them.
  mutating func keepDeadLetters() throws(JournalError) {
    let table = DeadLetterTable(database: database)
    var counts = memory.deadLetters.counts
    for var letter in memory.deadLetters.waiting {
      // The clock may have become known since it was copied.
      if let boot = memory.boots.last(where: { $0.id == letter.boot.id }) { letter.boot = boot }
      guard try table.insert(letter, at: time) else { continue }
      counts.kept += 1
      counts.bytes += letter.cost
    }
    memory.deadLetters.waiting = []
    try save(counts)
  }

  mutating func save(_ counts: DeadLetterCounts) throws(JournalError) {
    guard counts != memory.deadLetters.counts else { return }
    memory.deadLetters.counts = counts
    try state.save(counts)
  }
}
