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

  /// Deletes the oldest and gives what it was and the length of its bytes; `nil` when there is none.
  func deleteOldest() throws(JournalError) -> (row: Int64, uplink: String, bytes: Int)? {
    let statement = try database.statement(
      "SELECT id,uplink,length(data) FROM dead_letters ORDER BY id LIMIT 1", step: "find the oldest dead letter")
    guard try statement.step() else {
      statement.reset()
      return nil
    }
    let (row, uplink, count) = (statement.integer(0), statement.text(1), Int(clamping: statement.integer(2)))
    statement.reset()
    try delete(row)
    return (row, uplink, max(0, count))
  }

  func delete(_ row: Int64) throws(JournalError) {
    try database.run("DELETE FROM dead_letters WHERE id=?", [.integer(row)], step: "delete a dead letter")
  }

  /// Deletes all of an uplink; the lengths of their bytes.
  func deleteAll(of uplink: String) throws(JournalError) -> [Int] {
    var lengths: [Int] = []
    try database.query(
      "SELECT length(data) FROM dead_letters WHERE uplink=?", [.text(uplink)], step: "look through the dead letters"
    ) { lengths.append(max(0, Int(clamping: $0.integer(0)))) }
    try database.run("DELETE FROM dead_letters WHERE uplink=?", [.text(uplink)], step: "delete dead letters")
    return lengths
  }

  /// Its row, and the length of its bytes.
  func find(_ uplink: String, _ identity: RecordIdentity) throws(JournalError) -> (row: Int64, bytes: Int)? {
    let statement = try database.statement(
      "SELECT id,length(data) FROM dead_letters WHERE uplink=? AND journal=? AND seq=?", step: "look for a dead letter")
    statement.bind([.text(uplink), .text(identity.journal), .integer(identity.seq)])
    defer { statement.reset() }
    return try statement.step() ? (statement.integer(0), max(0, Int(clamping: statement.integer(1)))) : nil
  }

  func update(_ row: Int64, reason: String, time: EngineTime) throws(JournalError) {
    try database.run(
      "UPDATE dead_letters SET reason=?,time=? WHERE id=?", [.text(reason), .integer(time.nanoseconds), .integer(row)],
      step: "keep a dead letter")
  }

  /// The records of a boot that had no UTC have one now.
  func date(boot: String, utcAtZero: Timestamp) throws(JournalError) {
    try database.run(
      "UPDATE dead_letters SET utc=? WHERE boot=? AND utc IS NULL", [.integer(utcAtZero.milliseconds), .text(boot)],
      step: "date the dead letters")
  }

  /// In the order in which they were kept, from behind the row `position` on.
  func letters(
    uplink: String? = nil, after position: Int64 = 0, limit: Int, by inflater: Inflater
  ) throws(JournalError) -> [(row: Int64, letter: DeadLetter)] {
    var found: [(row: Int64, letter: DeadLetter)] = []
    try database.query(
      "SELECT \(Self.columns) FROM dead_letters WHERE id>? AND (?2 IS NULL OR uplink=?2) ORDER BY id LIMIT ?",
      [.integer(position), uplink.map { .text($0) } ?? .null, .integer(Int64(max(0, limit)))],
      step: "read the dead letters"
    ) { row in found.append((row.integer(0), letter(row, by: inflater))) }
    return found
  }

  /// Those of one uplink with numbers above `seq`, ascending, until `body` has enough.
  func forEach(
    uplink: String, after seq: UInt64 = 0, by inflater: Inflater, _ body: (Int64, DeadLetter) -> Bool
  ) throws(JournalError) {
    let statement = try database.statement(
      "SELECT \(Self.columns) FROM dead_letters WHERE uplink=? AND seq>? ORDER BY seq,id", step: "read the dead letters"
    )
    statement.bind([.text(uplink), .integer(seq)])
    defer { statement.reset() }
    while try statement.step(), body(statement.integer(0), letter(statement, by: inflater)) {}
  }

  private static let columns = "id,uplink,journal,seq,reason,time,boot,zero,utc,raw,crc,data"

  private func letter(_ row: Statement, by inflater: Inflater) -> DeadLetter {
    let letter = PackedDeadLetter(
      uplink: row.text(1), identity: RecordIdentity(journal: row.text(2), seq: row.unsigned(3)), reason: row.text(4),
      boot: Boot(
        ordinal: 0, id: row.text(6), zero: row.integer(7),
        utcAtZero: row.isNull(8) ? nil : Timestamp(milliseconds: row.integer(8))),
      packed: PackedBytes(data: row.blob(11), rawCount: Int(clamping: row.unsigned(9))))
    let isIntact = letter.checksum == UInt32(truncatingIfNeeded: row.integer(10))
    return DeadLetter(
      uplink: letter.uplink, identity: letter.identity, reason: letter.reason,
      time: EngineTime(nanoseconds: row.integer(5)), record: isIntact ? letter.record(by: inflater) : nil,
      bytes: letter.packed.data.count)
  }
}
