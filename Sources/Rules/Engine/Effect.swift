public import Model

/// What the engine decided; nothing of it is carried out before it is committed. Each tells when it was decided, however late
/// `advance` was called.
public enum Effect: Hashable, Sendable {
  /// To be kept in the journal and delivered.
  case record(Record)
  /// To be started at most once; what becomes of it comes back as `SystemObservation.outcome`.
  case run(HookRun)
  /// An actuator is to be written; what becomes of it comes back in the same way.
  case write(ActuatorWrite)
  case log(LogLine)
  /// The device is to be read at another pace from now on. After a restart `RuleEngine.samplings` says what holds.
  case sample(Sampling)
  case shutdown(Shutdown)
}
