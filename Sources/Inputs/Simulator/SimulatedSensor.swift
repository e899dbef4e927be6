import Model

/// One metric of a simulated sensor: a pure function of the time since it began.
struct SimulatedSensor: Hashable, Sendable {
  var metric: String
  var course: Course
  /// As in SenML (RFC 8428, section 12.1).
  var unit: String?
  /// How long it takes from one end to the other, or from one value to the next; above 0.
  var over: Interval

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

/// Reads simulated sensors in real time.
public struct SimulatedSensorsInput: Input {
  public let device: String
  let sensors: [SimulatedSensor]
  /// Time between readings.
  let every: Interval

  public func run(into sink: any ObservationSink) async throws {
    var next = 0
    var offset = Interval.zero
    await Playback(device: device, sink: sink).run {
      if next == sensors.count {
        next = 0
        offset.nanoseconds += every.nanoseconds
      }
      let sensor = sensors[next]
      next += 1
      return TrackPoint(
        offset: offset,
        content: .reading(device: device, metric: sensor.metric, value: sensor.value(at: offset), quality: .good))
    }
  }
}
