import Geo
import Model

@testable import Rules

/// A place to try engines at: metres east and north of a point in Geneva.
enum Scene {
  static let origin = Coordinate(latitude: 46.2044, longitude: 6.1432)
  static let midnight = Timestamp(milliseconds: 1_770_000_000_000)

  /// Good to a few centimetres within a few kilometres, by the ellipsoid's radii at this latitude.
  static func place(east: Double, north: Double) -> Coordinate {
    Coordinate(
      latitude: origin.latitude + north / 111_153.0, longitude: origin.longitude + east / 77_180.0)
  }

  static func circle(
    _ id: String = "depot", east: Double = 0, north: Double = 0, radius: Double = 100, tags: [String] = [],
    band: ZoneBand = ZoneBand()
  ) -> Zone {
    do {
      return Zone(
        id: id, tags: tags, shape: try .circle(center: place(east: east, north: north), radius: radius), band: band)
    } catch { preconditionFailure("\(error)") }
  }

  /// A zone from the corners of a rectangle, `hole` metres within it cut out.
  static func rectangle(
    _ id: String, west: Double, south: Double, east: Double, north: Double, tags: [String] = [],
    band: ZoneBand = ZoneBand()
  ) -> Zone {
    let corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    do {
      let polygon = try Polygon(rings: [corners.map { place(east: $0.0, north: $0.1) }])
      return Zone(id: id, tags: tags, shape: try .polygons([polygon]), band: band)
    } catch { preconditionFailure("\(error)") }
  }

  static let catalogue = SignalCatalogue(
    devices: [
      .init(name: "gps", givesPosition: true, staleAfter: .seconds(5)),
      .init(
        name: "reefer", givesPosition: false,
        metrics: [
          .init(name: "temperature", kind: .number, unit: "Cel"), .init(name: "door", kind: .boolean),
          .init(name: "mode", kind: .text),
        ], staleAfter: .seconds(10), isPaced: true),
    ], positionDevice: "gps")

  /// With a device that has actuators.
  static let withActuators: SignalCatalogue = {
    var more = catalogue
    more.devices.append(cab)
    return more
  }()

  static let cab = SignalCatalogue.Device(
    name: "cab", givesPosition: false,
    metrics: [
      .init(name: "buzzer", kind: .boolean, writing: .init()),
      .init(name: "setpoint", kind: .number, unit: "Cel", writing: .init(minimum: 5, maximum: 30)),
      .init(name: "fan", kind: .text, writing: .init(choices: [.text("off"), .text("low"), .text("high")])),
      .init(name: "horn", kind: .boolean, writing: .init(pulse: .milliseconds(500))),
    ], staleAfter: .seconds(10))

  static let visits = Rule(
    name: "visits", triggers: [.enter(.zone("depot")), .exit(.zone("depot"))], actions: [.geofenceEvent])

  static func rules(_ zones: [Zone], _ rules: [Rule] = [visits], reports: [ReportPolicy] = []) -> RuleSet {
    // Tests of pace have readings far apart.
    var catalogue = catalogue
    catalogue.devices[1].staleAfter = .days(1)
    return RuleSet(zones: zones, rules: rules, reports: reports, catalogue: catalogue)
  }

  static func engine(
    _ zones: [Zone] = [circle()], _ rules: [Rule] = [visits], reports: [ReportPolicy] = []
  ) -> RuleEngine {
    RuleEngine(rules: Scene.rules(zones, rules, reports: reports), engine: "abc123", state: [], time: .zero)
  }

  /// A fix `second` after midnight by its own time, which comes in `second` after the journal was made.
  static func fix(
    _ second: Double, east: Double, north: Double = 0, accuracy: Double? = 4, hasTime: Bool = true,
    ownSecond: Double? = nil, speed: Double? = nil, course: Double? = nil
  ) -> Observation {
    let place = place(east: east, north: north)
    return Observation(
      time: .seconds(second),
      content: .position(
        device: "gps",
        Position(
          latitude: place.latitude, longitude: place.longitude,
          time: hasTime ? midnight + .seconds(ownSecond ?? second) : nil, speed: speed, course: course,
          accuracy: accuracy)))
  }

  static func reading(_ second: Double, _ metric: String, _ value: Value?, _ quality: Quality = .good) -> Observation {
    Observation(
      time: .seconds(second), content: .reading(device: "reefer", metric: metric, value: value, quality: quality))
  }

  static func system(_ second: Double, _ content: SystemObservation) -> Observation {
    Observation(time: .seconds(second), content: .system(content))
  }
}

extension [Effect] {
  var records: [Record] {
    compactMap { if case .record(let record) = $0 { record } else { nil } }
  }

  var geofences: [GeofenceEvent] {
    records.compactMap { record in
      if case .event(let event) = record.body, case .geofence(let geofence) = event.content { geofence } else { nil }
    }
  }

  var events: [Event] {
    records.compactMap { if case .event(let event) = $0.body { event } else { nil } }
  }

  var eventRecords: [Record] {
    records.filter { if case .event = $0.body { true } else { false } }
  }

  var positions: [Record] { records.filter { $0.kind == .position } }
  var readings: [Record] { records.filter { $0.kind == .reading } }
}

extension Record {
  /// Seconds since midnight of the scene.
  var second: Double? { timestamp.map { ($0 - Scene.midnight).seconds } }
}

extension RuleEngine {
  mutating func run(_ observations: [Observation]) -> [Effect] { observations.flatMap { ingest($0) } }
}

/// SplitMix64 (Steele, Lea, Flood 2014): a seeded source of chance, the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
