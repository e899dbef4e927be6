import Geo
import Model

/// The states of all zones, and which of them a fix has to be compared with.
///
/// A fix costs what is near, however many zones there are: a zone whose state is settled is looked at only when its border may have been crossed
/// (`BorderWatch`), and zones that were never near share their states (`ZoneCohort`). What comes of it is what asking every zone about every fix would give.
struct ZoneTracker: Sendable {
  let plan: ZonePlan
  var cohorts: [ZoneCohort] = []
  /// By zone: the cohort that it is of.
  var homes: [Int32]
  /// By zone: where in `apart` its state stands; −1 for one that is as its cohort, −2 for one that is but for when its side was taken.
  var places: [Int32]
  /// Zones with a state of their own, in the order in which they got it.
  var apart: [ApartZone] = []
  /// Since when zones are outside that are otherwise as their cohort.
  var sinces: [Int32: EngineTime] = [:]
  /// Zones of which the vehicle was on the inside last, ascending.
  private(set) var inside: [Int] = []
  /// Zones whose state the next fix may change wherever it is; all have a state of their own. In no particular order.
  private var restless: [Int32] = []
  private var watch = BorderWatch()
  private let crossing: CrossableZones?
  /// Of them, those that the way to the last fix may have led through, and on whose outside the vehicle surely was before it; ascending.
  private(set) var crossable: [Int] = []
  /// By `losses` of the plan: when they fire.
  private var due: [EngineTime?]
  private let sets: [ZoneSet]
  /// By large set and then cohort: how many zones they have in common.
  private var shared: [[Int]] = []
  /// Whether a fix far away changes no cohort.
  private var areCohortsSettled = false

  /// Zones whose rows changed since they were last taken.
  var dirty: DirtyList
  /// What expressions may see otherwise since this was last taken.
  var changes = ZoneChanges()
  /// Kept to spare allocations.
  private var looked: [Int32] = []
  private var results: [ApartZone] = []

  struct ApartZone: Sendable {
    var zone: Int32
    var state: ZoneState
  }

  /// One zone's change of side.
  struct ZoneChange: Hashable {
    var zone: Int
    var change: ZoneState.Change
  }

  /// All zones unseen, in a cohort for each kind.
  ///
  /// - Parameters:
  ///   - sets: The large sets that expressions ask for, by number.
  ///   - crossing: Zones that are to be told of where the vehicle may have driven through.
  init(_ plan: ZonePlan, sets: [ZoneSet] = [], crossing: CrossableZones? = nil) {
    self.plan = plan
    self.sets = sets
    self.crossing = crossing
    homes = plan.kindOf
    places = Array(repeating: -1, count: plan.zones.count)
    due = Array(repeating: nil, count: plan.losses.count)
    dirty = DirtyList(count: plan.zones.count)
    for (number, kind) in plan.kinds.enumerated() { cohorts.append(ZoneCohort(number: number, kind: kind)) }
    for home in homes { cohorts[Int(home)].members += 1 }
  }

  // MARK: States

  func state(of zone: Int) -> ZoneState {
    let place = places[zone]
    if place >= 0 { return apart[Int(place)].state }
    var state = cohorts[Int(homes[zone])].state
    if place == Self.sinceOwn, let since = sinces[Int32(truncatingIfNeeded: zone)] { state.since = since }
    return state
  }

  /// The side that the vehicle is on for sure; `nil` while it isn't known.
  @inline(__always)
  func knownSide(of zone: Int) -> Side? {
    let place = places[zone]
    if place >= 0 {
      return apart[Int(place)].state.isKnown ? apart[Int(place)].state.side : nil
    }
    let cohort = Int(homes[zone])
    return cohorts[cohort].state.isKnown ? cohorts[cohort].state.side : nil
  }

  /// Whether any zone's side is known.
  var knowsAny: Bool {
    cohorts.contains { $0.state.isKnown && $0.hasFollowers } || apart.contains { $0.state.isKnown }
  }

  /// Whether some zone of a large set has an unknown side.
  func isUnsure(of set: ZoneSet) -> Bool {
    // What is unknown isn't settled.
    if restless.contains(where: { set.contains(Int($0)) && knownSide(of: Int($0)) == nil }) { return true }
    return cohorts.indices.contains { !cohorts[$0].state.isKnown && hasFollowers(of: $0, in: set, but: []) }
  }

  /// Whether a zone, beside those given, has the cohort's state.
  func hasFollowers(of cohort: Int, but except: [Int32]) -> Bool {
    let known = except.count { Int(homes[Int($0)]) == cohort && places[Int($0)] < 0 }
    return cohorts[cohort].members > cohorts[cohort].apart + known
  }

  /// Whether a zone of the set, beside those given, has the cohort's state.
  /// - Parameter except: Zones that have, or had, it; ascending.
  func hasFollowers(of cohort: Int, in set: ZoneSet, but except: [Int32]) -> Bool {
    guard let number = set.number else {
      return set.zones.contains { zone in
        Int(homes[zone]) == cohort && places[zone] < 0 && !except.contains(Int32(truncatingIfNeeded: zone))
      }
    }
    func counts(_ zone: Int32) -> Bool { Int(homes[Int(zone)]) == cohort && set.contains(Int(zone)) }
    return shared[number][cohort] > apart.count { counts($0.zone) } + except.count { places[Int($0)] < 0 && counts($0) }
  }

  // MARK: Timers

  /// The next moment at which zones become unknown for want of a fix.
  var nextDeadline: EngineTime? { due.lazy.compactMap(\.self).min() }

  /// Derives what is kept of the states beside them, after they were restored, and starts the timers anew. A timer that had fired fires again, and
  /// changes nothing then. Sides that came from another receiver than the one followed now count from `time`.
  mutating func resume(lastFixAt: EngineTime?, at time: EngineTime) {
    watch.reset()
    shared = sets.map { set in
      guard cohorts.count > 1 else { return [set.zones.count] }
      return set.zones.reduce(into: Array(repeating: 0, count: cohorts.count)) { $0[Int(homes[$1])] += 1 }
    }
    areCohortsSettled = cohorts.allSatisfy(\.isSettled)
    inside = apart.lazy.filter { $0.state.side == .inside }.map { Int($0.zone) }.sorted()
    findRestless()
    let lastFixAt = lastFixAt ?? (knowsAny ? time : nil)
    for index in due.indices { due[index] = lastFixAt.map { $0 + plan.losses[index] } }
  }

  private mutating func findRestless() {
    restless.removeAll(keepingCapacity: true)
    for zone in apart where !zone.state.isSettled { restless.append(zone.zone) }
  }

  /// Fires the timers that are due at `time` or before.
  mutating func lose(until time: EngineTime) {
    for index in due.indices {
      guard let moment = due[index], moment <= time else { continue }
      due[index] = nil
      lose(after: plan.losses[index])
    }
  }

  /// Nobody knows for how long the gateway was off: every zone is unknown, with its last side.
  mutating func loseAll() {
    for index in due.indices { due[index] = nil }
    lose(after: nil)
  }

  /// - Parameter after: The `lost_after` of those that are lost; `nil`: all.
  private mutating func lose(after: Interval?) {
    func isLost(_ kind: ZonePlan.Kind) -> Bool { after.map { $0 == kind.lostAfter } ?? true }
    results.removeAll(keepingCapacity: true)
    let own = apart.map(\.zone).sorted()
    for entry in apart where isLost(plan.kinds[Int(plan.kindOf[Int(entry.zone)])]) {
      var state = entry.state
      state.lose()
      if state != entry.state { changes.mark(Int(entry.zone)) }
      results.append(ApartZone(zone: entry.zone, state: state))
    }
    for index in cohorts.indices where isLost(cohorts[index].kind) {
      let before = cohorts[index].state
      cohorts[index].state.lose()
      guard cohorts[index].state != before else { continue }
      cohorts[index].isDirty = true
      changes.mark(cohort: index, except: own)
    }
    for result in results { set(result.state, of: Int(result.zone)) }
    findRestless()
    areCohortsSettled = cohorts.allSatisfy(\.isSettled)
  }

  // MARK: Fixes

  /// Takes an accepted fix and gives the zones that it shows to have changed, in file order.
  mutating func take(_ fix: Fix, previous: Fix?, error: Double, at time: EngineTime) -> [ZoneChange] {
    guard !plan.zones.isEmpty else { return [] }
    for index in due.indices { due[index] = time + plan.losses[index] }
    let isAnew = watch.move(to: fix.coordinate, in: plan.index)
    if let crossing { findCrossable(crossing, to: fix, from: previous) }
    guard isAnew || !areCohortsSettled || !restless.isEmpty || !watch.suspects.isEmpty else { return [] }
    gather(around: fix.coordinate, isAnew: isAnew)

    var found: [ZoneChange] = []
    results.removeAll(keepingCapacity: true)
    for number in looked {
      let index = Int(number)
      let zone = plan.zones[index]
      let before = state(of: index)
      var state = before
      let sighting = ZoneState.Sighting(
        fix: fix, previous: previous, time: time,
        distance: zone.shape.signedDistance(fix.coordinate, limit: zone.band.reach), error: error)
      let change = state.take(sighting, band: zone.band, radius: zone.radius) { side in
        guard let previous else { return Crossing(at: fix, isGap: false) }
        return .between(previous, fix, into: side, of: zone)
      }
      if state.side != before.side || state.isKnown != before.isKnown { changes.mark(index) }
      if state.side != before.side { note(index, isInside: state.side == .inside) }
      if let change { found.append(ZoneChange(zone: index, change: change)) }
      results.append(ApartZone(zone: number, state: state))
    }
    if !areCohortsSettled { takeFar(fix, previous: previous, error: error, at: time) }
    restless.removeAll(keepingCapacity: true)
    for result in results {
      set(result.state, of: Int(result.zone))
      if places[Int(result.zone)] >= 0, !result.state.isSettled { restless.append(result.zone) }
    }
    return found
  }

  private mutating func findCrossable(_ crossing: CrossableZones, to fix: Fix, from previous: Fix?) {
    crossable = []
    guard let previous else { return }
    crossable = crossing.zones(near: previous.coordinate, fix.coordinate).filter { knownSide(of: $0) == .outside }
  }

  /// Finds the zones whose states this fix may change and that don't go with their cohorts, in file order.
  private mutating func gather(around place: Coordinate, isAnew: Bool) {
    looked.removeAll(keepingCapacity: true)
    looked += restless
    looked += watch.suspects
    if isAnew { for zone in inside { looked.append(Int32(truncatingIfNeeded: zone)) } }
    if !areCohortsSettled {
      // What is near may be too near to be sure of, and what is far may be as its cohort is from now on.
      let around = BoundingBox(
        south: place.latitude, west: place.longitude, north: place.latitude, east: place.longitude
      ).expanded(by: plan.widestReach)
      plan.index.zones(meeting: around, into: &looked)
      for entry in apart { looked.append(entry.zone) }
    }
    looked.sort()
    var last: Int32 = -1
    looked.removeAll { zone in
      defer { last = zone }
      return zone == last
    }
  }

  /// The cohorts' part of a fix. What was looked at goes its own way.
  private mutating func takeFar(_ fix: Fix, previous: Fix?, error: Double, at time: EngineTime) {
    for index in cohorts.indices where !cohorts[index].isSettled {
      let before = cohorts[index].state
      cohorts[index].take(fix, previous: previous, error: error, at: time)
      let state = cohorts[index].state
      guard state != before else { continue }
      cohorts[index].isDirty = true
      if before == ZoneState() { cohorts[index].areMembersDirty = true }
      if state.side != before.side || state.isKnown != before.isKnown { changes.mark(cohort: index, except: looked) }
    }
    areCohortsSettled = cohorts.allSatisfy(\.isSettled)
  }

  private mutating func note(_ zone: Int, isInside: Bool) {
    let place = inside.firstIndex { $0 >= zone } ?? inside.count
    let isListed = place < inside.count && inside[place] == zone
    if isInside, !isListed { inside.insert(zone, at: place) }
    if !isInside, isListed { inside.remove(at: place) }
  }
}
