import Journal
import Model

/// What waits for the next commit: everything that came of observations since the last one. It is written whole or stays here.
struct CommitBatch {
  /// A batch that could not be written grows to about this many bytes; past it nothing more is taken from the inbox.
  static let byteLimit = 1 << 20

  private(set) var records: [Record] = []
  private(set) var observations: [Observation] = []
  private(set) var state: [StateRow] = []
  /// Begins another part of the recording, behind `observations`.
  private(set) var segment: RecordingHeader?
  /// Hooks that were decided, and those that ended.
  private(set) var actions: [ActionChange] = []
  /// Records that go once more.
  private(set) var reopenings: [Reopening] = []
  /// The gateway's own rows that changed.
  private(set) var notes: [StateRow] = []
  /// To be logged once it is written.
  private(set) var lines: [LogLine] = []
  /// To be done once it is written.
  private(set) var orders: [Order] = []
  /// True when it must not wait for the flush interval: events and actions go at once.
  private(set) var isUrgent = false
  /// The boot clock when the first of it came in, nanoseconds.
  private(set) var since: Int64?
  private(set) var approximateBytes = 0

  var isEmpty: Bool {
    records.isEmpty && observations.isEmpty && state.isEmpty && segment == nil && actions.isEmpty && lines.isEmpty
      && orders.isEmpty && reopenings.isEmpty && notes.isEmpty
  }
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

  mutating func append(_ change: ActionChange, at bootTime: Int64) {
    actions.append(change)
    isUrgent = true
    grow(by: 500, at: bootTime)
  }

  /// The gateway's own rows; of those with one key the last counts.
  mutating func append(notes rows: [StateRow], at bootTime: Int64) {
    guard !rows.isEmpty else { return }
    let keys = Set(rows.map { [$0.kind, $0.name] })
    notes.removeAll { keys.contains([$0.kind, $0.name]) }
    notes += rows
    grow(by: rows.reduce(0) { $0 + 100 + ($1.value?.count ?? 0) }, at: bootTime)
  }

  mutating func append(_ reopening: Reopening, at bootTime: Int64) {
    reopenings.append(reopening)
    isUrgent = true
    grow(by: 200, at: bootTime)
  }

  /// They could not be written, and are not to be later; with what was noted of them.
  mutating func dropReopenings() {
    reopenings = []
    notes.removeAll { $0.kind == CommandBook.kind }
  }

  mutating func append(_ line: LogLine, at bootTime: Int64) {
    lines.append(line)
    isUrgent = true
    grow(by: 100 + line.message.utf8.count, at: bootTime)
  }

  mutating func append(_ order: Order, at bootTime: Int64) {
    orders.append(order)
    isUrgent = true
    grow(by: 100, at: bootTime)
  }

  mutating func begin(_ segment: RecordingHeader, at bootTime: Int64) {
    self.segment = segment
    grow(by: 0, at: bootTime)
  }

  #if PLANTED
    mutating func exchangeState(with other: inout [StateRow]) { swap(&state, &other) }
  #endif

  private mutating func grow(by bytes: Int, at bootTime: Int64) {
    approximateBytes += bytes
    if since == nil { since = bootTime }
  }
}
