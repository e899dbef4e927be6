import Geo
import Model

/// Makes of where a vehicle is what a receiver would say: errors that stay for tens of seconds, worse between houses, none in a tunnel.
struct SimulatedReceiver: Sendable {
  private var random: SeededRandom
  /// In units of the deviation that the dilution gives.
  private var east: GaussMarkov
  private var north: GaussMarkov
  private var up: GaussMarkov
  private var sky: GaussMarkov
  /// 1 in the open, up to 3 where the sky is obstructed; goes over slowly.
  private var obstruction = 1.0
  private var obstructedUntil = 0.0
  private var nextObstruction: Double
  private var lostUntil = 0.0
  private var nextLoss: Double
  private var now = 0.0

  /// Metres along each axis at a dilution of 1. With `correlation` it is what phone and vehicle receivers show against survey-grade truth.
  static let deviation = 1.8
  static let correlation = 30.0
  /// Seconds between obstructions and between losses, on average.
  private static let obstructionEvery = 300.0
  private static let lossEvery = 1200.0

  init(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    east = GaussMarkov(correlation: Self.correlation, deviation: 1, &random)
    north = GaussMarkov(correlation: Self.correlation, deviation: 1, &random)
    up = GaussMarkov(correlation: 60, deviation: 1, &random)
    sky = GaussMarkov(correlation: 180, deviation: 0.15, &random)
    nextObstruction = random.exponential(mean: Self.obstructionEvery)
    nextLoss = random.exponential(mean: Self.lossEvery)
    self.random = random
  }

  /// Lets time pass, seconds.
  mutating func step(_ seconds: Double) {
    now += seconds
    east.step(seconds, &random)
    north.step(seconds, &random)
    up.step(seconds, &random)
    sky.step(seconds, &random)
    if now >= nextObstruction {
      obstructedUntil = now + random.between(20, 90)
      nextObstruction = obstructedUntil + random.exponential(mean: Self.obstructionEvery)
    }
    if now >= nextLoss {
      lostUntil = now + random.between(5, 40)
      nextLoss = lostUntil + random.exponential(mean: Self.lossEvery)
    }
    let target = now < obstructedUntil ? 3.0 : 1.0
    obstruction += (target - obstruction) * min(1, seconds / 5)
  }

  /// The fix at a true place; `nil` while there is none. `speed` m/s, `course` degrees, `altitude` metres.
  mutating func fix(at place: Coordinate, speed: Double, course: Double, altitude: Double, time: Timestamp) -> Position?
  {
    // Drawn before anything is decided, so that the numbers after a loss don't depend on it.
    let (white1, white2, white3, white4) = (random.normal(), random.normal(), random.normal(), random.normal())
    guard now >= lostUntil else { return nil }
    let hdop = max(0.5, 0.8 * (1 + sky.value)) * obstruction
    let deviation = Self.deviation * hdop
    let metresNorth = deviation * north.value + 0.2 * white1
    let metresEast = deviation * east.value + 0.2 * white2
    // A hundred and eleven kilometres a degree serve for an error of a few metres.
    let perDegree = 111_200.0
    let across = max(
      0.01,
      Geodesic.localDistance(place, Coordinate(latitude: place.latitude, longitude: place.longitude + 0.001)) * 1000)
    let seen = max(0, speed + 0.08 * white3)
    let isMoving = seen > 0.5
    return Position(
      latitude: max(-90, min(90, (place.latitude + metresNorth / perDegree).rounded(places: 7))),
      longitude: (place.longitude + metresEast / across).remainder(dividingBy: 360).rounded(places: 7),
      mode: .threeD, time: time,
      altitude: (altitude + 2 * deviation * up.value).rounded(places: 1),
      speed: isMoving ? seen.rounded(places: 2) : 0,
      // Standing, a receiver's course is noise, and a good one says none.
      course: isMoving ? Self.direction((course + 4 / seen * white4).rounded(places: 1)) : nil,
      accuracy: (deviation * 2.0.squareRoot()).rounded(places: 2), hdop: hdop.rounded(places: 2),
      satellites: max(4, min(20, Int((16 - 4 * hdop).rounded()))))
  }

  private static func direction(_ degrees: Double) -> Double {
    let turned = degrees.truncatingRemainder(dividingBy: 360)
    return turned < 0 ? turned + 360 : turned
  }
}

extension Double {
  fileprivate func rounded(places: Int) -> Double {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    return (self * scale).rounded() / scale
  }
}
