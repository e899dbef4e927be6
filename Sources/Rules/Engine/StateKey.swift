import Model

/// Names a state row.
struct StateKey: Hashable, Comparable, Sendable {
  var kind: String
  var name: String

  static func < (a: StateKey, b: StateKey) -> Bool {
    a.kind != b.kind
      ? a.kind.utf8.lexicographicallyPrecedes(b.kind.utf8) : a.name.utf8.lexicographicallyPrecedes(b.name.utf8)
  }
}

extension StateRow {
  var key: StateKey { StateKey(kind: kind, name: name) }
}

/// The kinds of rows, as they stand in the journal.
enum StateKind: String {
  case engine, zone, rule, report, receiver, device, budget
  /// The state that many zones share, by the cohort's number; and which zones those are (`CohortMembers`).
  case cohort, members
  /// What a rule that is up does when it goes down; by the rule's name.
  case farewell
  /// The signal store's.
  case signal, window, count, previous, variable, motion, system
}

/// The engine's own rows, each changing at its own pace.
enum EngineRow: String, CaseIterable, Sendable {
  /// The mapping from engine time to UTC.
  case clock
  /// What was dropped.
  case counters
  /// The number in the last event's id.
  case events
  /// Which report policies the `report` rows were written under.
  case policies
}

/// Every row begins with a byte that names its layout. A row of another layout is dropped like one that is damaged.
enum StateLayout {
  static let version: UInt8 = 1
  /// Of zones' rows that say no more than when the side was taken; 1 has the whole state.
  static let zoneVersion: UInt8 = 2
  /// Of rules' rows; 1 knew nothing of levels.
  static let ruleVersion: UInt8 = 2
  /// Of reports' rows that hold a track.
  static let reportVersion: UInt8 = 2

  static func row(
    _ kind: StateKind, _ name: String, version: UInt8 = version, _ body: (inout PackedWriter) -> Void
  ) -> StateRow {
    var writer = PackedWriter()
    writer.write(byte: version)
    body(&writer)
    return StateRow(kind: kind.rawValue, name: name, value: writer.bytes)
  }

  /// Reads the whole row; bytes left over mean that it is not what it seems.
  static func read<T>(
    _ value: [UInt8], _ body: (inout PackedReader) throws(PackingError) -> T
  ) throws(PackingError) -> T {
    try read(value, upTo: version) { (reader, _) throws(PackingError) in try body(&reader) }
  }

  /// The same for rows that have more than one layout; `body` gets the row's.
  static func read<T>(
    _ value: [UInt8], upTo newest: UInt8, _ body: (inout PackedReader, UInt8) throws(PackingError) -> T
  ) throws(PackingError) -> T {
    var reader = PackedReader(value)
    let layout = try reader.byte()
    guard (1...newest).contains(layout) else { throw .malformed(offset: 0) }
    let result = try body(&reader, layout)
    guard reader.isAtEnd else { throw .malformed(offset: reader.offset) }
    return result
  }
}
