import Model

/// One metric of a simulated sensor: a pure function of the time since it began.
struct SimulatedSensor: Equatable, Sendable {
  var metric: String
  var course: Course
  /// As in SenML (RFC 8428, section 12.1).
  var unit: String?
  /// How long it takes from one end to the other, or from one value to the next; above 0.
  var over: Interval
  /// What rules may write to it; `nil`: nothing.
  var writing: SignalCatalogue.Writing?

  enum Course: Hashable, Sendable {
    /// Evenly from one to the other, and back.
    case between(Double, Double)
    /// One after the other, then again from the first; all of one kind, at least one.
    case values([Value])
  }

  var kind: SignalCatalogue.Metric.Kind {
    switch course {
    case .between: .number
    case .values(let values):
      switch values.first {
      case .boolean: .boolean
      case .text: .text
      case .number, nil: .number
      }
    }
  }

  /// What it reads after so long.
  func value(at offset: Interval) -> Value {
    switch course {
    case .between(let from, let to):
      let turns = Double(offset.nanoseconds) / Double(over.nanoseconds)
      let phase = turns.truncatingRemainder(dividingBy: 2)
      let share = phase <= 1 ? phase : 2 - phase
      // Two digits, as sensors have; a sum of binary fractions reads badly.
      return .number(((from + (to - from) * share) * 100).rounded() / 100)
    case .values(let values):
      return values[Int(offset.nanoseconds / over.nanoseconds % Int64(values.count))]
    }
  }
}
