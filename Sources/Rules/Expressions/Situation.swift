import Model

/// All that an expression can see at one instant.
struct Situation: Sendable {
  /// The instant; of a timer, when it was due.
  var time: EngineTime
  var clock: ClockMapping
  @CopyOnWrite var store: SignalStore
  @CopyOnWrite var zones: ZoneTracker
  /// Only while a rule is set off.
  var trigger: TriggerContext?

  init(
    time: EngineTime, clock: ClockMapping, store: CopyOnWrite<SignalStore>, zones: CopyOnWrite<ZoneTracker>,
    trigger: TriggerContext?
  ) {
    self.time = time
    self.clock = clock
    _store = store
    _zones = zones
    self.trigger = trigger
  }
}

/// What set a rule off; each part only where the trigger has one.
struct TriggerContext: Hashable, Sendable {
  var zone: String?
  var device: String?
  var name: String?
  /// Of a command.
  var arguments: [CommandArgument] = []

  init(zone: String? = nil, device: String? = nil, name: String? = nil) {
    self.zone = zone
    self.device = device
    self.name = name
  }
}
