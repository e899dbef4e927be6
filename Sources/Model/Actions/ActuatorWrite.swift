/// A value that a rule wants an actuator to take: decided once, then written at least once where it is a level, at most once where it
/// is a pulse.
public struct ActuatorWrite: Hashable, Sendable {
  /// After so long a level is not written any more, nor repeated: what it was for is over.
  public static let standardMaxAge = Interval.seconds(10)

  /// As an event's id: the same observations give the same one.
  public var id: String
  /// When it was decided.
  public var time: EngineTime
  /// UTC of `time`; `nil` while the clock is not trusted.
  public var timestamp: Timestamp?
  /// The rule's name.
  public var rule: String
  /// Whether the rule was set off or raised, or its `clear` actions run.
  public var state: GeneralEvent.State
  public var device: String
  public var metric: String
  /// Held to what the catalogue said of the metric when it was decided.
  public var value: Value
  /// True where the metric returns by itself, so that writing it twice would be two deeds.
  public var isPulse: Bool
  /// How old it may become before it is written.
  public var maxAge: Interval

  public init(
    id: String, time: EngineTime, timestamp: Timestamp?, rule: String, state: GeneralEvent.State, device: String,
    metric: String, value: Value, isPulse: Bool, maxAge: Interval = ActuatorWrite.standardMaxAge
  ) {
    self.id = id
    self.time = time
    self.timestamp = timestamp
    self.rule = rule
    self.state = state
    self.device = device
    self.metric = metric
    self.value = value
    self.isPulse = isPulse
    self.maxAge = maxAge
  }

  /// The signal that is written: `cab.buzzer`.
  public var signal: String { "\(device).\(metric)" }
}
