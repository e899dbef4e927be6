import Chance
import Foundation
import Geo
import Model
import Testing

@testable import Rules

/// Whatever the zones and wherever the vehicle goes, what is kept with little work is what asking every zone about every fix gives.
struct ZoneTrackerLawTests {
  /// A tracker, the plain states beside it, and what a journal would hold.
  private struct Pair {
    var tracker: ZoneTracker
    var plain: PlainZones
    var saved: [StateKey: [UInt8]] = [:]
    var sets: [ZoneSet]
    /// How many zones of a class have a cohort of their own.
    var crowd: Int
    var time = EngineTime.zero
    var lastFixAt: EngineTime?

    init(_ zones: [Zone], crowd: Int) {
      let plan = ZonePlan(zones)
      sets = Self.sets(plan)
      tracker = ZoneTracker(plan, sets: sets.filter(\.isLarge))
      plain = PlainZones(zones)
      self.crowd = crowd
      tracker.resume(lastFixAt: nil, at: .zero)
    }

    private static func sets(_ plan: ZonePlan) -> [ZoneSet] {
      let members = [
        Array(plan.zones.indices), plan.zones(selectedBy: .tag("most")), plan.zones(selectedBy: .tag("some")),
        plan.zones.indices.filter { $0 % 97 == 0 }, Array(plan.zones.indices.prefix(1)),
      ]
      var number = 0
      return members.map { members in
        let set = ZoneSet(members, in: plan, number: number, isMeasured: true)
        if set.isLarge { number += 1 }
        return set
      }
    }

    mutating func commit() {
      for row in tracker.takeChangedRows() { saved[row.key] = row.value }
    }

    /// Killed after a commit, and begun anew from what was saved.
    mutating func restore(_ plan: ZonePlan) throws {
      commit()
      var rows = SavedZones()
      for (key, value) in saved.sorted(by: { $0.key < $1.key }) {
        switch StateKind(rawValue: key.kind) {
        case .cohort: try rows.note(cohort: key.name, value)
        case .members: try rows.note(members: key.name, value)
        default: try rows.note(value, of: key.name, in: plan)
        }
      }
      sets = Self.sets(plan)
      tracker = ZoneTracker(plan, sets: sets.filter(\.isLarge))
      tracker.restore(rows, crowd: crowd)
      tracker.resume(lastFixAt: lastFixAt, at: time)
      let now = Dictionary(
        uniqueKeysWithValues: tracker.rows().compactMap { row in row.value.map { (row.key, $0) } })
      // The engine's `markDifferences` brings what is saved into line.
      saved = now
    }

    /// Zones of which they tell that something changed.
    func checkChanges(_ changes: ZoneChanges, _ plainly: Set<Int>) {
      for set in sets {
        let told =
          changes.zones.contains { set.contains($0) }
          || changes.cohorts.contains { tracker.hasFollowers(of: $0.cohort, in: set, but: $0.except) }
        #expect(told == set.zones.contains { plainly.contains($0) }, "a change of a set of \(set.zones.count)")
      }
      let isAny =
        !changes.zones.isEmpty
        || changes.cohorts.contains { tracker.hasFollowers(of: $0.cohort, but: $0.except) }
      #expect(isAny == !plainly.isEmpty)
    }

    func check(_ step: Int) -> Bool {
      for zone in plain.zones.indices where tracker.state(of: zone) != plain.states[zone] {
        Issue.record("\(step): zone \(zone) is \(tracker.state(of: zone)), not \(plain.states[zone])")
        return false
      }
      #expect(tracker.nextDeadline == plain.nextDeadline)
      #expect(tracker.inside == plain.states.indices.filter { plain.states[$0].side == .inside })
      #expect(tracker.knowsAny == plain.states.contains(where: \.isKnown))
      for set in sets where set.isLarge {
        #expect(tracker.isUnsure(of: set) == set.zones.contains { !plain.states[$0].isKnown }, "\(step)")
      }
      for zone in plain.zones.indices {
        #expect(tracker.knownSide(of: zone) == (plain.states[zone].isKnown ? plain.states[zone].side : nil))
      }
      return true
    }
  }

  /// Fixes as they come: a drive, standing with jitter, a jump, the same place again; gaps, poor fixes, and receivers that change their clocks.
  private struct Way {
    var east = 0.0
    var north = 0.0
    var course = 0.0
    var milliseconds: Int64 = 1_770_000_000_000
    var previous: Fix?

    mutating func next(_ zones: RandomZones, seconds: Double, _ chance: inout Chance) -> (
      Fix, previous: Fix?, error: Double
    ) {
      switch chance.number(0...60) {
      case 0:
        east = chance.fraction(-6000...6000)
        north = chance.fraction(-6000...6000)
      case 1...20:
        east += chance.fraction(-4...4)
        north += chance.fraction(-4...4)
      case 21: break
      default:
        course += chance.fraction(-0.5...0.5)
        let pace = chance.fraction(0...35) * min(seconds, 5)
        east += pace * cos(course)
        north += pace * sin(course)
        if abs(east) > 6000 || abs(north) > 6000 { course += .pi }
      }
      milliseconds += Int64(seconds * 1000)
      let fix = Fix(
        clock: chance.once(in: 50) ? .arrival : .own, milliseconds: milliseconds,
        coordinate: zones.place(east: east, north: north))
      let before = previous.flatMap { $0.clock == fix.clock && !chance.once(in: 40) ? $0 : nil }
      previous = fix
      return (fix, before, chance.once(in: 6) ? chance.fraction(0.5...50) : chance.fraction(1...8))
    }
  }

  static let centers = [
    Coordinate(latitude: 46.2, longitude: 6.1), Coordinate(latitude: -17, longitude: 179.99),
    Coordinate(latitude: 0, longitude: 0), Coordinate(latitude: 71, longitude: -179.98),
    Coordinate(latitude: 84.6, longitude: -60), Coordinate(latitude: 89.97, longitude: 20),
  ]

  @Test(arguments: UInt64(0)..<12)
  func whatIsKeptIsWhatEveryZoneWouldSay(seed: UInt64) throws {
    var chance = Chance(seed: seed &* 104_729 &+ 1)
    var maker = RandomZones(around: Self.centers[Int(seed) % Self.centers.count], &chance)
    var zones = try (0..<(seed % 3 == 0 ? 1500 : 150)).map { _ in try maker.zone(&chance) }
    var pair = Pair(zones, crowd: seed % 2 == 0 ? 40 : 1000)
    var way = Way()
    var told = 0
    for step in 0..<(seed % 3 == 0 ? 500 : 2000) {
      let seconds = chance.pick([
        0.1, 0.1, 1, 1, 1, 1, 1, 1, 1, 2, chance.once(in: 10) ? 40 : 1, chance.once(in: 20) ? 400 : 1,
      ])
      let next = pair.time + .seconds(seconds)
      while let due = pair.plain.nextDeadline, due <= next {
        pair.plain.lose(until: due)
        pair.tracker.lose(until: due)
        pair.checkChanges(pair.tracker.changes.take(), pair.plain.takeChanged())
      }
      pair.time = next
      switch chance.number(0...150) {
      case 0:
        pair.plain.loseAll()
        pair.tracker.loseAll()
        pair.checkChanges(pair.tracker.changes.take(), pair.plain.takeChanged())
      case 1...4: pair.commit()
      case 5:
        try pair.restore(pair.tracker.plan)
        pair.plain.resume(lastFixAt: pair.lastFixAt, at: pair.time)
      case 6:
        zones = try edited(zones, &maker, &chance)
        try pair.restore(ZonePlan(zones))
        pair.plain.reload(zones, lastFixAt: pair.lastFixAt, at: pair.time)
      default: break
      }
      let (fix, previous, error) = way.next(maker, seconds: seconds, &chance)
      let found = pair.tracker.take(fix, previous: previous, error: error, at: pair.time)
      let expected = pair.plain.take(fix, previous: previous, error: error, at: pair.time)
      pair.lastFixAt = pair.time
      told += expected.count
      #expect(found == expected, "step \(step)")
      pair.checkChanges(pair.tracker.changes.take(), pair.plain.takeChanged())
      if found != expected { return }
      guard step % (zones.count > 500 ? 10 : 3) != 0 || pair.check(step) else { return }
      if step % 50 == 0, !checkDistances(pair, fix.coordinate) { return }
    }
    #expect(told > 20)
    // What was committed from time to time adds up to the whole.
    pair.commit()
    let rows = Dictionary(
      uniqueKeysWithValues: pair.tracker.rows().compactMap { row in row.value.map { (row.key, $0) } })
    #expect(pair.saved == rows)
  }

  private func checkDistances(_ pair: Pair, _ place: Coordinate) -> Bool {
    for set in pair.sets {
      let least = set.zones.map { -pair.plain.zones[$0].shape.signedDistance(place) }.min()
      guard set.distance(from: place, in: pair.tracker.plan) != least else { continue }
      Issue.record("\(set.distance(from: place, in: pair.tracker.plan) ?? -1) m, not \(least ?? -1)")
      return false
    }
    return true
  }

  /// Some are gone, some new, some elsewhere, some with another band; now and then many at once.
  private func edited(_ zones: [Zone], _ maker: inout RandomZones, _ chance: inout Chance) throws -> [Zone] {
    let few = chance.once(in: 2) ? 40 : 4
    var next: [Zone] = []
    for zone in zones where !chance.once(in: few) {
      if chance.once(in: few) {
        next.append(try maker.zone(id: zone.id, &chance))
      } else {
        next.append(chance.once(in: few) ? maker.again(zone, &chance) : zone)
      }
    }
    for _ in 0..<(zones.count - next.count) { next.append(try maker.zone(&chance)) }
    if chance.once(in: 2) { next.shuffle(using: &chance) }
    return next
  }

  /// A tracker that is restored from its own rows has the same rows, and an old gateway's rows are taken as they are.
  @Test func rowsAreTheSameWhenTheyComeBack() throws {
    var chance = Chance(seed: 77)
    var maker = RandomZones(around: Self.centers[0], &chance)
    let zones = try (0..<300).map { _ in try maker.zone(&chance) }
    var pair = Pair(zones, crowd: 1000)
    var way = Way()
    for _ in 0..<300 {
      pair.time = pair.time + .seconds(1)
      let (fix, previous, error) = way.next(maker, seconds: 1, &chance)
      _ = pair.tracker.take(fix, previous: previous, error: error, at: pair.time)
      _ = pair.plain.take(fix, previous: previous, error: error, at: pair.time)
      pair.lastFixAt = pair.time
    }
    let rows = pair.tracker.rows().filter { $0.value != nil }.sorted { $0.key < $1.key }
    try pair.restore(pair.tracker.plan)
    #expect(pair.tracker.rows().filter { $0.value != nil }.sorted { $0.key < $1.key } == rows)
    // A row for each zone, as before there were cohorts.
    pair.saved = Dictionary(
      uniqueKeysWithValues: zip(zones, pair.plain.states).map { zone, state in
        let row = StateLayout.row(.zone, zone.id) {
          $0.write(zone.geometry)
          state.write(to: &$0)
        }
        return (row.key, row.value ?? [])
      })
    try pair.restore(pair.tracker.plan)
    #expect(pair.check(0))
    for step in 1..<200 {
      pair.time = pair.time + .seconds(1)
      let (fix, previous, error) = way.next(maker, seconds: 1, &chance)
      let found = pair.tracker.take(fix, previous: previous, error: error, at: pair.time)
      #expect(found == pair.plain.take(fix, previous: previous, error: error, at: pair.time))
      guard pair.check(step) else { return }
    }
  }
}
