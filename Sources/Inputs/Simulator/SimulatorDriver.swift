public import Config
public import Geo
public import Model

/// `driver: simulator`: a vehicle on a line, with a receiver that errs as real ones do.
///
/// ```yaml
/// gps:
///   driver: simulator
///   track: route.gpx                       # any recorded drive, for its line; beside this file
///   waypoints: [[6.14, 46.20], [6.15, 46.21]]   # or these: longitude, latitude
///   every: 1 s
///   speed: 50 km/h
///   seed: 1                                # the same seed, the same drive
/// reefer:
///   driver: simulator
///   metrics:                               # or sensors instead of a receiver
///     temperature: { from: -20, to: -8, over: 10 min, unit: Cel }
///     door: { values: [false, false, true], over: 1 min }
///     buzzer: { values: [false], writable: true }          # keeps what a rule writes to it
/// ```
public enum SimulatorDriver: Driver {
  public static let name = "simulator"

  public static func configure(
    device: String, _ mapping: inout MappingReader, profiles: ProfileLibrary, diagnostics: inout Diagnostics
  ) -> ConfiguredDevice? {
    var found = Diagnostics()
    let metrics = mapping.entry("metrics").flatMap { $0.value.isNull ? nil : $0 }
    let sensors = metrics.flatMap { self.sensors($0.value, diagnostics: &found) }
    let line = line(&mapping, isRequired: metrics == nil, diagnostics: &found)
    let every = mapping.optional("every").flatMap {
      $0.interval("`every`", in: .milliseconds(100) ... .hours(1), diagnostics: &found)
    }
    let speed = mapping.optional("speed").flatMap {
      $0.speed("`speed`", in: (1 / 3.6)...(300 / 3.6), diagnostics: &found)
    }
    let seed = mapping.optional("seed").flatMap { $0.integer("`seed`", in: 0...Int.max, diagnostics: &found) }
    if let metrics, line != nil {
      found.error(
        "either-or", "a simulator is a receiver or has `metrics`", at: metrics.key.span, help: "make two devices of it")
    }
    diagnostics.append(contentsOf: found)
    guard !found.hasErrors else { return nil }
    let interval = every ?? .seconds(1)
    if let sensors { return self.device(device, sensors, every: interval) }
    guard let line else { return nil }
    return ConfiguredDevice(
      declaration: SignalCatalogue.Device(
        name: device, givesPosition: true, staleAfter: max(.seconds(5), Interval(nanoseconds: 3 * interval.nanoseconds))
      ),
      input: SimulatorInput(
        device: device, line: line, every: interval, speed: speed ?? 50 / 3.6, seed: UInt64(seed ?? 1)))
  }

  private static func device(_ name: String, _ sensors: [SimulatedSensor], every: Interval) -> ConfiguredDevice {
    ConfiguredDevice(
      declaration: SignalCatalogue.Device(
        name: name, givesPosition: false,
        metrics: sensors.map { .init(name: $0.metric, kind: $0.kind, unit: $0.unit, writing: $0.writing) },
        staleAfter: max(.seconds(10), Interval(nanoseconds: 3 * every.nanoseconds)), isPaced: true),
      input: SimulatedSensorsInput(device: name, sensors: sensors, every: every))
  }

  private static func line(
    _ mapping: inout MappingReader, isRequired: Bool, diagnostics: inout Diagnostics
  ) -> SimulatorInput.Line? {
    let (track, waypoints) = (mapping.optional("track"), mapping.optional("waypoints"))
    switch (track, waypoints) {
    case (let track?, nil):
      return track.string("`track`", diagnostics: &diagnostics).map {
        .track(Playback.path($0, beside: track.span.file))
      }
    case (nil, let waypoints?):
      guard let places = self.waypoints(waypoints, diagnostics: &diagnostics) else { return nil }
      if VehiclePath(places) != nil { return .waypoints(places) }
      diagnostics.error(
        "short-line", "`waypoints` must lie at least 20 m apart", at: waypoints.span,
        help: "give the vehicle a line to drive along")
    case (nil, nil):
      guard isRequired else { return nil }
      diagnostics.error(
        "missing-key", "a simulator needs the key `track`, `waypoints` or `metrics`", at: mapping.span,
        help: "add `waypoints: [[6.14, 46.20], [6.15, 46.21]]`, longitude first")
    case (_?, let waypoints?):
      diagnostics.error(
        "either-or", "a simulator has either `track` or `waypoints`", at: waypoints.span, help: "delete one of the two")
    }
    return nil
  }

  private static func waypoints(_ node: YAMLNode, diagnostics: inout Diagnostics) -> [Coordinate]? {
    guard let items = node.sequence("`waypoints`", count: 2...10_000, diagnostics: &diagnostics) else { return nil }
    let places = items.compactMap { item -> Coordinate? in
      guard let pair = item.sequence("a waypoint", count: 2...2, diagnostics: &diagnostics) else { return nil }
      let longitude = pair[0].number("a longitude", in: -180...180, diagnostics: &diagnostics)
      if let longitude, abs(longitude) <= 90, let text = pair[1].scalar?.text, let value = Double(text),
        abs(value) > 90, abs(value) <= 180
      {
        diagnostics.error(
          "out-of-range", "a latitude must be from -90 to 90, and this is \(pair[1].description)", at: pair[1].span,
          help: "longitude stands first, then latitude; are they swapped?")
        return nil
      }
      let latitude = pair[1].number("a latitude", in: -90...90, diagnostics: &diagnostics)
      guard let longitude, let latitude else { return nil }
      return Coordinate(latitude: latitude, longitude: longitude)
    }
    return places.count == items.count ? places : nil
  }
}

/// Drives the simulated vehicle in real time. Its fixes carry the wall clock's time, as a receiver's would.
public struct SimulatorInput: Input {
  /// Where it drives along.
  public enum Line: Hashable, Sendable {
    /// A file with a recorded drive.
    case track(String)
    case waypoints([Coordinate])
  }

  public let device: String
  public let line: Line
  /// Time between fixes.
  public let every: Interval
  /// Metres per second.
  public let speed: Double
  public let seed: UInt64

  public init(device: String, line: Line, every: Interval = .seconds(1), speed: Double = 50 / 3.6, seed: UInt64 = 1) {
    self.device = device
    self.line = line
    self.every = every
    self.speed = speed
    self.seed = seed
  }

  public func run(into sink: any ObservationSink) async throws {
    let playback = Playback(device: device, sink: sink)
    let places: [Coordinate]
    switch line {
    case .waypoints(let given): places = given
    case .track(let file):
      guard let track = await playback.track(at: file, label: "waypost.simulator") else { return }
      places = track.positions.filter(\.isUsable).map { Coordinate(latitude: $0.latitude, longitude: $0.longitude) }
    }
    guard let path = VehiclePath(places) else {
      sink.submit(.now(.device(name: device, isUp: false, reason: "short_line")))
      return
    }
    var vehicle = SimulatedVehicle(
      path,
      SimulatedVehicle.Settings(device: device, every: every, speed: speed, seed: seed, start: Playback.wallClock))
    await playback.run { vehicle.next() }
  }
}
