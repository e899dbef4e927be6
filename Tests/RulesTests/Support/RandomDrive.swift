import Foundation
import Model

@testable import Rules

/// A vehicle that wanders among zones, with everything that receivers and sensors do wrong, and rules of every kind.
struct RandomDrive {
  let rules: RuleSet
  let observations: [Observation]
  let end: EngineTime

  /// - Parameter chosen: rules to drive by, instead of some by chance.
  init(_ random: inout SeededGenerator, rules chosen: RuleSet? = nil) {
    rules = chosen ?? Self.rules(&random)
    var observations: [Observation] = [Scene.system(0, .start(downtime: .zero))]
    var time = 0.0
    var own = 0.0
    var east = Double.random(in: -300...300, using: &random)
    var north = Double.random(in: -300...300, using: &random)
    var course = 90.0
    var target = (east: 0.0, north: 0.0)
    var clockSteps = 0.0
    for _ in 0..<Int.random(in: 50...600, using: &random) {
      // Whole, half and equal moments, and gaps longer than every timer.
      let steps: [Double] = [0, 0.5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 7, 45, 400]
      let step = steps[Int.random(in: steps.indices, using: &random)]
      time += step
      own += step
      switch Int.random(in: 0..<40, using: &random) {
      case 0: observations.append(Scene.system(time, .start(downtime: Bool.random(using: &random) ? nil : .seconds(3))))
      case 1:
        clockSteps += 1
        observations.append(Scene.system(time, .clock(utcAtZero: Scene.midnight + .seconds(clockSteps))))
      case 2: observations.append(Scene.system(time, .clockLost))
      case 3: observations.append(Observation(time: .seconds(time), content: .positionLost(device: "gps")))
      case 4:
        observations.append(
          Observation(
            time: .seconds(time),
            content: .device(name: "reefer", isUp: Bool.random(using: &random), reason: nil)))
      case 5: own -= Double.random(in: 0...2, using: &random) * Double(Int.random(in: 0...5, using: &random))
      case 6...9:
        observations.append(
          Scene.reading(
            time, "temperature", .number(Double(Int.random(in: -20...20, using: &random)) / 4),
            Int.random(in: 0..<6, using: &random) == 0 ? .bad : .good))
      case 10: observations.append(Scene.reading(time, "door", .boolean(Bool.random(using: &random))))
      case 11:
        observations.append(Scene.fix(time, east: 1e6 * Double.random(in: -1...1, using: &random), ownSecond: own))
      default:
        if hypot(target.east - east, target.north - north) < 40 {
          let favourites = [(0.0, 0.0), (150.0, 0.0), (0.0, 200.0)]
          target =
            Bool.random(using: &random)
            ? favourites[Int.random(in: favourites.indices, using: &random)]
            : (Double.random(in: -350...350, using: &random), Double.random(in: -350...350, using: &random))
        }
        let distance = max(1, hypot(target.east - east, target.north - north))
        let pace = min(40, 12 * step) / distance
        east += (target.east - east) * pace + Double.random(in: -3...3, using: &random)
        north += (target.north - north) * pace + Double.random(in: -3...3, using: &random)
        course = (course + Double.random(in: 0...40, using: &random)).truncatingRemainder(dividingBy: 360)
        observations.append(
          Scene.fix(
            time, east: east, north: north, accuracy: Double.random(in: 1...12, using: &random),
            hasTime: Int.random(in: 0..<15, using: &random) != 0, ownSecond: own,
            speed: Double.random(in: 0...20, using: &random), course: course))
      }
    }
    self.observations = observations
    end = .seconds(time + 1000)
  }

  private static func rules(_ random: inout SeededGenerator) -> RuleSet {
    let zones = [
      Scene.circle(radius: 100, tags: ["site"]), Scene.circle("tiny", east: 150, radius: 15, tags: ["site"]),
      Scene.rectangle(
        "yard", west: -200, south: -150, east: 50, north: 20, tags: ["site"], band: ZoneBand(raisesInitial: true)),
      Scene.circle("patient", north: 200, radius: 80, band: ZoneBand(lostAfter: .minutes(5))),
      Scene.circle("far", east: 20_000, radius: 500, tags: ["site"]),
    ]
    let temperature = SignalName(device: "reefer", metric: "temperature")
    let warm = SignalAbove(signal: temperature, bound: 0)
    let alarm = EventTemplate(
      type: "left", severity: .warning,
      data: [.init(key: "level", value: .number(2)), .init(key: "a", value: .text("b"))])
    let rules = [
      Rule(name: "sites", triggers: [.enter(.tag("site")), .exit(.tag("site"))], actions: [.geofenceEvent]),
      Rule(
        name: "warm_exit", triggers: [.exit(.zone("depot")), .enter(.zone("patient"))], condition: warm,
        actions: [.event(alarm), .geofenceEvent]),
    ]
    func pattern(_ text: String) -> [SignalPattern] { [SignalPattern(text)].compactMap(\.self) }
    let policies = [
      ReportPolicy(signals: pattern("gps.*"), when: warm, every: .seconds(30), orMoved: 60, orTurned: 45),
      ReportPolicy(signals: pattern("gps.*"), every: .seconds(5), atLeast: .seconds(20)),
      ReportPolicy(signals: pattern("*.temperature"), every: .seconds(10), atLeast: .minutes(2), deadband: 0.5),
      ReportPolicy(signals: pattern("*.door"), every: .minutes(1)),
    ]
    return Scene.rules(zones, rules, reports: Int.random(in: 0..<4, using: &random) == 0 ? [] : policies)
  }

  func engine(from rows: [StateRow] = [], at time: EngineTime = .zero) -> RuleEngine {
    RuleEngine(rules: rules, engine: "abc123", state: rows, time: time)
  }

  /// One run from beginning to end.
  /// - Parameter observations: instead of the drive's own.
  func straight(_ observations: [Observation]? = nil) -> ([Effect], [StateRow]) {
    var engine = engine()
    let effects = engine.run(observations ?? self.observations) + engine.advance(to: end)
    return (effects, engine.snapshot())
  }
}
