public import Model

/// Where a recording, or a part of it, begins: the rule engine as it was then. An engine made from this and fed what follows gives the
/// same effects again.
public struct RecordingHeader: Hashable, Sendable {
  /// The gateway's id.
  public var gateway: String
  /// The engine's id, with which event ids begin.
  public var engine: String
  public var time: EngineTime
  /// The engine's whole state, by kind and name.
  public var state: [StateRow]

  public init(gateway: String, engine: String, time: EngineTime, state: [StateRow]) {
    self.gateway = gateway
    self.engine = engine
    self.time = time
    self.state = state
  }
}

/// What a recording consists of, in its order.
public enum RecordingItem: Hashable, Sendable {
  /// First of all; and again where the journal took new ids (after a power cut, on another machine): go on with a new engine.
  case segment(RecordingHeader)
  case observation(Observation)
}
