import Model

/// The table `state`: the engine's rows, and those of the journal itself, whose kinds begin with a dot. They share a table so that a
/// commit dirties as few pages as can be.
struct StateTable {
  let database: Database

  static let journalKind = ".journal"
  static let cursorKind = ".cursor"

  func set(_ kind: String, _ name: String, _ value: [UInt8]) throws(JournalError) {
    try database.run(
      "INSERT OR REPLACE INTO state (kind,name,value) VALUES (?,?,?)", [.text(kind), .text(name), .blob(value)],
      step: "save state")
  }

  func remove(_ kind: String, _ name: String) throws(JournalError) {
    try database.run(
      "DELETE FROM state WHERE kind=? AND name=?", [.text(kind), .text(name)], step: "save state")
  }

  func apply(_ rows: [StateRow]) throws(JournalError) {
    for row in rows {
      guard !row.kind.hasPrefix(".") else {
        throw JournalError(
          .misuse, "kinds of state rows that begin with a dot are the journal's own", place: database.path)
      }
      if let value = row.value { try set(row.kind, row.name, value) } else { try remove(row.kind, row.name) }
    }
  }

  /// The engine's rows, by kind and name.
  func engineRows() throws(JournalError) -> [StateRow] {
    var rows: [StateRow] = []
    try database.query(
      "SELECT kind,name,value FROM state WHERE substr(kind,1,1)<>'.' ORDER BY kind,name", step: "read state"
    ) { row in rows.append(StateRow(kind: row.text(0), name: row.text(1), value: row.blob(2))) }
    return rows
  }

  func rows(of kind: String) throws(JournalError) -> [(name: String, value: [UInt8])] {
    var rows: [(name: String, value: [UInt8])] = []
    try database.query(
      "SELECT name,value FROM state WHERE kind=? ORDER BY name", [.text(kind)], step: "read state"
    ) { row in rows.append((row.text(0), row.blob(1))) }
    return rows
  }
}

extension StateTable {
  func save(_ head: Head) throws(JournalError) { try set(Self.journalKind, "head", head.packed) }

  func saveIdentity(engine: String, machine: String) throws(JournalError) {
    var writer = PackedWriter()
    writer.write(engine)
    writer.write(machine)
    try set(Self.journalKind, "identity", writer.bytes)
  }

  func save(_ cursor: UplinkCursor, of uplink: String) throws(JournalError) {
    try set(Self.cursorKind, uplink, cursor.packed)
  }

  func save(_ counts: DeadLetterCounts) throws(JournalError) {
    try set(Self.journalKind, "dead letters", counts.packed)
  }

  /// All that a fresh connection must know. `nil` in a journal that was just made.
  func memory() throws(JournalError) -> Memory? {
    var memory = Memory()
    var own: [String: [UInt8]] = [:]
    for row in try rows(of: Self.journalKind) { own[row.name] = row.value }
    try database.query("SELECT ordinal,id FROM runs ORDER BY ordinal", step: "read the runs") { row in
      memory.runs.append((row.integer(0), row.text(1)))
    }
    try database.query("SELECT ordinal,id,zero,utc FROM boots ORDER BY ordinal", step: "read the boots") { row in
      memory.boots.append(
        Boot(
          ordinal: row.integer(0), id: row.text(1), zero: row.integer(2),
          utcAtZero: row.isNull(3) ? nil : Timestamp(milliseconds: row.integer(3))))
    }
    if own.isEmpty, memory.runs.isEmpty, memory.boots.isEmpty { return nil }
    let cursors = try rows(of: Self.cursorKind)
    do throws(PackingError) {
      guard let head = own["head"], let identity = own["identity"], !memory.runs.isEmpty, !memory.boots.isEmpty else {
        throw .truncated(offset: 0)
      }
      memory.head = try Head(packed: head)
      if let counts = own["dead letters"] { memory.deadLetters.counts = try DeadLetterCounts(packed: counts) }
      var reader = PackedReader(identity)
      memory.engineID = try reader.string()
      memory.machineID = try reader.string()
      for row in cursors { memory.uplinks[row.name] = try UplinkCursor(packed: row.value) }
    } catch {
      throw JournalError(
        .damaged, "the journal's own rows can't be read; it is set aside at the next start", cause: "\(error)",
        place: database.path)
    }
    return memory
  }
}
