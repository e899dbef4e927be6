/// The link as proxies and modems break it: connections are reset, or stand still one way, or lose what goes one way or both.
struct LinkDown: Fault {
  static let name = "link down"
  static let holds: Set<Hold> = [.link]
  static let weight = 3
  let lasts: Double
  private let link: TCPProxy.Link
  private let kind: String

  private static let kinds: [(String, TCPProxy.Link)] = [
    ("reset", .cut), ("stands still to the server", .stall([.toServer])),
    ("stands still to the gateway", .stall([.toClient])), ("loses what goes to the server", .swallow([.toServer])),
    ("loses what goes to the gateway", .swallow([.toClient])), ("loses all", .swallow([.toServer, .toClient])),
  ]

  init(from random: inout Seeded, within seconds: Double) {
    (kind, link) = Self.kinds[Int(random.next() % UInt64(Self.kinds.count))]
    lasts = random.next(0.1...min(25, seconds / 8))
  }

  var description: String { "\(Self.name) for \(format(lasts)) s: \(kind)" }
  func begin(on road: Road) { road.link.set(link) }
  func end(on road: Road) { road.link.restore() }
}

/// No link for longer than an uplink with tight bounds keeps what waits, and than the minute between two looks at that.
struct LongOutage: Fault {
  static let name = "long outage"
  static let holds: Set<Hold> = [.link]
  let lasts: Double

  init(from random: inout Seeded, within seconds: Double) { lasts = random.next(155...170) }

  func begin(on road: Road) { road.link.set(.cut) }
  func end(on road: Road) { road.link.restore() }
}
