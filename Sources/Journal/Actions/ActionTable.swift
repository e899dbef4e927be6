import Model

/// The table `actions`.
struct ActionTable {
  let database: Database

  /// The most finished actions that are kept.
  static let historyLimit: Int64 = 1000

  func apply(_ changes: [ActionChange], at time: EngineTime) throws(JournalError) {
    for change in changes {
      switch change {
      case .decide(let kind, let payload, let expires):
        try database.run(
          "INSERT INTO actions (kind,payload,state,decided,expires) VALUES (?,?,0,?,?)",
          [
            .text(kind), .blob(payload), .integer(time.nanoseconds),
            expires.map { .integer($0.nanoseconds) } ?? .null,
          ], step: "decide an action")
      case .move(let id, let state, let outcome): try move(id, to: state, outcome: outcome, at: time)
      }
    }
    if changes.contains(where: \.ends) {
      try database.run(
        """
        DELETE FROM actions WHERE state>=2 AND id<=
          (SELECT id FROM actions WHERE state>=2 ORDER BY id DESC LIMIT 1 OFFSET \(Self.historyLimit))
        """, step: "forget old actions")
    }
  }

  private func move(
    _ id: Int64, to state: StoredAction.State, outcome: String?, at time: EngineTime
  ) throws(JournalError) {
    let now = Binding.integer(time.nanoseconds)
    try database.run(
      """
      UPDATE actions SET state=?1, outcome=?2,
        started=CASE WHEN ?1=1 THEN ?3 ELSE started END, ended=CASE WHEN ?1>=2 THEN ?3 ELSE ended END
      WHERE id=?4 AND state<2 AND state<=?1
      """,
      [.integer(Int64(state.rawValue)), outcome.map { .text($0) } ?? .null, now, .integer(id)],
      step: "move an action on")
    guard database.changes == 1 else {
      throw JournalError(
        .misuse, "action \(id) is not open, so it can't become \(state)", place: "\(database.path), move an action on")
    }
  }

  func open() throws(JournalError) -> [StoredAction] {
    var found: [StoredAction] = []
    try database.query(
      """
      SELECT id,kind,payload,state,decided,started,ended,expires,outcome FROM actions WHERE state<2 ORDER BY id
      """, step: "read the open actions"
    ) { row in
      func time(_ column: Int32) -> EngineTime? {
        row.isNull(column) ? nil : EngineTime(nanoseconds: row.integer(column))
      }
      found.append(
        StoredAction(
          id: row.integer(0), kind: row.text(1), payload: row.blob(2),
          state: StoredAction.State(rawValue: UInt8(clamping: row.integer(3))) ?? .unknown,
          decided: time(4) ?? .zero, started: time(5), ended: time(6), expires: time(7),
          outcome: row.isNull(8) ? nil : row.text(8)))
    }
    return found
  }
}

extension ActionChange {
  fileprivate var ends: Bool {
    if case .move(_, let state, _) = self { state.isFinal } else { false }
  }
}
