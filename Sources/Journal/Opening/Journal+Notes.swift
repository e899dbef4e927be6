public import Model

/// Rows that the gateway keeps for itself beside the engine's: what servers have asked for, how much went where. They are written with the
/// commit that they belong to, and the engine never sees them.
extension Journal {
  /// The rows of a kind, by name. One that damage has reached is left out.
  public func notes(of kind: String) throws(JournalError) -> [StateRow] {
    try StateTable(database: try connection()).ownRows(of: StateTable.noteKind + kind).compactMap { row in
      row.value.map { StateRow(kind: kind, name: row.name, value: $0) }
    }
  }

  /// One row; `nil` where there is none, or damage has reached it.
  public func note(of kind: String, _ name: String) throws(JournalError) -> StateRow? {
    try StateTable(database: try connection()).ownRow(StateTable.noteKind + kind, name).map {
      StateRow(kind: kind, name: name, value: $0)
    }
  }
}

extension StateRow {
  /// This row of the table as the gateway gave it.
  func note(_ value: [UInt8]) -> StateRow {
    StateRow(kind: String(kind.dropFirst(StateTable.noteKind.count)), name: name, value: value)
  }
}
