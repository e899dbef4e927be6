import Model

@testable import Rules

/// What effects say, a short line each; records of positions, readings and devices are left out.
enum Told {
  static func lines(_ effects: [Effect]) -> [String] { effects.compactMap(line) }

  private static func line(_ effect: Effect) -> String? {
    switch effect {
    case .record(let record):
      guard case .event(let event) = record.body else { return nil }
      switch event.content {
      case .geofence(let fence): return "\(number(record.time)) \(fence.kind) \(fence.zone) #\(id(event.id))"
      case .general(let general):
        let data = general.data.map { " \($0.key)=\($0.value.plainText)" }.joined()
        let reason = general.reason.map { " (\($0))" } ?? ""
        return
          "\(number(record.time)) \(general.type)\(general.state == .cleared ? " cleared" : "") #\(id(event.id))\(reason)\(data)"
      }
    case .run(let run):
      return
        "\(number(run.time)) run \(run.hook) \(run.arguments) \(run.state) #\(id(run.id))"
        + (run.trigger + run.data).map { " \($0.key)=\($0.value.plainText)" }.joined()
    case .write(let write):
      return
        "\(number(write.time)) write \(write.signal)=\(write.value.plainText)\(write.isPulse ? " pulse" : "")"
        + "\(write.state == .cleared ? " cleared" : "") #\(id(write.id))"
    case .log(let line): return "\(number(line.time)) log \(line.level) \(line.message)"
    case .sample(let sampling): return "sample \(sampling.device) \(sampling.every.map { "\($0.seconds) s" } ?? "-")"
    case .shutdown(let shutdown): return "\(number(shutdown.time)) shutdown \(shutdown.rule)"
    }
  }

  private static func number(_ time: EngineTime) -> String { Value.number(time.seconds).plainText }
  private static func id(_ id: String) -> Substring { id.split(separator: "-").last ?? "" }
}

/// A rule file at work: tells what its rules did so far.
struct Story {
  var engine: RuleEngine
  private(set) var told: [String] = []
  private var catalogue = Scene.catalogue

  init(engine: RuleEngine) { self.engine = engine }

  init(_ text: String, catalogue: SignalCatalogue = Scene.catalogue) throws {
    self.catalogue = catalogue
    engine = RuleEngine(
      rules: try RuleFile.load(Self.zones + text, catalogue: catalogue), engine: "abc123", state: [], time: .zero)
  }

  /// `depot`, 100 m around the origin, and `yard`, a kilometre east of it.
  static let zones = """
    zones:
      depot: { circle: [6.1432, 46.2044], radius: 100 m, tags: [site] }
      yard: { circle: [6.15616, 46.2044], radius: 100 m, tags: [site] }

    """

  @discardableResult
  mutating func take(_ observations: Observation...) -> Self {
    for observation in observations { told += Told.lines(engine.ingest(observation)) }
    return self
  }

  /// A reading of the reefer's temperature a second.
  mutating func temperature(_ value: Double?, from first: Int, to last: Int, _ quality: Quality = .good) {
    guard first <= last else { return }
    for second in first...last {
      take(Scene.reading(Double(second), "temperature", value.map { .number($0) }, quality))
    }
  }

  /// A fix a second.
  mutating func stand(east: Double, from first: Int, to last: Int) {
    for second in first...last { take(Scene.fix(Double(second), east: east, speed: 0)) }
  }

  mutating func advance(to second: Double) { told += Told.lines(engine.advance(to: .seconds(second))) }

  mutating func reload(_ text: String, at second: Double) throws {
    told += Told.lines(
      engine.replace(rules: try RuleFile.load(Self.zones + text, catalogue: catalogue), at: .seconds(second)))
  }

  /// A kill, and a restart from the rows.
  mutating func restart(_ text: String? = nil) throws {
    let rules = try text.map { try RuleFile.load(Self.zones + $0, catalogue: catalogue) } ?? engine.rules
    engine = RuleEngine(rules: rules, engine: "abc123", state: engine.snapshot(), time: engine.now)
  }

  /// What was told since this was last asked.
  mutating func news() -> [String] {
    defer { told = [] }
    return told
  }
}
