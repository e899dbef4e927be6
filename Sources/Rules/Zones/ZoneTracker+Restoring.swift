import Model

/// What rows say of zones, before it is known which zones there are now.
struct SavedZones: Sendable {
  enum Own: Sendable {
    case state(ZoneState)
    /// As the cohort that it is of, but for when its side was taken.
    case since(EngineTime)
  }

  var cohorts: [ZoneCohort] = []
  /// Identities of zones, ascending, by the number of the cohort that they are of.
  var members: [(cohort: Int, identities: [UInt64])] = []
  /// Of zones that there still are, by place.
  var own: [(zone: Int, own: Own)] = []

  /// Notes the row of a zone, if it is still the same.
  mutating func note(_ value: [UInt8], of id: String, in plan: ZonePlan) throws(PackingError) {
    let (geometry, own) = try StateLayout.read(value, upTo: StateLayout.zoneVersion) {
      (reader, layout) throws(PackingError) -> (UInt64, Own) in
      let geometry = try reader.unsigned()
      return (
        geometry,
        layout == StateLayout.zoneVersion
          ? .since(EngineTime(nanoseconds: try reader.signed())) : .state(try ZoneState(from: &reader))
      )
    }
    if let zone = plan.index(of: id), plan.zones[zone].geometry == geometry { self.own.append((zone, own)) }
  }

  mutating func note(cohort name: String, _ value: [UInt8]) throws(PackingError) {
    guard let number = Int(name), number >= 0 else { throw .malformed(offset: 0) }
    cohorts.append(
      try StateLayout.read(value) { reader throws(PackingError) in try ZoneCohort(number: number, from: &reader) })
  }

  mutating func note(members name: String, _ value: [UInt8]) throws(PackingError) {
    guard let cohort = CohortMembers.cohort(named: name) else { throw .malformed(offset: 0) }
    let identities = try StateLayout.read(value) { reader throws(PackingError) in
      try CohortMembers.read(from: &reader)
    }
    guard zip(identities, identities.dropFirst()).allSatisfy({ $0 <= $1 }) else { throw .malformed(offset: 0) }
    members.append((cohort, identities))
  }
}

extension ZoneTracker {
  /// So many zones that rows know nothing of, or otherwise than their kind, get a cohort of their own; fewer join one of their kind, each with a state of
  /// its own until that agrees.
  static let crowd = 1000

  /// Zones that have the same before them and behind them.
  private struct Class {
    /// Of the plan.
    var kind: Int
    /// The saved cohort, as a place in the list; −1 for none.
    var origin: Int
    var zones = 0
    var cohort = -1
  }

  /// Takes over what the rows still stand for; before `resume`. What comes of it depends on the plan and the rows alone, so that an engine that is
  /// restored from its own rows is the same.
  mutating func restore(_ saved: SavedZones, crowd: Int = Self.crowd) {
    let origins = origins(of: saved)
    var classOf = [Int32](repeating: 0, count: homes.count)
    var classes = classify(origins, &classOf)
    cohorts = []
    // Those that are as they were keep their numbers.
    for index in classes.indices where classes[index].origin >= 0 {
      let origin = saved.cohorts[classes[index].origin]
      guard origin.kind == plan.kinds[classes[index].kind] else { continue }
      classes[index].cohort = cohorts.count
      cohorts.append(ZoneCohort(number: origin.number, kind: origin.kind, state: origin.state))
    }
    for index in classes.indices where classes[index].cohort < 0 { place(&classes[index], saved, crowd: crowd) }

    for zone in homes.indices {
      let home = classes[Int(classOf[zone])].cohort
      homes[zone] = Int32(truncatingIfNeeded: home)
      cohorts[home].members += 1
    }
    func given(_ origin: Int32) -> ZoneState { origin < 0 ? ZoneState() : saved.cohorts[Int(origin)].state }
    if classes.contains(where: { cohorts[$0.cohort].state != given(Int32($0.origin)) }) {
      for zone in homes.indices { set(given(origins[zone]), of: zone) }
    }
    for (zone, own) in saved.own {
      switch own {
      case .state(let state): set(state, of: zone)
      case .since(let since):
        var state = given(origins[zone])
        guard state.side == .outside else { continue }
        state.since = since
        set(state, of: zone)
      }
    }
    dirty = DirtyList(count: homes.count)
  }

  /// By zone: the saved cohort that it is of, as a place in the list; −1 for none.
  private func origins(of saved: SavedZones) -> [Int32] {
    var origins = [Int32](repeating: -1, count: homes.count)
    let places = Dictionary(
      saved.cohorts.enumerated().map { ($1.number, Int32($0)) }, uniquingKeysWith: { first, _ in first })
    for (number, identities) in saved.members {
      guard let origin = places[number], let first = identities.first else { continue }
      var (place, end) = (0, plan.byIdentity.count)
      while place < end {
        let middle = (place + end) / 2
        if plan.identities[Int(plan.byIdentity[middle])] < first { place = middle + 1 } else { end = middle }
      }
      // Both ascend.
      for identity in identities {
        while place < plan.byIdentity.count {
          let zone = Int(plan.byIdentity[place])
          guard plan.identities[zone] <= identity else { break }
          if plan.identities[zone] == identity, origins[zone] < 0 { origins[zone] = origin }
          place += 1
        }
      }
    }
    return origins
  }

  /// In the order of their first zones.
  private func classify(_ origins: [Int32], _ classOf: inout [Int32]) -> [Class] {
    var classes: [Class] = []
    var numbers: [SIMD2<Int32>: Int] = [:]
    var last = (key: SIMD2<Int32>(-1, -1), number: 0)
    for zone in origins.indices {
      let key = SIMD2(plan.kindOf[zone], origins[zone])
      if last.key != key {
        if let number = numbers[key] {
          last = (key, number)
        } else {
          last = (key, classes.count)
          numbers[key] = classes.count
          classes.append(Class(kind: Int(key.x), origin: Int(key.y)))
        }
      }
      classes[last.number].zones += 1
      classOf[zone] = Int32(truncatingIfNeeded: last.number)
    }
    return classes
  }

  /// Finds a class a cohort, which may be a new one.
  private mutating func place(_ given: inout Class, _ saved: SavedZones, crowd: Int) {
    let kind = plan.kinds[given.kind]
    let like = cohorts.indices.filter { cohorts[$0].kind == kind }.min { cohorts[$0].number < cohorts[$1].number }
    if let like, given.zones < crowd {
      given.cohort = like
      return
    }
    let used = Set(cohorts.map(\.number))
    let number = (0...used.count).first { !used.contains($0) } ?? used.count
    given.cohort = cohorts.count
    cohorts.append(
      ZoneCohort(number: number, kind: kind, state: given.origin < 0 ? ZoneState() : saved.cohorts[given.origin].state))
  }
}
