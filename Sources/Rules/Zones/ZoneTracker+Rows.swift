import Model

extension ZoneTracker {
  /// Of a zone that is as its cohort but for when its side was taken.
  static let sinceOwn: Int32 = -2

  /// Gives a zone its state: by its cohort's where that agrees, else one of its own. A change of its row is marked.
  mutating func set(_ state: ZoneState, of zone: Int) {
    let number = Int32(truncatingIfNeeded: zone)
    let home = Int(homes[zone])
    let place = places[zone]
    switch cohorts[home].remainder(of: state) {
    case nil:
      if place >= 0 {
        guard apart[Int(place)].state != state else { return }
        apart[Int(place)].state = state
      } else {
        if place == Self.sinceOwn { sinces[number] = nil }
        places[zone] = Int32(truncatingIfNeeded: apart.count)
        apart.append(ApartZone(zone: number, state: state))
        cohorts[home].apart += 1
      }
    case .nothing:
      guard place != -1 else { return }
      leave(zone, place)
      places[zone] = -1
    case .since(let since):
      guard place != Self.sinceOwn || sinces[number] != since else { return }
      leave(zone, place)
      places[zone] = Self.sinceOwn
      sinces[number] = since
    }
    dirty.mark(zone)
  }

  private mutating func leave(_ zone: Int, _ place: Int32) {
    if place == Self.sinceOwn { sinces[Int32(truncatingIfNeeded: zone)] = nil }
    guard place >= 0 else { return }
    cohorts[Int(homes[zone])].apart -= 1
    let last = apart.removeLast()
    if last.zone != Int32(truncatingIfNeeded: zone) {
      apart[Int(place)] = last
      places[Int(last.zone)] = place
    }
  }

  // MARK: Rows

  /// The row of a zone; without a value where the cohort's says it all.
  func row(of zone: Int) -> StateRow {
    let id = plan.zones[zone].id
    let place = places[zone]
    if place >= 0 {
      return StateLayout.row(.zone, id) {
        $0.write(plan.zones[zone].geometry)
        apart[Int(place)].state.write(to: &$0)
      }
    }
    guard place == Self.sinceOwn, let since = sinces[Int32(truncatingIfNeeded: zone)] else {
      return StateRow(kind: StateKind.zone.rawValue, name: id, value: nil)
    }
    return StateLayout.row(.zone, id, version: StateLayout.zoneVersion) {
      $0.write(plan.zones[zone].geometry)
      $0.write(since.nanoseconds)
    }
  }

  func cohortRow(_ index: Int) -> StateRow {
    let cohort = cohorts[index]
    guard !cohort.isUnseen else {
      return StateRow(kind: StateKind.cohort.rawValue, name: "\(cohort.number)", value: nil)
    }
    return StateLayout.row(.cohort, "\(cohort.number)") { cohort.write(to: &$0) }
  }

  /// Which zones are of the cohorts given; none for those that nobody saw.
  func memberRows(of chosen: (ZoneCohort) -> Bool) -> [StateRow] {
    let isWanted = cohorts.map { !$0.isUnseen && chosen($0) }
    guard isWanted.contains(true) else { return [] }
    let bits = cohorts.map { CohortMembers.bits(for: $0.members) }
    var members: [[[UInt64]]] = cohorts.indices.map { index in
      Array(repeating: [], count: isWanted[index] ? 1 << bits[index] : 0)
    }
    for zone in plan.byIdentity {
      let home = Int(homes[Int(zone)])
      guard isWanted[home] else { continue }
      let identity = plan.identities[Int(zone)]
      members[home][CohortMembers.row(of: identity, bits: bits[home])].append(identity)
    }
    return cohorts.indices.flatMap { index in
      members[index].enumerated().compactMap { row, identities in
        guard !identities.isEmpty else { return nil }
        return StateLayout.row(.members, CohortMembers.name(cohorts[index].number, bits: bits[index], row: row)) {
          CohortMembers.write(identities, to: &$0)
        }
      }
    }
  }

  /// Every row.
  func rows() -> [StateRow] {
    var rows = apart.map { row(of: Int($0.zone)) }
    for zone in sinces.keys.sorted() { rows.append(row(of: Int(zone))) }
    return rows + cohorts.indices.map(cohortRow) + memberRows { _ in true }
  }

  mutating func takeChangedRows() -> [StateRow] {
    var rows = dirty.take().map(row)
    for index in cohorts.indices where cohorts[index].isDirty {
      rows.append(cohortRow(index))
      cohorts[index].isDirty = false
    }
    if cohorts.contains(where: \.areMembersDirty) {
      rows += memberRows(of: \.areMembersDirty)
      for index in cohorts.indices { cohorts[index].areMembersDirty = false }
    }
    return rows
  }
}
