import Model

/// The tables, and how they came to be. `PRAGMA user_version` is the number of the last step taken.
enum Schema {
  /// `PRAGMA application_id`: "WPJ1", so that `file` and we can tell the journal from another program's database.
  static let applicationID: Int64 = 0x5750_4a31

  /// Page size in bytes, chosen by measurement; see docs/adr/0001-journal-format.md.
  static let pageSize: Int64 = 1024

  /// Each step takes the schema one version forward, in a transaction of its own. Steps that have shipped never change.
  static let steps: [[String]] = [
    [
      """
      CREATE TABLE blocks (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, run INTEGER NOT NULL, boot INTEGER NOT NULL,
        time INTEGER NOT NULL, n0 INTEGER NOT NULL, n1 INTEGER NOT NULL, n2 INTEGER NOT NULL, n3 INTEGER NOT NULL,
        c0 INTEGER NOT NULL, c1 INTEGER NOT NULL, c2 INTEGER NOT NULL, c3 INTEGER NOT NULL,
        raw INTEGER NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL)
      """,
      "CREATE TABLE state (kind TEXT, name TEXT, value BLOB NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID",
      "CREATE TABLE runs (ordinal INTEGER PRIMARY KEY, id TEXT NOT NULL)",
      "CREATE TABLE boots (ordinal INTEGER PRIMARY KEY, id TEXT NOT NULL, zero INTEGER NOT NULL, utc INTEGER)",
      """
      CREATE TABLE actions (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, payload BLOB NOT NULL,
        state INTEGER NOT NULL, decided INTEGER NOT NULL, started INTEGER, ended INTEGER, expires INTEGER, outcome TEXT)
      """,
      """
      CREATE TABLE recording (position INTEGER PRIMARY KEY, kind INTEGER NOT NULL, count INTEGER NOT NULL,
        raw INTEGER NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL)
      """,
    ],
    [
      """
      CREATE TABLE dead_letters (id INTEGER PRIMARY KEY, uplink TEXT NOT NULL, journal TEXT NOT NULL, seq INTEGER NOT NULL,
        reason TEXT NOT NULL, time INTEGER NOT NULL, boot TEXT NOT NULL, zero INTEGER NOT NULL, utc INTEGER,
        raw INTEGER NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL, UNIQUE (uplink, journal, seq))
      """
    ],
    // The journal's own rows in `state` are sealed, too: see `seal`.
    ["ALTER TABLE runs ADD COLUMN crc INTEGER", "ALTER TABLE boots ADD COLUMN crc INTEGER"],
    // Blocks may hold `health` records, which older versions would take for damage.
    [],
    // Behind the first block every number lies in a block: see `fillHoles`.
    [],
  ]
  /// The step since which that is so, from 0.
  static let fillingStep = 4
  /// The step with which the rows got their seals, from 0.
  private static let sealingStep = 2

  static var version: Int64 { Int64(steps.count) }

  /// Makes a new journal, takes an older one forward, and refuses what is not ours or newer.
  static func prepare(_ database: Database) throws(JournalError) {
    let application = try database.integer("PRAGMA application_id", step: "read the header") ?? 0
    let found = try database.integer("PRAGMA user_version", step: "read the header") ?? 0
    let tables = try database.integer("SELECT count(*) FROM sqlite_schema", step: "read the schema") ?? 0
    if application != applicationID, tables > 0 || application != 0 {
      throw JournalError(
        .foreign, "this is another program's database; give journal.path a file of its own", place: database.path)
    }
    guard found <= version else {
      throw JournalError(
        .newer,
        "made by a newer Waypost (schema \(found), this one knows up to \(version)); install that version again, or move the file away to begin anew",
        place: database.path)
    }
    for step in Int(clamping: max(0, found))..<steps.count {
      try database.transaction(step: "prepare the schema") { () throws(JournalError) in
        for sql in steps[step] { try database.run(sql, step: "prepare the schema") }
        if step == sealingStep { try seal(database) }
        if step == fillingStep { try fillHoles(database) }
        try database.run("PRAGMA user_version=\(step + 1)", step: "prepare the schema")
        try database.run("PRAGMA application_id=\(applicationID)", step: "prepare the schema")
      }
    }
  }
}

extension Schema {
  private static func seal(_ database: Database) throws(JournalError) {
    var rows: [(kind: String, name: String, value: [UInt8])] = []
    try database.query("SELECT kind,name,value FROM state WHERE substr(kind,1,1)='.'", step: "prepare the schema") {
      rows.append(($0.text(0), $0.text(1), $0.blob(2)))
    }
    let state = StateTable(database: database)
    for row in rows { try state.setOwn(row.kind, row.name, row.value) }
  }
}

extension Journal {
  /// The newest schema that this version reads, and takes every journal to that it opens; from 1 upwards.
  public static var schemaVersion: Int64 { Schema.version }
}
