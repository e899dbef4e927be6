import CSQLite
import Testing

extension JournalFolder {
  /// Does something to the closed file behind the journal's back.
  func tamper(_ sql: String) {
    var handle: OpaquePointer?
    #expect(sqlite3_open(path, &handle) == SQLITE_OK)
    #expect(sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK)
    sqlite3_close(handle)
  }
}
