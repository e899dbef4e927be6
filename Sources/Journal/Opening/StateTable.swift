import Model

/// The table `state`: the engine's rows, and those of the journal itself, whose kinds begin with a dot. They share a table so that a
/// commit dirties as few pages as can be.
struct StateTable {
  let database: Database

  static let journalKind = ".journal"
  static let cursorKind = ".cursor"
  /// What kinds of the gateway's own rows begin with.
  static let noteKind = ".note."

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

  /// Rows of the journal itself, by name; `nil` in place of what doesn't bear its seal.
  func ownRows(of kind: String) throws(JournalError) -> [(name: String, value: [UInt8]?)] {
    var rows: [(name: String, value: [UInt8]?)] = []
    try database.query(
      "SELECT name,value FROM state WHERE kind=? ORDER BY name", [.text(kind)], step: "read state"
    ) { row in rows.append((row.text(0), Seal.open(row.blob(1), kind, row.text(0)))) }
    return rows
  }

  func hasOwnRow(_ kind: String, _ name: String) throws(JournalError) -> Bool {
    var isThere = false
    try database.query(
      "SELECT 1 FROM state WHERE kind=? AND name=?", [.text(kind), .text(name)], step: "read state"
    ) { _ in isThere = true }
    return isThere
  }

  /// One of them; `nil` where there is none, or it doesn't bear its seal.
  func ownRow(_ kind: String, _ name: String) throws(JournalError) -> [UInt8]? {
    var value: [UInt8]?
    try database.query(
      "SELECT value FROM state WHERE kind=? AND name=?", [.text(kind), .text(name)], step: "read state"
    ) { row in value = Seal.open(row.blob(0), kind, name) }
    return value
  }

  func apply(notes: [StateRow]) throws(JournalError) {
    for row in notes {
      let kind = Self.noteKind + row.kind
      if let value = row.value { try setOwn(kind, row.name, value) } else { try remove(kind, row.name) }
    }
  }

  /// Sets a row of the journal itself.
  func setOwn(_ kind: String, _ name: String, _ value: [UInt8]) throws(JournalError) {
    try set(kind, name, Seal.close(value, kind, name))
  }
}

extension StateTable {
  func save(_ head: Head) throws(JournalError) { try setOwn(Self.journalKind, "head", head.packed) }

  func saveIdentity(engine: String, machine: String) throws(JournalError) {
    var writer = PackedWriter()
    writer.write(engine)
    writer.write(machine)
    try setOwn(Self.journalKind, "identity", writer.bytes)
  }

  func save(_ thinning: ThinningBook) throws(JournalError) {
    try setOwn(Self.journalKind, ThinningBook.name, thinning.packed)
  }

  func saveCopy(of memory: Memory) throws(JournalError) {
    try setOwn(Self.journalKind, RunCopy.name, RunCopy(memory).packed)
  }

  func save(_ cursor: UplinkCursor, of uplink: String) throws(JournalError) {
    try setOwn(Self.cursorKind, uplink, cursor.packed)
  }

  func save(_ counts: DeadLetterCounts) throws(JournalError) {
    try setOwn(Self.journalKind, "dead letters", counts.packed)
  }

  /// All that a fresh connection must know. `nil` in a journal that was just made.
  func memory() throws(JournalError) -> Memory? {
    var memory = Memory()
    var own: [String: [UInt8]?] = [:]
    for row in try ownRows(of: Self.journalKind) { own[row.name] = row.value }
    let runs = RunTable(database: database)
    memory.runs = try runs.runs()
    memory.boots = try runs.boots()
    if own.isEmpty, memory.runs.isEmpty, memory.boots.isEmpty { return nil }
    let cursors = try ownRows(of: Self.cursorKind)
    memory.redeliveries = try redeliveries()
    do throws(PackingError) {
      guard case .some(.some(let head)) = own["head"], case .some(.some(let identity)) = own["identity"],
        !memory.runs.isEmpty, !memory.boots.isEmpty
      else { throw .truncated(offset: 0) }
      memory.head = try Head(packed: head)
      if let letters = own["dead letters"] {
        guard let letters else { throw .malformed(offset: 0) }
        memory.deadLetters.counts = try DeadLetterCounts(packed: letters)
      }
      if let thinning = own[ThinningBook.name] {
        guard let thinning else { throw .malformed(offset: 0) }
        memory.thinning = try ThinningBook(packed: thinning)
      }
      (memory.engineID, memory.machineID) = try Self.identity(identity)
      for row in cursors {
        guard let value = row.value else { throw .malformed(offset: 0) }
        memory.uplinks[row.name] = try UplinkCursor(packed: value)
      }
    } catch {
      throw JournalError(
        .damaged, "the journal's own rows can't be read; it is set aside at the next start",
        cause: "a row of the journal's own is damaged: \(error)", place: database.path)
    }
    return memory
  }

  static func identity(_ packed: [UInt8]) throws(PackingError) -> (engine: String, machine: String) {
    var reader = PackedReader(packed)
    return (try reader.string(), try reader.string())
  }
}
