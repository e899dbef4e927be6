public import Model

/// An effect on the world that the engine decided, as the journal keeps it.
public struct StoredAction: Hashable, Sendable {
  /// How far it has come. `decided` and `started` are open; the rest is final.
  public enum State: UInt8, Sendable, CaseIterable {
    case decided = 0
    /// Committed on its own before a deed that must not be repeated begins.
    case started = 1
    case done = 2
    case failed = 3
    /// Not begun within its time.
    case expired = 4
    /// Started, and then the process ended: nobody knows.
    case unknown = 5

    public var isFinal: Bool { rawValue >= State.done.rawValue }
  }

  /// Given by the journal, ascending.
  public var id: Int64
  /// `write`, `run`, … ; the executor's word.
  public var kind: String
  /// What to do, packed by whoever decides and executes.
  public var payload: [UInt8]
  public var state: State
  public var decided: EngineTime
  public var started: EngineTime?
  public var ended: EngineTime?
  /// Not to be begun after this.
  public var expires: EngineTime?
  /// What came of it, for people: an error's text.
  public var outcome: String?
}

/// One step of an action.
public enum ActionChange: Hashable, Sendable {
  /// A new action. Its id is returned by `Journal.openActions`, in the order in which they were decided.
  case decide(kind: String, payload: [UInt8], expires: EngineTime?)
  /// A known one moves on. Going back from a final state is refused.
  case move(id: Int64, to: StoredAction.State, outcome: String?)
}
