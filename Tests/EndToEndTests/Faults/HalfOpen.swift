/// The connection that is there is dead without a word, while new ones would work. It ends when the gateway has found out.
struct HalfOpen: Fault {
  static let name = "half-open"
  // A gateway that is killed meanwhile needn't find out.
  static let holds: Set<Hold> = [.link, .server, .gateway]
  static let weight = 2
  /// The gateway's limit for an answer is 20 s, and it waits up to 30 s before it comes again.
  let lasts = 22.0

  init(from random: inout Seeded, within seconds: Double) {}

  func begin(on road: Road) {
    road.connectionsBefore = road.link.connections
    road.link.deafen()
  }

  func end(on road: Road) throws {
    try Wait.until("the gateway to find out that nobody answers; \(road.gateway.child?.tail ?? "")", within: 180) {
      road.link.connections > road.connectionsBefore
    }
  }
}
