/// SIGKILL to the gateway; it is started again after a while.
struct Kill: Fault {
  static let name = "kill -9"
  static let holds: Set<Hold> = [.gateway]
  static let weight = 9
  let lasts: Double

  init(from random: inout Seeded, within seconds: Double) { lasts = random.next(0...1.5) }

  func begin(on road: Road) throws { try road.killGateway() }
  func end(on road: Road) throws { try road.startGateway() }
}
