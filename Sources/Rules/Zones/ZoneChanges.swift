/// Zones of which an expression may see something else than before.
struct ZoneChanges: Sendable {
  /// One by one; perhaps some of them twice.
  private(set) var zones: [Int] = []
  /// All that share a cohort's state, but for some that are told of one by one where they changed.
  private(set) var cohorts: [(cohort: Int, except: [Int32])] = []

  var isEmpty: Bool { zones.isEmpty && cohorts.isEmpty }

  mutating func mark(_ zone: Int) { zones.append(zone) }
  mutating func mark(cohort: Int, except: [Int32]) { cohorts.append((cohort, except)) }

  /// What there is, which is forgotten by this.
  mutating func take() -> ZoneChanges {
    guard !isEmpty else { return self }
    defer { self = ZoneChanges() }
    return self
  }
}
