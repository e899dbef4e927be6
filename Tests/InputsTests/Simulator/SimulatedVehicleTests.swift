import Geo
import Model
import Testing

@testable import Inputs

@Suite struct SimulatedVehicleTests {
  static let start = Timestamp(rfc3339: "2026-02-05T12:00:00Z")!
  /// Some 4.5 km with two right angles.
  static let line = [(46.20, 6.10), (46.20, 6.12), (46.215, 6.12), (46.215, 6.135)].map {
    Coordinate(latitude: $0.0, longitude: $0.1)
  }
  static let square = [(46.20, 6.10), (46.20, 6.11), (46.21, 6.11), (46.21, 6.10), (46.20, 6.10)].map {
    Coordinate(latitude: $0.0, longitude: $0.1)
  }

  static func vehicle(_ places: [Coordinate] = line, seed: UInt64 = 1, every: Interval = .seconds(1)) throws
    -> SimulatedVehicle
  {
    SimulatedVehicle(
      try #require(VehiclePath(places)),
      SimulatedVehicle.Settings(device: "gps", every: every, speed: 50 / 3.6, seed: seed, start: start))
  }

  @Test func theSameSeedGivesTheSameDriveAndAnotherAnother() throws {
    var (a, b, c) = try (Self.vehicle(seed: 5), Self.vehicle(seed: 5), Self.vehicle(seed: 6))
    var differs = false
    for _ in 0..<3_000 {
      let (x, y, z) = (a.next(), b.next(), c.next())
      #expect(x == y)
      differs = differs || x != z
    }
    #expect(differs)
  }

  @Test func itKeepsToWhatAVehicleCanDo() throws {
    var vehicle = try Self.vehicle()
    var speed = 0.0
    var stops = 0
    var farthest = 0.0
    for _ in 0..<4_000 {
      _ = vehicle.next()
      #expect(vehicle.speed >= 0 && vehicle.speed <= 50 / 3.6 * 1.11)
      // To a standstill it comes from a creeping pace.
      let change = vehicle.speed - speed
      #expect(change <= 1.25 && change >= -3.1, "\(change)")
      if vehicle.speed == 0, speed > 0 { stops += 1 }
      speed = vehicle.speed
      farthest = max(farthest, vehicle.distance)
    }
    let length = try #require(VehiclePath(Self.line)).length
    #expect(farthest == length)
    #expect(stops >= 4, "it turns round at both ends")
  }

  @Test func itSlowsDownForABend() throws {
    // Two right angles between streets; the last is long enough for all the speed that the driver likes.
    let corners = [(46.2, 6.1), (46.2, 6.1005), (46.2004, 6.1005), (46.2004, 6.11)].map {
      Coordinate(latitude: $0.0, longitude: $0.1)
    }
    let path = try #require(VehiclePath(corners))
    let first = Geodesic.distance(corners[0], corners[1])
    let second = first + Geodesic.distance(corners[1], corners[2])
    // On the arc that touches both sides, of half the shorter side as its radius, at 2 m/s².
    let atCorner = first.squareRoot()
    for forward in [true, false] {
      // Behind the corner it may drive faster again, so one looks just before.
      let before = forward ? first - 0.01 : first + 0.01
      #expect(abs(path.allowedSpeed(at: before, isForward: forward) - atCorner) < 0.01)
      #expect(path.allowedSpeed(at: forward ? first - 20 : first + 20, isForward: forward) > atCorner)
    }
    var vehicle = try Self.vehicle(corners, every: .milliseconds(250))
    var passed: [Double] = []
    var fastest = 0.0
    var last = 0.0
    while vehicle.isForward {
      _ = vehicle.next()
      for corner in [first, second] where last < corner && vehicle.distance >= corner { passed.append(vehicle.speed) }
      last = vehicle.distance
      fastest = max(fastest, vehicle.speed)
    }
    #expect(fastest > 11)
    // It decides four times a second: up to 1.7 m before the corner, where 0.4 m/s more may still be braked away.
    #expect(passed.count == 2)
    for (speed, allowed) in zip(passed, [atCorner, (second - first).squareRoot()]) {
      #expect(speed > 4 && speed < allowed + 0.4)
    }
  }

  @Test func aLoopBeginsAgainWhereItEnds() throws {
    var vehicle = try Self.vehicle(Self.square)
    var rounds = 0
    var last = 0.0
    for _ in 0..<2_000 {
      _ = vehicle.next()
      if vehicle.distance < last { rounds += 1 }
      #expect(vehicle.isForward)
      last = vehicle.distance
    }
    #expect(rounds >= 3)
  }

  @Test func itsReceiverErrsAsReceiversDo() throws {
    var vehicle = try Self.vehicle()
    var errors: [(north: Double, time: Double)] = []
    var lost = 0
    var positions = 0
    var squares = 0.0
    for _ in 0..<20_000 {
      let point = vehicle.next()
      guard case .position(_, let position) = point.content else {
        lost += 1
        continue
      }
      positions += 1
      #expect(position.isUsable && position.time == Self.start + point.offset)
      let truth = vehicle.place
      let apart = Geodesic.distance(truth, Coordinate(latitude: position.latitude, longitude: position.longitude))
      #expect(apart < 50)
      squares += apart * apart
      errors.append(((position.latitude - truth.latitude) * 111_200, point.offset.seconds))
      let (hdop, satellites) = try (#require(position.hdop), #require(position.satellites))
      #expect((0.5...6).contains(hdop) && (4...20).contains(satellites))
    }
    #expect(lost >= 5 && lost < 60, "\(lost) losses in \(positions) s")
    let rms = (squares / Double(positions)).squareRoot()
    #expect(rms > 1 && rms < 6, "\(rms)")
    // Neighbours err alike, fixes five minutes apart don't.
    func correlation(_ lag: Int) -> Double {
      var (sum, square) = (0.0, 0.0)
      for index in 0..<(errors.count - lag) {
        sum += errors[index].north * errors[index + lag].north
        square += errors[index].north * errors[index].north
      }
      return sum / square
    }
    #expect(correlation(1) > 0.9)
    #expect(abs(correlation(300)) < 0.25)
  }

  @Test func aSlowReceiverSeesTheSameVehicle() throws {
    var vehicle = try Self.vehicle(every: .seconds(10))
    var offsets: [Double] = []
    for _ in 0..<50 { offsets.append(vehicle.next().offset.seconds) }
    #expect(zip(offsets, offsets.dropFirst()).allSatisfy { $1 - $0 >= 10 })
  }

  @Test func aPathOfOnePlaceIsNone() {
    #expect(VehiclePath([]) == nil)
    #expect(VehiclePath([Self.line[0]]) == nil)
    #expect(VehiclePath(Array(repeating: Self.line[0], count: 9)) == nil)
  }

  @Test func theInputDrivesUntilItIsCancelled() async throws {
    let list = ArrivalList()
    let input = SimulatorInput(device: "gps", line: .waypoints(Self.line), every: .milliseconds(100))
    let task = Task { try await input.run(into: list) }
    await list.wait(for: 3)
    task.cancel()
    try await task.value
    let contents = list.contents
    #expect(contents.first == .device(name: "gps", isUp: true, reason: nil))
    guard case .position("gps", let first) = contents[1], case .position("gps", let second) = contents[2] else {
      Issue.record("no positions: \(contents)")
      return
    }
    #expect(second.time.map { $0 - (first.time ?? $0) } == .milliseconds(100))
  }
}
