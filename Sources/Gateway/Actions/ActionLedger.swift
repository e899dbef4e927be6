import Model

/// Who keeps the actions' rows: the pipeline.
protocol ActionLedger: Sendable {
  /// Commits that the action is started now.
  func begin(_ id: Int64) async -> Beginning
  /// Takes back what can't be begun now; handed over again, in the order in which it was decided, once the journal can be written.
  func giveBack(_ ids: [Int64]) async
  /// Commits how it ended, and tells the rules.
  func ended(_ id: Int64, _ outcome: ActionOutcome) async
}

/// Whether an action may begin.
enum Beginning: Hashable, Sendable {
  /// It is marked as started on disk.
  case started
  /// Too late for it.
  case expired
  /// The journal can't be written; it is handed over again when it can.
  case notNow
}
