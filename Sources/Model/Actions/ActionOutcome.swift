/// What became of an action that was decided; told to the engine, which makes an event of it.
public struct ActionOutcome: Hashable, Sendable {
  public enum Result: UInt8, Sendable, CaseIterable {
    /// It was carried out; a program ended with code 0.
    case done = 0
    /// It was started and did not succeed, or could not be started.
    case failed = 1
    /// It was not begun in time, or a newer one took its place; now it never will be.
    case expired = 2
    /// It was started, and the gateway ended before it did: nobody knows.
    case unknown = 3

    /// As it stands in events.
    public var name: String {
      switch self {
      case .done: "done"
      case .failed: "failed"
      case .expired: "expired"
      case .unknown: "unknown"
      }
    }
  }

  /// The action's own id.
  public var id: String
  /// The rule that decided it.
  public var rule: String
  /// What kind of action: `run`, `write`.
  public var action: String
  /// What it was done to: the hook's name, the signal.
  public var target: String
  /// What was written, or was to be; `nil` of a hook, and where it was unknown.
  public var value: Value?
  public var result: Result
  /// Short, where there is more to say: `exit code 3`, `timeout`, `no such hook`.
  public var reason: String?

  public init(
    id: String, rule: String, action: String, target: String, value: Value? = nil, result: Result,
    reason: String? = nil
  ) {
    self.id = id
    self.rule = rule
    self.action = action
    self.target = target
    self.value = value
    self.result = result
    self.reason = reason
  }
}
