import Geo
public import Model

extension RuleTest {
  /// Everything that happens, in the order of time, as the engine gets it on the road.
  /// - Parameters:
  ///   - track: the recorded drive that the test names: what was read how long after its beginning.
  ///   - catalogue: for the device that a drive is of.
  public func timeline(track: [(at: Interval, content: Observation.Content)], catalogue: SignalCatalogue)
    -> [Observation]
  {
    var happenings = track.map { Happening(at: $0.at, content: $0.content) } + self.happenings
    happenings += driven(device: catalogue.positionDevice ?? "gps")
    for script in signals { happenings += readings(of: script, until: max(end, track.last?.at ?? .zero)) }
    // Stable: what happens at one instant stays in this order, drive first.
    let sorted = happenings.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
    var timeline = [Observation(time: .zero, content: .system(.start(downtime: .zero)))]
    if let start = start ?? firstTime(of: track) {
      timeline.append(Observation(time: .zero, content: .system(.clock(utcAtZero: start))))
    }
    timeline += sorted.map { Observation(time: .zero + $0.element.at, content: $0.element.content) }
    return timeline
  }

  /// UTC at the test's beginning, by the first fix that tells it.
  private func firstTime(of track: [(at: Interval, content: Observation.Content)]) -> Timestamp? {
    for (at, content) in track {
      if case .position(_, let position) = content, let time = position.time {
        return time + Interval(nanoseconds: -at.nanoseconds)
      }
    }
    return nil
  }

  /// A fix each second between the stops, with the speed and course that come of them and a good receiver's accuracy.
  private func driven(device: String) -> [Happening] {
    guard let first = drive.first, let last = drive.last else { return [] }
    var fixes: [Happening] = []
    var leg = 0
    var at = first.at
    while at <= last.at {
      while leg + 2 < drive.count, drive[leg + 1].at <= at { leg += 1 }
      let a = drive[leg]
      let b = leg + 1 < drive.count ? drive[leg + 1] : a
      let length = b.at.nanoseconds - a.at.nanoseconds
      let share = length > 0 ? Double(at.nanoseconds - a.at.nanoseconds) / Double(length) : 0
      let (from, to) = (
        Coordinate(latitude: a.latitude, longitude: a.longitude),
        Coordinate(latitude: b.latitude, longitude: b.longitude)
      )
      let speed = length > 0 ? Geodesic.distance(from, to) / (Double(length) / 1e9) : 0
      fixes.append(
        Happening(
          at: at,
          content: .position(
            device: device,
            Position(
              latitude: a.latitude + (b.latitude - a.latitude) * share,
              longitude: a.longitude + (b.longitude - a.longitude) * share, time: start.map { $0 + at }, speed: speed,
              course: speed > 0.5 ? Geodesic.initialBearing(from, to) : nil, accuracy: 3, satellites: 10))))
      at.nanoseconds += 1_000_000_000
    }
    return fixes
  }

  private func readings(of script: Script, until end: Interval) -> [Happening] {
    var readings: [Happening] = []
    for (index, step) in script.steps.enumerated() {
      let until =
        index + 1 < script.steps.count
        ? script.steps[index + 1].at : Interval(nanoseconds: end.nanoseconds + 1_000_000_000)
      var at = step.at
      while at < until {
        switch step.reading {
        case .silent: break
        case .bad:
          readings.append(
            Happening(
              at: at, content: .reading(device: script.device, metric: script.metric, value: nil, quality: .bad)))
        case .value(let value):
          readings.append(
            Happening(
              at: at, content: .reading(device: script.device, metric: script.metric, value: value, quality: .good)))
        }
        if step.reading == .silent { break }
        at.nanoseconds += 1_000_000_000
      }
    }
    return readings
  }
}
