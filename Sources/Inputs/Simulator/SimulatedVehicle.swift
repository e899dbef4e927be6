import Geo
import Glibc
import Model

/// A vehicle on a line, and its receiver, in virtual time: the same seed gives the same drive, to the last bit.
///
/// It accelerates, keeps a speed that wavers with the traffic, slows down for bends, stops at the end, waits, and turns round, or begins again
/// where the line is a loop. It never ends.
struct SimulatedVehicle: Sendable {
  struct Settings: Sendable {
    /// The name that the observations carry.
    var device: String
    /// Time between fixes.
    var every: Interval = .seconds(1)
    /// What the driver would like to drive, m/s.
    var speed: Double = 50 / 3.6
    var seed: UInt64 = 1
    /// UTC at the beginning.
    var start: Timestamp
  }

  private let path: VehiclePath
  private let settings: Settings
  private var random: SeededRandom
  private var traffic: GaussMarkov
  private var receiver: SimulatedReceiver
  private var ticks: Int64 = 0
  private var now = 0.0
  private var hasFix = true

  /// Metres from the line's beginning; the truth, for tests.
  private(set) var distance = 0.0
  /// m/s.
  private(set) var speed = 0.0
  private(set) var isForward = true
  private var waitsUntil: Double

  /// m/s².
  static let acceleration = 1.2
  /// Seconds of a step of the motion.
  private static let step = 0.25

  init(_ path: VehiclePath, _ settings: Settings) {
    self.path = path
    self.settings = settings
    random = SeededRandom(seed: settings.seed)
    traffic = GaussMarkov(correlation: 60, deviation: 0.08, &random)
    receiver = SimulatedReceiver(seed: settings.seed ^ 0x5DEE_CE66_D1CE_4E5B)
    waitsUntil = random.between(3, 10)
  }

  /// Where the vehicle really is.
  var place: Coordinate { path.place(at: distance).place }

  /// The next thing that the receiver says: a fix at each multiple of `every`, or that it has lost it, once.
  mutating func next() -> TrackPoint {
    while true {
      let offset = Interval(nanoseconds: settings.every.nanoseconds &* ticks)
      if ticks > 0 { drive(settings.every.seconds) }
      ticks += 1
      if let content = observe(offset) { return TrackPoint(offset: offset, content: content) }
    }
  }

  private mutating func observe(_ offset: Interval) -> Observation.Content? {
    let (place, bearing) = path.place(at: distance)
    // A gentle land of hills 60 m high, two kilometres apart.
    let altitude = 400 + 30 * sin(distance / 320)
    let fix = receiver.fix(
      at: place, speed: speed, course: isForward ? bearing : bearing + 180, altitude: altitude,
      time: settings.start + offset)
    defer { hasFix = fix != nil }
    if let fix { return .position(device: settings.device, fix) }
    return hasFix ? .positionLost(device: settings.device) : nil
  }

  private mutating func drive(_ seconds: Double) {
    let steps = max(1, (seconds / Self.step).rounded(.up))
    for _ in 0..<Int(steps) { move(seconds / steps) }
  }

  private mutating func move(_ seconds: Double) {
    now += seconds
    receiver.step(seconds)
    traffic.step(seconds, &random)
    guard now >= waitsUntil else { return }
    let end = isForward ? path.length : 0
    let wish = settings.speed * max(0.6, min(1.1, 1 + traffic.value))
    // The creeping pace brings it to the very end, where the allowed speed goes to 0.
    let target = min(wish, max(0.5, path.allowedSpeed(at: distance, isForward: isForward)))
    speed = max(speed - 2 * VehiclePath.braking * seconds, min(speed + Self.acceleration * seconds, target))
    let left = abs(end - distance)
    let step = speed * seconds
    if step < left {
      distance += isForward ? step : -step
      return
    }
    arrive(at: end)
  }

  private mutating func arrive(at end: Double) {
    speed = 0
    waitsUntil = now + random.between(20, 60)
    if path.isLoop {
      distance = 0
    } else {
      distance = end
      isForward.toggle()
    }
  }
}
