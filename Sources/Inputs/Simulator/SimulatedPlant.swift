import Model

/// Simulated sensors, and actuators that keep what was written to them: a pure function of the time since it began and of what was written.
struct SimulatedPlant: Sendable {
  private let sensors: [SimulatedSensor]
  /// Time between readings, as its entry says.
  private let every: Interval
  /// What rules ask for instead.
  private var pace: Interval?
  /// When the next readings are due, since the beginning.
  private(set) var due = Interval.zero
  private var lastRead: Interval?
  private var written: [String: Written] = [:]

  private struct Written {
    var value: Value
    /// When it returns by itself.
    var end: Interval?
  }

  init(_ sensors: [SimulatedSensor], every: Interval) {
    self.sensors = sensors
    self.every = every
  }

  /// What is read next, once it is due.
  mutating func read() -> [(metric: String, value: Value)] {
    let offset = due
    lastRead = offset
    due = Self.sum(offset, pace ?? every)
    return sensors.map { ($0.metric, value(of: $0, at: offset)) }
  }

  /// Reads at another pace from the last reading on; `nil`: as its entry says.
  mutating func setPace(_ pace: Interval?) {
    self.pace = pace
    if let lastRead { due = Self.sum(lastRead, pace ?? every) }
  }

  /// An actuator takes a value and keeps it; a pulse for its time.
  mutating func write(_ value: Value, to metric: String, at offset: Interval) -> Bool {
    guard let sensor = sensors.first(where: { $0.metric == metric }), let writing = sensor.writing else { return false }
    written[metric] = Written(value: value, end: writing.pulse.map { Self.sum(offset, $0) })
    return true
  }

  private static func sum(_ a: Interval, _ b: Interval) -> Interval {
    Interval(nanoseconds: a.nanoseconds + b.nanoseconds)
  }

  private func value(of sensor: SimulatedSensor, at offset: Interval) -> Value {
    if let written = written[sensor.metric], written.end.map({ offset < $0 }) ?? true { return written.value }
    return sensor.value(at: offset)
  }
}
