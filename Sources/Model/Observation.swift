/// One timed fact that reaches the rule engine: a position fix, a signal's value, a device's state, or something that the
/// gateway tells of itself. The engine is a pure function of its observations, so a recording of them can be replayed.
public struct Observation: Hashable, Sendable {
  /// When it reached the inlet.
  public var time: EngineTime
  public var content: Content

  public init(time: EngineTime, content: Content) {
    self.time = time
    self.content = content
  }

  public enum Content: Hashable, Sendable {
    /// A fix of the device.
    case position(device: String, Position)
    /// The device said that it has no fix (any more), or the fix grew too old on the monotonic clock.
    case positionLost(device: String)
    /// A signal's value; `nil` with a quality other than `good` where there is none.
    case reading(device: String, metric: String, value: Value?, quality: Quality)
    /// A device began or ceased to answer. `reason` is short and machine-readable: `timeout`, `refused`, `unplugged`.
    case device(name: String, isUp: Bool, reason: String?)
    /// What the gateway tells of itself, as the built-in device `system`.
    case system(SystemObservation)
  }
}

/// What the engine must know of the world that no device tells.
public enum SystemObservation: Hashable, Sendable {
  /// The gateway started. First observation of every run. `downtime` is how far engine time has just advanced over the stop;
  /// `nil` when that is not known (a reboot without a trusted clock): pending waits start anew, zones keep their last known side.
  case start(downtime: Interval?)
  /// The wall clock is trusted from now on: UTC is `utcAtZero` + engine time. Sent again whenever that mapping moves by more than 50 ms.
  case clock(utcAtZero: Timestamp)
  /// The wall clock is not trusted (any more).
  case clockLost
  /// An uplink's connection came up or went down.
  case link(uplink: String, isUp: Bool)
  /// Time went by. Only in recordings: when timers had effects and nothing else was observed, so that a replay gets as far as the box did.
  case tick
  /// A server asked for something that rules may wait for (`on: { command: NAME }`).
  /// - `name`: a label; `id`: the server's own, for its answer; `arguments`: at most 16, no name twice.
  case command(name: String, id: String, arguments: [CommandArgument] = [])
  /// What became of an action that a rule decided.
  case outcome(ActionOutcome)
}
