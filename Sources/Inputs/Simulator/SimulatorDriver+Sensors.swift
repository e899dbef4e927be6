import Config
import Model

extension SimulatorDriver {
  static let metricLimit = 256

  /// Reads `metrics:`; `nil` after an error.
  static func sensors(_ node: YAMLNode, diagnostics: inout Diagnostics) -> [SimulatedSensor]? {
    guard var reader = MappingReader(node, what: "`metrics`", diagnostics: &diagnostics) else { return nil }
    let entries = reader.remaining()
    guard (1...metricLimit).contains(entries.count) else {
      diagnostics.error(
        "out-of-range", "a simulated device has 1 to \(metricLimit) metrics, and this has \(entries.count)",
        at: node.span,
        help: "as `metrics: { temperature: { from: -20, to: -8, over: 10 min, unit: Cel } }`")
      return nil
    }
    let sensors = entries.compactMap { sensor($0, diagnostics: &diagnostics) }
    return sensors.count == entries.count ? sensors : nil
  }

  private static func sensor(_ entry: YAMLNode.Entry, diagnostics: inout Diagnostics) -> SimulatedSensor? {
    let name = entry.key.name("a metric's name", form: .identifier, diagnostics: &diagnostics)
    guard var reader = MappingReader(entry.value, what: "a metric", diagnostics: &diagnostics) else { return nil }
    let from = reader.optional("from")?.number("`from`", diagnostics: &diagnostics)
    let to = reader.optional("to")?.number("`to`", diagnostics: &diagnostics)
    let values = reader.optional("values").map { self.values($0, diagnostics: &diagnostics) }
    let over = reader.optional("over").map {
      $0.interval("`over`", in: .milliseconds(100) ... .hours(24), diagnostics: &diagnostics)
    }
    let unit = reader.optional("unit").flatMap { SenMLUnit.read($0, diagnostics: &diagnostics) }
    let writable = reader.optional("writable")?.boolean("`writable`", diagnostics: &diagnostics) ?? false
    let pulse = reader.entry("pulse").flatMap { $0.value.isNull ? nil : $0 }
    reader.finish(diagnostics: &diagnostics)
    let course: SimulatedSensor.Course
    switch (from, to, values) {
    case (let from?, let to?, nil): course = .between(from, to)
    case (nil, nil, .some(let values)):
      guard let values else { return nil }
      course = .values(values)
    default:
      diagnostics.error(
        "either-or", "a metric has `from` and `to`, or `values`", at: reader.span,
        help: "write `{ from: -20, to: -8, over: 10 min }`, or `{ values: [true, false], over: 1 min }`")
      return nil
    }
    guard let name, over != .some(nil) else { return nil }
    var sensor = SimulatedSensor(
      metric: name, course: course, unit: unit, over: over.flatMap(\.self) ?? .minutes(10))
    if writable { sensor.writing = sensor.range }
    if let pulse { sensor.writing = writing(pulse, sensor, diagnostics: &diagnostics) }
    return sensor
  }

  private static func writing(
    _ pulse: YAMLNode.Entry, _ sensor: SimulatedSensor, diagnostics: inout Diagnostics
  ) -> SignalCatalogue.Writing? {
    let interval = pulse.value.interval("`pulse`", in: .milliseconds(100) ... .hours(1), diagnostics: &diagnostics)
    guard sensor.writing != nil, sensor.kind == .boolean else {
      diagnostics.error(
        "conflicting-keys", "`pulse` is for what can be written and is `true` or `false`", at: pulse.key.span,
        help: "write `{ values: [false], writable: true, pulse: 1 s }`")
      return nil
    }
    return SignalCatalogue.Writing(pulse: interval)
  }

  private static func values(_ node: YAMLNode, diagnostics: inout Diagnostics) -> [Value]? {
    guard let items = node.sequence("`values`", count: 1...1000, diagnostics: &diagnostics) else { return nil }
    let values = items.compactMap { item -> Value? in
      switch item.scalar?.value {
      case .integer(let number): return .number(Double(number))
      case .float(let number) where number.isFinite: return .number(number)
      case .boolean(let flag): return .boolean(flag)
      default: return item.string("a value", limit: 256, diagnostics: &diagnostics).map(Value.text)
      }
    }
    guard values.count == items.count else { return nil }
    let kinds = Set(values.map { SimulatedSensor(metric: "", course: .values([$0]), over: .zero).kind })
    if kinds.count == 1 { return values }
    diagnostics.error(
      "wrong-type", "`values` must be all numbers, all `true` or `false`, or all texts", at: node.span,
      help: "put texts in quotes")
    return nil
  }
}

extension SimulatedSensor {
  /// What may be written to it: what it could read by itself.
  fileprivate var range: SignalCatalogue.Writing {
    switch course {
    case .between(let from, let to): return .init(minimum: min(from, to), maximum: max(from, to))
    case .values(let values):
      // Each once, in their order.
      let choices = values.enumerated().filter { values.firstIndex(of: $1) == $0 }.map(\.element)
      return .init(choices: kind == .boolean ? nil : choices)
    }
  }
}
