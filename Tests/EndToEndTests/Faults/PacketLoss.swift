/// Packets of the link are dropped by the kernel, one way or both, in the network namespace that the road is in: no reset, no farewell, and
/// TCP's own retransmission when it is over.
struct PacketLoss: Fault {
  static let name = "packets dropped"
  static let holds: Set<Hold> = [.link]
  static let weight = 2
  let lasts: Double
  private let directions: [TCPProxy.Direction]

  init(from random: inout Seeded, within seconds: Double) {
    directions = [[.toServer], [.toClient], [.toServer, .toClient]][Int(random.next() % 3)]
    lasts = random.next(0.2...min(40, seconds / 6))
  }

  var description: String {
    "\(Self.name) for \(format(lasts)) s: \(directions.map { "\($0)" }.joined(separator: " and "))"
  }
  func isPossible(on road: Road) -> Bool { road.filter != nil }

  func begin(on road: Road) throws {
    for direction in directions { try road.filter?.drop(direction, port: road.link.port) }
  }

  func end(on road: Road) throws { try road.filter?.passAll() }
}
