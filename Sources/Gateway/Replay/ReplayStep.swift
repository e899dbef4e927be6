public import Model
public import Rules

/// One observation of a recorded drive, and what the engine made of it.
public struct ReplayStep: Sendable {
  /// What the engine was fed.
  public var observation: Observation
  /// What it decided, in order.
  public var effects: [Effect]
  /// The gateway's name: that of the recording, else `replay`.
  public var gateway: String

  /// What would be sent, events included, in order.
  public var records: [Record] {
    effects.compactMap { effect in
      if case .record(let record) = effect { record } else { nil }
    }
  }
}
