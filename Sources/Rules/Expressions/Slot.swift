import Model

/// One thing that an expression can read of the world: a signal, a variable, or what a host function with its literal arguments gives.
/// The store answers by it; the same slot in two expressions is the same place.
enum Slot: Hashable, Sendable {
  /// `reefer.temperature`, `gps.speed_kmh`, `system.uptime`, a computed signal.
  case signal(SignalName)
  /// Of `set`.
  case variable(String)
  case trigger(TriggerField)
  /// Of a command: `trigger.args.seconds`.
  case argument(String)
  case inZone(ZoneSelector)
  case zones
  case distance(ZoneSelector)
  case timeInZone(ZoneSelector)
  case count(type: String, over: Interval)
  case now
  case localTime(String)
  case has(SignalName)
  case hasVariable(String)
  case age(SignalName)
  case quality(SignalName)
  case previous(SignalName)
  case window(WindowFunction, SignalName, over: Interval)

  /// True where the answer changes by time alone, so that whoever reads it is asked at each whole second, too.
  var mentionsTime: Bool {
    switch self {
    case .timeInZone, .count, .now, .localTime, .age, .window: true
    case .signal(let name): SystemSignal.named(name)?.mentionsTime ?? false
    default: false
    }
  }

  /// The signal whose observations change the answer.
  var signal: SignalName? {
    switch self {
    case .signal(let name), .has(let name), .age(let name), .quality(let name), .previous(let name),
      .window(_, let name, _):
      name
    default: nil
    }
  }
}

/// What set a rule off, for guards and event data.
enum TriggerField: String, CaseIterable, Sendable {
  case zone, device, name

  /// For the reference.
  var note: String {
    switch self {
    case .zone: "the zone that was entered, left, crossed or dwelt in"
    case .device: "the device whose position or signal it was"
    case .name: "the signal, uplink or command"
    }
  }
}

/// What is made of the readings in a window.
enum WindowFunction: String, CaseIterable, Sendable {
  case mean, min, max, rate
}
