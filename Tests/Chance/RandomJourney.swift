public import Model

/// What a gateway with a receiver `gps` and a device `reefer` is told on a journey from a seed: with gaps, stops, restarts, bad values, late
/// fixes, and several things at one instant.
public struct RandomJourney {
  /// In the order of their times.
  public let observations: [Observation]
  /// Long after the last.
  public let end: EngineTime

  private static let midnight = Timestamp(milliseconds: 1_770_000_000_000)

  public init(_ chance: inout Chance, count: Int) {
    var observations = [Observation(time: .zero, content: .system(.start(downtime: .zero)))]
    var time = 0.0
    var place = (east: chance.fraction(-300...300), north: chance.fraction(-300...300))
    var target = (east: 0.0, north: 0.0)
    var clock = 0.0
    for _ in 0..<count {
      time += chance.pick([0, 0, 0.25, 0.5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 7, 20, 45, 400])
      let content: Observation.Content
      switch chance.number(0...47) {
      case 0: content = .system(.start(downtime: chance.once(in: 2) ? nil : .seconds(3)))
      case 1:
        clock += chance.fraction(0...70)
        content = .system(.clock(utcAtZero: Self.midnight + .seconds(clock)))
      case 2: content = chance.once(in: 3) ? .system(.clockLost) : .system(.clock(utcAtZero: Self.midnight))
      case 3: content = .positionLost(device: "gps")
      case 4: content = .device(name: "reefer", isUp: chance.once(in: 2), reason: chance.once(in: 2) ? nil : "timeout")
      case 5...7: content = .system(.command(name: chance.pick(["x", "y", "z"]), id: "1"))
      case 8: content = .system(.link(uplink: "central", isUp: chance.once(in: 2)))
      case 9:
        content = .system(
          .outcome(
            ActionOutcome(
              id: "abc123-1", rule: "r0", action: "run", target: "h", result: .failed, reason: "exit code 1")))
      case 10...17:
        content = .reading(
          device: "reefer", metric: "temperature", value: .number(Double(chance.number(-20...20)) / 4),
          quality: chance.once(in: 8) ? .bad : .good)
      case 18...19:
        content = .reading(device: "reefer", metric: "door", value: .boolean(chance.once(in: 2)), quality: .good)
      case 20:
        content = .reading(
          device: "reefer", metric: "mode", value: .text(chance.pick(["eco", "boost"])), quality: .good)
      case 21: content = .system(.tick)
      default:
        let distance =
          ((target.east - place.east) * (target.east - place.east)
          + (target.north - place.north) * (target.north - place.north)).squareRoot()
        if distance < 40 {
          target = chance.pick([
            (0, 0), (150, 0), (0, 200), (chance.fraction(-350...350), chance.fraction(-350...350)),
          ])
        }
        let pace = min(1, chance.fraction(2...40) / max(1, distance))
        place.east += (target.east - place.east) * pace + chance.fraction(-3...3)
        place.north += (target.north - place.north) * pace + chance.fraction(-3...3)
        content = Self.fix(place, time, &chance)
      }
      observations.append(Observation(time: .seconds(time), content: content))
    }
    self.observations = observations
    end = .seconds(time + 900)
  }

  private static func fix(_ place: (east: Double, north: Double), _ time: Double, _ chance: inout Chance)
    -> Observation.Content
  {
    let own = midnight + .seconds(time - (chance.once(in: 15) ? chance.fraction(0...9) : 0))
    let isJump = chance.once(in: 60)
    return .position(
      device: "gps",
      Position(
        latitude: 46.2044 + place.north / 111_153, longitude: 6.1432 + (isJump ? 90_000 : place.east) / 77_180,
        time: chance.once(in: 20) ? nil : own, speed: chance.fraction(0...20), course: chance.fraction(0...359),
        accuracy: chance.fraction(1...12)))
  }
}
