/// How the database is opened and set up.
enum Connection {
  /// What the write-ahead log may take of the limit.
  static func walLimit(_ options: Journal.Options) -> Int64 { min(4 << 20, options.limit / 8) }

  static func pageLimit(_ options: Journal.Options) -> Int64 {
    (options.limit - walLimit(options)) / Schema.pageSize
  }

  /// Bounds the file and its log.
  static func limit(_ database: Database, by options: Journal.Options) throws(JournalError) {
    // About 1 MiB: each page is written back once per checkpoint, however often it changed; longer saves little more.
    try database.run(
      "PRAGMA wal_autocheckpoint=\(min(1 << 20, walLimit(options) / 2) / Schema.pageSize)", step: "set up")
    try database.run("PRAGMA journal_size_limit=\(walLimit(options))", step: "set up")
    // SQLite never takes it below the file's present size.
    try database.run("PRAGMA max_page_count=\(pageLimit(options))", step: "set up")
  }

  /// A connection that has read the file and holds its lock.
  ///
  /// - Parameter beginsLogAnew: What the log has goes into the file first, so that the next transaction begins the log anew. What a power
  ///   cut has left behind the last commit would else stand behind later ones with the same salts, and after the next cut nobody could
  ///   tell it from them.
  static func open(
    path: String, options: Journal.Options, beginsLogAnew: Bool = false
  ) throws(JournalError) -> Database {
    let database = try Database(path: path, busyTimeout: options.busyTimeout)
    do throws(JournalError) {
      // Before WAL, so that no shared memory file is made and the lock is held from the first access to the last.
      try database.run("PRAGMA locking_mode=EXCLUSIVE", step: "set up")
      try database.run("PRAGMA page_size=\(Schema.pageSize)", step: "set up")
      try database.run("PRAGMA cell_size_check=ON", step: "set up")
      try database.run("PRAGMA trusted_schema=OFF", step: "set up")
      try database.run("PRAGMA temp_store=MEMORY", step: "set up")
      // 128 KiB: the upper levels of the trees and the hot rows; blocks are read once.
      try database.run("PRAGMA cache_size=-128", step: "set up")
      // Debian's SQLite writes zeros over every page that is deleted, which is as much again as keeping it took. FAST does so only where the
      // page is written anyway. Flash keeps old copies in either case: docs/adr/0030-power-and-flash.md.
      try database.run("PRAGMA secure_delete=FAST", step: "set up")
      let mode = try database.text("PRAGMA journal_mode=WAL", step: "take the lock")
      guard mode == "wal" else {
        throw JournalError(
          .cannotOpen, "the file system doesn't allow a write-ahead log; put journal.path on a local disk",
          cause: "journal_mode \(mode ?? "?")", place: path)
      }
      try database.run("PRAGMA synchronous=FULL", step: "set up")
      if beginsLogAnew { try database.run("PRAGMA wal_checkpoint(RESTART)", step: "begin the log anew") }
      try Schema.prepare(database)
      try limit(database, by: options)
      return database
    } catch {
      database.close()
      throw error
    }
  }
}
