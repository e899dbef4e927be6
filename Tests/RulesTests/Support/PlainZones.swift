import Geo
import Model

@testable import Rules

/// The states of zones as plainly as they can be kept: every fix is shown to every zone, and every zone has a state of its own. What `ZoneTracker`
/// does with less work must come to the same.
struct PlainZones {
  private(set) var zones: [Zone]
  private(set) var states: [ZoneState]
  /// Zones of which an expression may see something else since this was last taken.
  private(set) var changed: Set<Int> = []
  private var reaches: [ZoneReach]
  private var due: [Interval: EngineTime] = [:]

  init(_ zones: [Zone]) {
    self.zones = zones
    states = Array(repeating: ZoneState(), count: zones.count)
    reaches = zones.map(ZoneReach.init)
  }

  var nextDeadline: EngineTime? { due.values.min() }

  mutating func takeChanged() -> Set<Int> {
    defer { changed = [] }
    return changed
  }

  mutating func take(_ fix: Fix, previous: Fix?, error: Double, at time: EngineTime) -> [ZoneTracker.ZoneChange] {
    for zone in zones { due[zone.band.lostAfter] = time + zone.band.lostAfter }
    var changes: [ZoneTracker.ZoneChange] = []
    for index in zones.indices {
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
      if states[index].side != before.side || states[index].isKnown != before.isKnown { changed.insert(index) }
      if let change { changes.append(.init(zone: index, change: change)) }
    }
    return changes
  }

  mutating func lose(until time: EngineTime) {
    for (after, moment) in due where moment <= time {
      due[after] = nil
      for index in zones.indices where zones[index].band.lostAfter == after { lose(index) }
    }
  }

  mutating func loseAll() {
    due = [:]
    for index in zones.indices { lose(index) }
  }

  private mutating func lose(_ index: Int) {
    let before = states[index]
    states[index].lose()
    if states[index] != before { changed.insert(index) }
  }

  /// Other zones; those of the same id and geometry keep their states.
  mutating func reload(_ zones: [Zone], lastFixAt: EngineTime?, at time: EngineTime) {
    let before = Dictionary(uniqueKeysWithValues: zip(self.zones, states).map { ($0.id, ($0.geometry, $1)) })
    self = PlainZones(zones)
    for (index, zone) in zones.enumerated() {
      if let (geometry, state) = before[zone.id], geometry == zone.geometry { states[index] = state }
    }
    resume(lastFixAt: lastFixAt, at: time)
  }

  /// After a restart or a reload.
  mutating func resume(lastFixAt: EngineTime?, at time: EngineTime) {
    due = [:]
    guard let last = lastFixAt ?? (states.contains(where: \.isKnown) ? time : nil) else { return }
    for zone in zones { due[zone.band.lostAfter] = last + zone.band.lostAfter }
  }
}
