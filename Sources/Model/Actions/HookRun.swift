/// A program of the hooks folder that a rule wants started: decided once, started at most once.
public struct HookRun: Hashable, Sendable {
  /// Tells the run from every other action and event of this gateway, as an event's id does: the same observations give the same one.
  public var id: String
  /// When it was decided.
  public var time: EngineTime
  /// UTC of `time`; `nil` while the clock is not trusted.
  public var timestamp: Timestamp?
  /// The rule's name.
  public var rule: String
  /// Whether the rule was set off or raised, or its `clear` actions run.
  public var state: GeneralEvent.State
  /// The file's name in the hooks folder, a label (`Names.isLabel`).
  public var hook: String
  /// The argument vector without the program's name; never seen by a shell. At most 32 of at most 1024 bytes.
  public var arguments: [String]
  /// How long it may run; then it is killed.
  public var timeout: Interval
  /// What set the rule off: `zone`, `device`, `name`, as far as there is such a thing.
  public var trigger: [GeneralEvent.Member]
  /// The values that the rule gives it on standard input, in the order of the rule file. What was unknown is left out.
  public var data: [GeneralEvent.Member]

  public init(
    id: String, time: EngineTime, timestamp: Timestamp?, rule: String, state: GeneralEvent.State, hook: String,
    arguments: [String], timeout: Interval, trigger: [GeneralEvent.Member], data: [GeneralEvent.Member]
  ) {
    self.id = id
    self.time = time
    self.timestamp = timestamp
    self.rule = rule
    self.state = state
    self.hook = hook
    self.arguments = arguments
    self.timeout = timeout
    self.trigger = trigger
    self.data = data
  }
}
