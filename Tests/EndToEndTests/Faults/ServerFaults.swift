/// The server is ended and comes back with all that it knew: mosquitto with its sessions; one that keeps each record before it answers by
/// SIGKILL, at any moment.
struct ServerRestart: Fault {
  static let name = "server restart"
  static let holds: Set<Hold> = [.server]
  static let weight = 2
  let lasts: Double

  init(from random: inout Seeded, within seconds: Double) { lasts = random.next(0...min(10, seconds / 10)) }

  func begin(on road: Road) throws {
    // One that answers for what it has only read would lose that with its process.
    if !road.receiver.answersForRecords { road.link.set(.cut) }
    try road.receiver.stop()
  }

  func end(on road: Road) throws {
    try road.receiver.start()
    if !road.receiver.answersForRecords { road.link.restore() }
  }
}

/// The server forgets who was connected. The link goes first: what mosquitto has answered for and not passed on would be gone.
struct SessionLoss: Fault {
  static let name = "session lost"
  static let holds: Set<Hold> = [.server, .link]
  let lasts: Double

  init(from random: inout Seeded, within seconds: Double) { lasts = random.next(0...min(5, seconds / 10)) }

  func begin(on road: Road) throws {
    road.link.set(.cut)
    try road.receiver.stopForgetting()
  }

  func end(on road: Road) throws {
    try road.receiver.start()
    road.link.restore()
  }
}

/// One answer a second.
struct SlowAnswers: Fault {
  static let name = "one answer a second"
  static let holds: Set<Hold> = [.server]
  let lasts: Double

  init(from random: inout Seeded, within seconds: Double) { lasts = random.next(1...max(2, min(20, seconds / 5))) }

  func begin(on road: Road) throws { try road.receiver.pace(1) }
  func end(on road: Road) throws { try road.receiver.pace(nil) }
}

/// Every fortieth number is refused if it is a position's, as often as it comes.
struct Poison: Fault {
  static let name = "poison refused"
  static let holds: Set<Hold> = [.server]
  static let weight = 2
  let lasts: Double

  init(from random: inout Seeded, within seconds: Double) { lasts = random.next(3...max(4, min(15, seconds / 4))) }

  /// Who only reads refuses nothing.
  func isPossible(on road: Road) -> Bool { road.receiver.answersForRecords }
  func begin(on road: Road) throws { try road.receiver.refuse(true) }
  func end(on road: Road) throws { try road.receiver.refuse(false) }
}
