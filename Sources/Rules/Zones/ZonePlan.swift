import Geo
import Model

/// What never changes about the zones of a rule set, worked out once when it is compiled: beside the old set and off the pipeline's thread, so that
/// a reload of a hundred thousand zones holds no fix up.
final class ZonePlan: Sendable {
  /// What decides how the state of a zone goes on that the vehicle is far from.
  struct Kind: Hashable, Comparable, Sendable {
    var lostAfter: Interval
    /// Metres per second.
    var maxSpeed: Double

    static func < (a: Kind, b: Kind) -> Bool {
      a.lostAfter != b.lostAfter ? a.lostAfter < b.lostAfter : a.maxSpeed < b.maxSpeed
    }
  }

  /// In the order of the files.
  let zones: [Zone]
  let index: ZoneIndex
  /// Ascending.
  let kinds: [Kind]
  /// By zone: which of the kinds.
  let kindOf: [Int32]
  /// The distinct `lost_after`s, ascending; each is a timer.
  let losses: [Interval]
  /// By zone: tells its id and geometry from any other.
  let identities: [UInt64]
  /// The zones in the order of their identities.
  let byIdentity: [Int32]
  /// Metres from a zone's border beyond which no zone's state depends on the distance.
  let widestReach: Double
  private let indices: [String: Int]
  private let tagged: [String: [Int]]

  init(_ zones: [Zone]) {
    self.zones = zones
    index = ZoneIndex(zones.map(\.shape))
    let kinds = Set(zones.map(\.kind)).sorted()
    self.kinds = kinds
    let numbers = Dictionary(uniqueKeysWithValues: kinds.enumerated().map { ($1, Int32($0)) })
    kindOf = zones.map { numbers[$0.kind] ?? 0 }
    losses = Set(kinds.map(\.lostAfter)).sorted()
    let identities = zones.map(\.identity)
    self.identities = identities
    byIdentity = zones.indices.map { Int32($0) }.sorted {
      (identities[Int($0)], $0) < (identities[Int($1)], $1)
    }
    widestReach = zones.reduce(0) { max($0, $1.band.reach) }
    indices = Dictionary(zones.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    var tagged: [String: [Int]] = [:]
    for (index, zone) in zones.enumerated() {
      for tag in zone.tags where tagged[tag]?.last != index { tagged[tag, default: []].append(index) }
    }
    self.tagged = tagged
  }

  /// The zone's place in the list.
  func index(of id: String) -> Int? { indices[id] }

  /// The places of those that a selector means, ascending.
  func zones(selectedBy selector: ZoneSelector) -> [Int] {
    switch selector {
    case .zone(let id): indices[id].map { [$0] } ?? []
    case .tag(let tag): tagged[tag] ?? []
    }
  }
}

extension Zone {
  fileprivate var kind: ZonePlan.Kind { ZonePlan.Kind(lostAfter: band.lostAfter, maxSpeed: band.maxSpeed) }

  /// Zones of different ids or geometries have different ones, but for one chance in 10¹⁹ for each two.
  fileprivate var identity: UInt64 {
    var fingerprint = Fingerprint()
    fingerprint.add(id)
    fingerprint.add(geometry)
    // FNV leaves the highest bits poorly mixed, by which members are shared out (SplitMix64's finalizer).
    var mixed = fingerprint.value
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
