import Deflate
import Model

/// The table `dead_letters`, in the order in which they were kept.
struct DeadLetterTable {
  let database: Database

  /// False when it was there already.
  func insert(_ letter: PackedDeadLetter, at time: EngineTime) throws(JournalError) -> Bool {
    try database.run(
      """
      INSERT OR IGNORE INTO dead_letters (uplink,journal,seq,reason,time,boot,zero,utc,raw,crc,data)
        VALUES (?,?,?,?,?,?,?,?,?,?,?)
      """,
      [
        .text(letter.uplink), .text(letter.identity.journal), .integer(letter.identity.seq), .text(letter.reason),
        .integer(time.nanoseconds), .text(letter.boot.id), .integer(letter.boot.zero),
        letter.boot.utcAtZero.map { .integer($0.milliseconds) } ?? .null, .integer(Int64(letter.packed.rawCount)),
        .integer(Int64(letter.checksum)), .blob(letter.packed.data),
      ], step: "keep a dead letter")
    return database.changes == 1
  }

  func contains(_ uplink: String, _ identity: RecordIdentity) throws(JournalError) -> Bool {
    try database.integer(
      "SELECT 1 FROM dead_letters WHERE uplink=? AND journal=? AND seq=?",
      [.text(uplink), .text(identity.journal), .integer(identity.seq)], step: "look for a dead letter") != nil
  }

  /// Deletes the oldest and gives the length of its bytes; `nil` when there is none.
  func deleteOldest() throws(JournalError) -> Int? {
    let statement = try database.statement(
      "SELECT id,length(data) FROM dead_letters ORDER BY id LIMIT 1", step: "find the oldest dead letter")
    guard try statement.step() else {
      statement.reset()
      return nil
    }
    let (id, count) = (statement.integer(0), Int(clamping: statement.integer(1)))
    statement.reset()
    try database.run("DELETE FROM dead_letters WHERE id=?", [.integer(id)], step: "give up a dead letter")
    return max(0, count)
  }

  /// The records of a boot that had no UTC have one now.
  func date(boot: String, utcAtZero: Timestamp) throws(JournalError) {
    try database.run(
      "UPDATE dead_letters SET utc=? WHERE boot=? AND utc IS NULL", [.integer(utcAtZero.milliseconds), .text(boot)],
      step: "date the dead letters")
  }

  func letters(limit: Int, by inflater: Inflater) throws(JournalError) -> [DeadLetter] {
    var found: [DeadLetter] = []
    try database.query(
      "SELECT uplink,journal,seq,reason,time,boot,zero,utc,raw,crc,data FROM dead_letters ORDER BY id LIMIT ?",
      [.integer(Int64(max(0, limit)))], step: "read the dead letters"
    ) { row in
      let letter = PackedDeadLetter(
        uplink: row.text(0), identity: RecordIdentity(journal: row.text(1), seq: row.unsigned(2)), reason: row.text(3),
        boot: Boot(
          ordinal: 0, id: row.text(5), zero: row.integer(6),
          utcAtZero: row.isNull(7) ? nil : Timestamp(milliseconds: row.integer(7))),
        packed: PackedBytes(data: row.blob(10), rawCount: Int(clamping: row.unsigned(8))))
      let isIntact = letter.checksum == UInt32(truncatingIfNeeded: row.integer(9))
      found.append(
        DeadLetter(
          uplink: letter.uplink, identity: letter.identity, reason: letter.reason,
          time: EngineTime(nanoseconds: row.integer(4)), record: isIntact ? letter.record(by: inflater) : nil))
    }
    return found
  }
}
