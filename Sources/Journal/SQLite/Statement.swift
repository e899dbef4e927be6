import CSQLite

/// A prepared statement and, while it steps, its current row.
final class Statement {
  private let pointer: OpaquePointer
  private unowned let database: Database
  /// Of its present use: the same text serves several.
  var place: StaticString

  init(_ pointer: OpaquePointer, database: Database, step: StaticString) {
    self.pointer = pointer
    self.database = database
    place = step
  }

  func finalize() { sqlite3_finalize(pointer) }

  func reset() {
    sqlite3_reset(pointer)
    sqlite3_clear_bindings(pointer)
  }

  func bind(_ bindings: [Binding]) {
    // SQLite copies: the bytes need not outlive the call.
    let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    for (offset, binding) in bindings.enumerated() {
      let index = Int32(offset + 1)
      switch binding {
      case .integer(let value): sqlite3_bind_int64(pointer, index, value)
      case .text(let text):
        var text = text
        text.withUTF8 { utf8 in
          utf8.withMemoryRebound(to: CChar.self) {
            _ = sqlite3_bind_text(pointer, index, $0.baseAddress, Int32($0.count), transient)
          }
        }
      case .blob(let bytes):
        bytes.withUnsafeBytes {
          if $0.isEmpty {
            _ = sqlite3_bind_zeroblob(pointer, index, 0)
          } else {
            _ = sqlite3_bind_blob(pointer, index, $0.baseAddress, Int32($0.count), transient)
          }
        }
      case .null: sqlite3_bind_null(pointer, index)
      }
    }
  }

  /// True: there is a row. False: done.
  func step() throws(JournalError) -> Bool {
    let status = sqlite3_step(pointer)
    if status == SQLITE_ROW { return true }
    if status == SQLITE_DONE { return false }
    throw database.error(status, step: place)
  }

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(pointer, column) == SQLITE_NULL }

  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(pointer, column) }

  /// A number that must be ≥ 0; a negative one, which only damage can make, reads as 0.
  func unsigned(_ column: Int32) -> UInt64 { UInt64(max(0, integer(column))) }

  func text(_ column: Int32) -> String {
    guard let text = sqlite3_column_text(pointer, column) else { return "" }
    let count = Int(sqlite3_column_bytes(pointer, column))
    return String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
  }

  func blob(_ column: Int32) -> [UInt8] {
    let bytes = sqlite3_column_blob(pointer, column)
    let count = Int(sqlite3_column_bytes(pointer, column))
    return Array(UnsafeRawBufferPointer(start: bytes, count: count))
  }
}
