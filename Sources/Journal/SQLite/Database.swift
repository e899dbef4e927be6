import CSQLite

/// One connection to SQLite, with its prepared statements kept. Used from one thread at a time.
final class Database {
  let path: String
  private var handle: OpaquePointer?
  private var statements: [String: Statement] = [:]
  /// A transaction has failed: pages of it may stand in the log behind the last commit.
  private var hasRemains = false

  /// Opens or makes the file; nothing of it is read yet.
  init(path: String, busyTimeout: Int32) throws(JournalError) {
    self.path = path
    // One connection on one thread at a time: no mutex. NOFOLLOW isn't used: a link to another disk is a fair set-up.
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    let status = sqlite3_open_v2(path, &handle, flags, nil)
    guard status == SQLITE_OK else {
      let error = JournalError(sqlite: status, detail: Obstacle.find(path) ?? message, path: path, step: "open")
      sqlite3_close_v2(handle)
      handle = nil
      throw error
    }
    sqlite3_busy_timeout(handle, busyTimeout)
    // SQLite falls back to reading where it may not write, and then trips over the lock: "disk I/O error", which leads astray.
    if sqlite3_db_readonly(handle, "main") == 1 {
      let error = JournalError(
        sqlite: SQLITE_READONLY, detail: Obstacle.find(path) ?? "opened for reading only", path: path, step: "open")
      close()
      throw error
    }
  }

  deinit { close() }

  /// Closes the connection; SQLite checkpoints the WAL and removes it if it can.
  func close() {
    for statement in statements.values { statement.finalize() }
    statements = [:]
    sqlite3_close_v2(handle)
    handle = nil
  }

  var message: String {
    guard let handle, let text = sqlite3_errmsg(handle) else { return "no connection" }
    return String(cString: text)
  }

  /// The error of a statement. Damage is noted beside the file, since it may lie where opening doesn't look.
  func error(_ status: Int32, step: StaticString) -> JournalError {
    let error = JournalError(sqlite: status, detail: message, path: path, step: step)
    if error.code == .damaged { Suspicion.raise(path) }
    return error
  }

  /// False inside a transaction, also when an error has already rolled it back.
  var isAutocommit: Bool { handle.map { sqlite3_get_autocommit($0) != 0 } ?? true }

  /// Rows changed by the last statement.
  var changes: Int { handle.map { Int(sqlite3_changes($0)) } ?? 0 }

  /// The prepared statement of `sql`, reset and unbound. Don't hold it across another use of the same text.
  func statement(_ sql: String, step: StaticString) throws(JournalError) -> Statement {
    if let known = statements[sql] {
      known.reset()
      known.place = step
      return known
    }
    var pointer: OpaquePointer?
    let status = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, nil)
    guard status == SQLITE_OK, let pointer else {
      throw error(status, step: step)
    }
    let made = Statement(pointer, database: self, step: step)
    statements[sql] = made
    return made
  }

  /// Runs a statement that gives no rows, or whose rows don't matter.
  func run(_ sql: String, _ bindings: [Binding] = [], step: StaticString) throws(JournalError) {
    let statement = try statement(sql, step: step)
    statement.bind(bindings)
    defer { statement.reset() }
    while try statement.step() {}
  }

  /// Calls `body` for each row.
  func query(
    _ sql: String, _ bindings: [Binding] = [], step: StaticString,
    _ body: (Statement) throws(JournalError) -> Void
  ) throws(JournalError) {
    let statement = try statement(sql, step: step)
    statement.bind(bindings)
    defer { statement.reset() }
    while try statement.step() { try body(statement) }
  }

  /// The first column of the first row.
  func integer(_ sql: String, _ bindings: [Binding] = [], step: StaticString) throws(JournalError) -> Int64? {
    let statement = try statement(sql, step: step)
    statement.bind(bindings)
    defer { statement.reset() }
    guard try statement.step(), !statement.isNull(0) else { return nil }
    return statement.integer(0)
  }

  /// The first column of the first row.
  func text(_ sql: String, step: StaticString) throws(JournalError) -> String? {
    let statement = try statement(sql, step: step)
    defer { statement.reset() }
    return try statement.step() ? statement.text(0) : nil
  }

  /// `body` in one transaction: all of it or nothing.
  func transaction<Result>(
    step: StaticString, _ body: () throws(JournalError) -> Result
  ) throws(JournalError) -> Result {
    if hasRemains { try passRemains() }
    try run("BEGIN IMMEDIATE", step: step)
    do throws(JournalError) {
      let result = try body()
      try run("COMMIT", step: step)
      return result
    } catch {
      hasRemains = true
      rollBack()
      throw error
    }
  }

  /// Has the next transaction begin the log anew: behind it nothing may stand that a later start could take for another one.
  private func passRemains() throws(JournalError) {
    do throws(JournalError) {
      try run("PRAGMA wal_checkpoint(RESTART)", step: "begin the log anew")
      hasRemains = false
    } catch {
      // On a full disk the log may have room still where the file can't grow; it is tried again.
      guard error.code == .full else { throw error }
    }
  }

  private func rollBack() {
    // Many errors (full disk, I/O) have rolled back already; a second ROLLBACK would only hide the first error.
    guard !isAutocommit else { return }
    for statement in statements.values { statement.reset() }
    sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
  }
}

/// A value for a statement's parameter.
enum Binding {
  case integer(Int64)
  case text(String)
  case blob([UInt8])
  case null

  static func integer(_ value: UInt64) -> Binding { .integer(Int64(clamping: value)) }
}
