public import Model

extension ModbusMetric {
  /// What rules know of it: a signal, and of named bits one each.
  public var signals: [SignalCatalogue.Metric] {
    if case .bits(let fields, _) = type { return fields.map { $0.signal(isWritable: access.isWritable) } }
    return [SignalCatalogue.Metric(name: name, kind: kind, unit: unit, writing: access.isWritable ? writing : nil)]
  }

  private var kind: SignalCatalogue.Metric.Kind {
    if let map { return ValueMap.kind(map) }
    return switch type {
    case .bool: .boolean
    case .string: .text
    case .int16, .uint16, .int32, .uint32, .int64, .uint64, .float32, .float64, .bits: .number
    }
  }

  /// What may be written: the profile's range, else what the type holds.
  private var writing: SignalCatalogue.Writing {
    if let map { return SignalCatalogue.Writing(choices: ValueMap.choices(map), pulse: pulse) }
    guard kind == .number else { return SignalCatalogue.Writing(pulse: pulse) }
    let held = heldRange
    return SignalCatalogue.Writing(
      minimum: [minimum, held?.lowerBound].compactMap(\.self).max(),
      maximum: [maximum, held?.upperBound].compactMap(\.self).min(), pulse: pulse)
  }

  /// The values that the registers can hold, scaled; `nil` where that isn't a range of whole numbers, or is another with each scale factor.
  var heldRange: ClosedRange<Double>? {
    guard let range = type.range, scaleFactor == nil else { return nil }
    let ends = [range.lowerBound, range.upperBound].map { factor.applied(to: $0, plus: addend) }.sorted()
    return ends[0]...ends[1]
  }
}
