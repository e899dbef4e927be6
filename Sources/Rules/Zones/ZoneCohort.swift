import Model

/// Zones of one kind that nothing has told apart yet: far from all of them the same fixes make the same of each, and so they share one state,
/// however many they are. What the vehicle comes near to gets a state of its own.
struct ZoneCohort: Hashable, Sendable {
  /// Its name in the state rows; never changes while it has members.
  let number: Int
  let kind: ZonePlan.Kind
  var state = ZoneState()
  /// Zones that are of it, also those with a state of their own.
  var members = 0
  /// Of them, those with a state of their own.
  var apart = 0
  /// Whether its row, or which zones are of it, changed since the rows were last taken.
  var isDirty = false
  var areMembersDirty = false

  /// Whether some zone has its state.
  var hasFollowers: Bool { members > apart }
  /// Before its first fix: as a zone that nobody ever saw, which needs no row.
  var isUnseen: Bool { state == ZoneState() }
  /// Whether another fix far away changes nothing.
  var isSettled: Bool { state.isSettledOutside }

  /// How the state goes on with a fix that is far from every zone.
  mutating func take(_ fix: Fix, previous: Fix?, error: Double, at time: EngineTime) {
    let sighting = ZoneState.Sighting(fix: fix, previous: previous, time: time, distance: -.infinity, error: error)
    // Far outside there is no entry to tell, and no crossing to find.
    _ = state.take(sighting, band: ZoneBand(maxSpeed: kind.maxSpeed, lostAfter: kind.lostAfter), radius: 0) { _ in
      Crossing(at: fix, isGap: false)
    }
  }

  /// What is left of a zone's state beside the cohort's: nothing but when its side was taken; `nil` where it is another state.
  func remainder(of zone: ZoneState) -> Remainder? {
    var like = zone
    like.since = state.since
    guard like == state else { return nil }
    if zone.since == state.since { return .nothing }
    guard zone.side == .outside, let since = zone.since else { return nil }
    return .since(since)
  }

  enum Remainder: Hashable, Sendable {
    case nothing
    case since(EngineTime)
  }
}

extension ZoneCohort {
  func write(to writer: inout PackedWriter) {
    writer.write(kind.lostAfter.nanoseconds)
    writer.write(kind.maxSpeed)
    state.write(to: &writer)
  }

  /// A cohort without members.
  init(number: Int, from reader: inout PackedReader) throws(PackingError) {
    self.number = number
    kind = ZonePlan.Kind(lostAfter: Interval(nanoseconds: try reader.signed()), maxSpeed: try reader.double())
    state = try ZoneState(from: &reader)
    guard state.side != .inside, state.raw != .inside, state.pending != .inside, state.history == 0,
      state.crossing == nil
    else { throw .malformed(offset: reader.offset) }
  }
}

/// Which zones are of a cohort, as it stands in the state: their identities, shared out over so many rows by their highest bits that an edited zone makes
/// one row anew and not all of them.
struct CohortMembers: Hashable, Sendable {
  /// Identities in a row, about.
  static let share = 1024
  /// How many of the highest bits tell the rows apart.
  static func bits(for members: Int) -> Int {
    var bits = 0
    while bits < 16, members >> bits > share { bits += 1 }
    return bits
  }

  static func row(of identity: UInt64, bits: Int) -> Int { bits == 0 ? 0 : Int(identity >> UInt64(64 - bits)) }

  /// Names the row of a cohort: its number, into how many rows (as a power of two) its members are shared out, and which of them it is.
  static func name(_ cohort: Int, bits: Int, row: Int) -> String { "\(cohort) \(bits) \(row)" }

  static func cohort(named name: String) -> Int? { name.split(separator: " ").first.flatMap { Int($0) } }

  static func write(_ identities: [UInt64], to writer: inout PackedWriter) {
    writer.write(UInt64(identities.count))
    for identity in identities { writer.write(fixed: identity) }
  }

  static func read(from reader: inout PackedReader) throws(PackingError) -> [UInt64] {
    let count = try reader.unsigned()
    guard count <= 1 << 20 else { throw .malformed(offset: reader.offset) }
    var identities: [UInt64] = []
    for _ in 0..<count { identities.append(try reader.fixed()) }
    return identities
  }
}
