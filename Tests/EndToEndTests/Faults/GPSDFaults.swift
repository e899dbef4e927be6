/// gpsd dies and comes back; the receiver behind it goes on.
struct GPSDRestart: Fault {
  static let name = "gpsd restart"
  static let holds: Set<Hold> = [.gpsd]
  let lasts: Double

  init(from random: inout Seeded, within seconds: Double) { lasts = random.next(0...min(8, seconds / 10)) }

  func begin(on road: Road) {
    road.excuse(from: .now + -0.5)
    road.feed.killGPSD()
  }

  func end(on road: Road) throws {
    try road.feed.startGPSD()
    road.endExcuse()
  }
}

/// The receiver repeats its last fix, or falls silent, and gpsd says nothing of it.
struct FrozenFix: Fault {
  static let name = "frozen fix"
  static let holds: Set<Hold> = [.gpsd]
  let lasts: Double
  private let isSilent: Bool

  init(from random: inout Seeded, within seconds: Double) {
    isSilent = random.next() % 2 == 0
    lasts = random.next(0.5...min(20, seconds / 6))
  }

  var description: String { "\(isSilent ? "silent receiver" : Self.name) for \(format(lasts)) s" }

  func begin(on road: Road) {
    if isSilent { road.feed.pause() } else { road.feed.freeze(true) }
  }

  func end(on road: Road) {
    if isSilent { road.feed.start() } else { road.feed.freeze(false) }
  }
}
