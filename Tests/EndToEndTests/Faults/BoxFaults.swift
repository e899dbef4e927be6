import Model

/// Somebody else takes all the room on the journal's disk, and gives it back.
///
/// While there is none, what is taken waits in memory: a kill meanwhile would cost it, which is another promise.
struct DiskFull: Fault {
  static let name = "disk full"
  static let holds: Set<Hold> = [.disk, .gateway, .files]
  let lasts: Double

  init(from random: inout Seeded, within seconds: Double) { lasts = random.next(1...max(2, min(20, seconds / 8))) }

  func isPossible(on road: Road) -> Bool { road.disk != nil }
  func begin(on road: Road) throws { try road.disk?.fill() }

  func end(on road: Road) throws {
    road.disk?.makeRoom()
    try Wait.until("the journal to be writable; \(road.gateway.child?.tail ?? "")", within: 120, every: 100) {
      let journal = try road.gateway.status()["status"]?["journal"]
      return journal != nil && journal?["error"] == nil && journal?["waiting_for_commit"]?.number == 0
    }
  }
}

/// The wall clock of gateway and gpsd is wrong, and nobody vouches for it; it is set right in the end.
struct WallClockWrong: Fault {
  static let name = "clock wrong"
  // What gpsd makes of a receiver's date where it is started under a wrong clock is another test's matter.
  static let holds: Set<Hold> = [.clock, .gpsd]
  let lasts: Double
  private let kind: WrongClock.Kind

  init(from random: inout Seeded, within seconds: Double) {
    kind = WrongClock.Kind.allCases[Int(random.next() % UInt64(WrongClock.Kind.allCases.count))]
    lasts = random.next(0.5...min(30, seconds / 6))
  }

  var description: String { "\(Self.name) for \(format(lasts)) s: \(kind)" }
  func isPossible(on road: Road) -> Bool { road.clock != nil }
  func begin(on road: Road) { if let clock = road.clock { WrongClock(clock: clock, kind: kind).begin() } }
  func end(on road: Road) { if let clock = road.clock { WrongClock(clock: clock, kind: kind).end() } }
}

/// The wall clock steps under the running gateway, and stays there.
struct WallClockStep: Fault {
  static let name = "clock stepped"
  static let holds: Set<Hold> = [.clock, .gpsd]
  private let seconds: Int64

  init(from random: inout Seeded, within length: Double) { seconds = Int64(random.next(-7200...7200)) }

  var description: String { "\(Self.name) by \(seconds) s" }
  func isPossible(on road: Road) -> Bool { road.clock != nil }
  func begin(on road: Road) { road.clock?.step(by: .seconds(Double(seconds))) }
}
