import Geo
import Model

/// The states of all zones, and which of them a fix has to be compared with.
struct ZoneTracker: Sendable {
  let zones: [Zone]
  private(set) var states: [ZoneState]
  /// Zones whose state changed since the rows were last taken.
  var dirty: DirtyList
  /// Zones of which an expression may see something else since this was last taken.
  var changed = DirtyList(count: 0)
  let reaches: [ZoneReach]
  /// The distinct `lost_after`s, ascending; each is a timer.
  private var losses: [Loss]

  /// Zones near `anchor` and zones that are not settled, in file order. Derived from states and fixes only to save work:
  /// a zone that is left out is one that the fix would not change.
  private var active: [Int] = []
  private var anchor: Coordinate?

  private struct Loss {
    var after: Interval
    var zones: [Int]
    var due: EngineTime?
  }

  /// Degrees around the anchor for which `active` holds: a kilometre, a minute's drive.
  private static let anchorReach = 0.01

  /// One zone's change of side.
  struct ZoneChange: Hashable {
    var zone: Int
    var change: ZoneState.Change
  }

  init(_ zones: [Zone]) {
    self.zones = zones
    states = Array(repeating: ZoneState(), count: zones.count)
    dirty = DirtyList(count: zones.count)
    reaches = zones.map(ZoneReach.init)
    losses = []
    for after in Set(zones.map(\.band.lostAfter)).sorted() {
      losses.append(Loss(after: after, zones: zones.indices.filter { zones[$0].band.lostAfter == after }))
    }
  }

  /// The next moment at which zones become unknown for want of a fix.
  var nextDeadline: EngineTime? { losses.lazy.compactMap(\.due).min() }

  /// Restores one zone's state; before `resume`.
  mutating func restore(_ state: ZoneState, at index: Int) { states[index] = state }

  /// Starts the timers anew after states were restored. A timer that had fired fires again, and changes nothing then. Sides that
  /// came from another receiver than the one followed now count from `time`.
  mutating func resume(lastFixAt: EngineTime?, at time: EngineTime) {
    anchor = nil
    let lastFixAt = lastFixAt ?? (states.contains { $0.isKnown } ? time : nil)
    for index in losses.indices { losses[index].due = lastFixAt.map { $0 + losses[index].after } }
  }

  /// Takes an accepted fix and gives the zones that it shows to have changed, in file order.
  mutating func take(_ fix: Fix, previous: Fix?, error: Double, at time: EngineTime) -> [ZoneChange] {
    guard !zones.isEmpty else { return [] }
    for index in losses.indices { losses[index].due = time + losses[index].after }
    gatherActive(around: fix.coordinate)
    var changes: [ZoneChange] = []
    var unsettledFar = false
    for index in active {
      let isNear = reaches[index].holds(fix.coordinate, within: 0)
      if !isNear, states[index].isSettledOutside { continue }
      let zone = zones[index]
      let before = states[index]
      let sighting = ZoneState.Sighting(
        fix: fix, previous: previous, time: time,
        distance: isNear ? zone.shape.signedDistance(fix.coordinate, limit: zone.band.reach) : -.infinity,
        error: error)
      let change = states[index].take(sighting, band: zone.band, radius: zone.radius) { side in
        guard let previous else { return Crossing(at: fix, isGap: false) }
        return .between(previous, fix, into: side, of: zone)
      }
      if states[index] != before {
        dirty.mark(index)
        if states[index].side != before.side || states[index].isKnown != before.isKnown { changed.mark(index) }
      }
      if let change { changes.append(ZoneChange(zone: index, change: change)) }
      if !isNear { unsettledFar = true }
    }
    // Far zones stay in the list only until they are settled.
    if unsettledFar { anchor = nil }
    return changes
  }

  private mutating func gatherActive(around place: Coordinate) {
    if let anchor, abs(place.latitude - anchor.latitude) <= Self.anchorReach,
      abs(ZoneReach.wrapped(place.longitude - anchor.longitude)) <= Self.anchorReach
    {
      return
    }
    anchor = place
    active.removeAll(keepingCapacity: true)
    for index in zones.indices
    where !states[index].isSettledOutside || reaches[index].holds(place, within: Self.anchorReach) {
      active.append(index)
    }
  }

  /// Fires the timers that are due at `time` or before.
  mutating func lose(until time: EngineTime) {
    for index in losses.indices {
      guard let due = losses[index].due, due <= time else { continue }
      losses[index].due = nil
      for zone in losses[index].zones { lose(zone) }
    }
  }

  /// Nobody knows for how long the gateway was off: every zone is unknown, with its last side.
  mutating func loseAll() {
    for index in losses.indices { losses[index].due = nil }
    for zone in zones.indices { lose(zone) }
  }

  private mutating func lose(_ zone: Int) {
    let before = states[zone]
    states[zone].lose()
    if states[zone] != before {
      dirty.mark(zone)
      changed.mark(zone)
    }
    anchor = nil
  }
}
