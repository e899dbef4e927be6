import Model

/// What waits for the next commit: everything that came of observations since the last one. It is written whole or stays here.
struct CommitBatch {
  /// A batch that could not be written grows to about this many bytes; past it nothing more is taken from the inbox.
  static let byteLimit = 1 << 20

  private(set) var records: [Record] = []
  private(set) var observations: [Observation] = []
  private(set) var state: [StateRow] = []
  /// True when it must not wait for the flush interval: events and actions go at once.
  private(set) var isUrgent = false
  /// The boot clock when the first of it came in, nanoseconds.
  private(set) var since: Int64?
  private(set) var approximateBytes = 0

  var isEmpty: Bool { records.isEmpty && observations.isEmpty && state.isEmpty }
  var isFull: Bool { approximateBytes >= Self.byteLimit }

  mutating func append(_ record: Record, at bootTime: Int64) {
    records.append(record)
    if record.lane == .event { isUrgent = true }
    // A packed record is 60–130 bytes before deflating; an estimate is enough for a bound on memory.
    grow(by: 160, at: bootTime)
  }

  mutating func append(_ observation: Observation, at bootTime: Int64) {
    observations.append(observation)
    grow(by: 120, at: bootTime)
  }

  /// Engine state that changed; of rows with one key the last counts.
  mutating func append(_ rows: [StateRow], at bootTime: Int64) {
    guard !rows.isEmpty else { return }
    let keys = Set(rows.map { [$0.kind, $0.name] })
    state.removeAll { keys.contains([$0.kind, $0.name]) }
    state += rows
    if since == nil { since = bootTime }
  }

  private mutating func grow(by bytes: Int, at bootTime: Int64) {
    approximateBytes += bytes
    if since == nil { since = bootTime }
  }
}
