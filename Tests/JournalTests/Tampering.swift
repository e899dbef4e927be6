import CSQLite
@testable import Journal
import Model
import Testing

extension JournalFolder {
  /// Does something to the closed file behind the journal's back.
  func tamper(_ sql: String) {
    var handle: OpaquePointer?
    #expect(sqlite3_open(path, &handle) == SQLITE_OK)
    #expect(sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK)
    sqlite3_close(handle)
  }

  /// What an older version left, which knew the first `version` steps of the schema only. The file must be closed.
  func takeBack(toSchema version: Int) throws {
    let database = try Database(path: path, busyTimeout: 0)
    defer { database.close() }
    if version < 3 {
      try database.run("ALTER TABLE runs DROP COLUMN crc", step: "test")
      try database.run("ALTER TABLE boots DROP COLUMN crc", step: "test")
      try database.run("DELETE FROM state WHERE kind='.journal' AND name='runs'", step: "test")
      let state = StateTable(database: database)
      for kind in [".journal", ".cursor"] {
        for row in try state.ownRows(of: kind) {
          var value = try #require(row.value)
          if row.name == "head", kind == ".journal" {
            value = try Head(packed: value).packedAsVersion1
          }
          try state.set(kind, row.name, value)
        }
      }
    }
    if version < 2 {
      try database.run("DROP TABLE dead_letters", step: "test")
      try database.run("DELETE FROM state WHERE name='dead letters'", step: "test")
    }
    try database.run("PRAGMA user_version=\(version)", step: "test")
  }
}

extension Head {
  fileprivate var packedAsVersion1: [UInt8] {
    var writer = PackedWriter()
    writer.write(byte: 1)
    writer.write(lastSequence)
    for lane in Lane.allCases { writer.write(totals[lane]) }
    for number in [time.nanoseconds, clock.bootTime, clock.wallTime.milliseconds] { writer.write(number) }
    for flag in [clock.isWallTrusted, isClosed, isStopUnknown, hasUndated] { writer.write(flag) }
    for cause in [DropCause.limit, .keep, .repair, .size] {
      for lane in Lane.allCases { writer.write(drops[cause][lane]) }
    }
    writer.write(recording.isOn)
    writer.write(byte: recording.stop.rawValue)
    for number in [recording.observations, recording.bytes, recording.position] { writer.write(number) }
    writer.write(recording.gateway)
    return writer.bytes
  }
}
