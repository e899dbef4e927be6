@testable import Journal
import Model

/// A random life of a journal from a seed, call by call, and beside it what must be true of it.
struct JournalLife {
  private(set) var journal: Journal
  private let path: String
  private let boot: Int
  private let ids: String
  private var random: SeededGenerator
  private let noise: String
  private let isHeavy: Bool
  private let isTrusted: Bool
  /// Seconds of engine time, and of them at the boot's start.
  private(set) var seconds: Double
  private let zero: Double
  /// Names that were ever seen, with what they meant.
  private(set) var known: [RecordIdentity: Record.Body]
  /// What was committed, by the test's own book.
  private(set) var state: [String: StateRow]
  private var committed: [UInt64: Record.Body] = [:]
  /// What is wrong while power is on.
  private(set) var violations: [String] = []

  static let uplinks = ["central", "office", "yard"]

  static func options(boot: Int, ids: String) -> Journal.Options {
    JournalFolder.options(limit: 1 << 20, history: .seconds(30), boot: "boot-\(boot)", ids: ids)
  }

  /// Opens it: the life's first call.
  init(
    path: String, boot: Int, ids: String, random: SeededGenerator, state: [StateRow],
    known: [RecordIdentity: Record.Body]
  ) throws {
    self.path = path
    self.boot = boot
    self.ids = ids
    self.random = random
    noise = LimitTests.noise(6000, &self.random)
    isHeavy = Int.random(in: 0..<3, using: &self.random) == 0
    isTrusted = Bool.random(using: &self.random)
    self.known = known
    self.state = Dictionary(uniqueKeysWithValues: state.map { ($0.name, $0) })
    journal = try Journal.open(
      path: path, options: Self.options(boot: boot, ids: ids), now: .at(0, trusted: isTrusted))
    seconds = Double(journal.engineTime.nanoseconds) / 1e9
    zero = seconds
  }

  private var clock: JournalClock { .at(seconds - zero, trusted: isTrusted) }

  /// Takes note of what the names mean that are there now.
  mutating func note(_ view: JournalView) {
    for record in view.records {
      if let body = known[record.identity], body != record.body {
        violations.append("\(record.identity) has meant two things: \(body), \(record.body)")
      }
      known[record.identity] = record.body
      if let body = committed[record.identity.seq], body != record.body {
        violations.append("record \(record.identity.seq) reads \(record.body), not \(body)")
      }
    }
    let rows = state.values.sorted { $0.name < $1.name }
    if view.state != rows { violations.append("the engine's state isn't what was committed") }
  }

  /// One call of the journal, or a few that change nothing.
  mutating func step() throws {
    seconds += Double(Int.random(in: 0...30, using: &random)) / 10
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<70: try commit()
    case 70..<76:
      try journal.openCursor(
        uplink: Self.uplinks.randomElement(using: &random) ?? "central",
        from: Bool.random(using: &random) ? .oldest : .now,
        keep: Bool.random(using: &random) ? .seconds(40) : nil)
    case 76..<78: try journal.closeCursor(uplink: Self.uplinks.randomElement(using: &random) ?? "central")
    case 78..<84:
      if journal.isRecording {
        _ = try journal.stopRecording()
      } else {
        _ = try journal.startRecording(
          RecordingHeader(
            gateway: "g", engine: journal.engineID, time: journal.engineTime, state: try journal.engineState()))
      }
    case 84..<88: try restart()
    case 88..<91:
      let mapping = Timestamp(seconds: 1_795_219_200 + zero)
      if let record = try journal.recordClockMapping(utcAtZero: mapping, time: .seconds(seconds)) {
        try append([record])
      } else {
        try append([.undated(at: seconds)])
      }
    default: try refuse()
    }
  }

  /// An order of the end and another start within the same boot.
  private mutating func restart() throws {
    try journal.closeCleanly(time: .seconds(seconds), clock: clock)
    journal = try Journal.open(path: path, options: Self.options(boot: boot, ids: ids + "r"), now: clock)
  }

  mutating func append(_ records: [Record]) throws {
    var commit = Commit(time: .seconds(seconds), clock: clock, records: records)
    try perform(&commit)
  }

  private mutating func perform(_ commit: inout Commit) throws {
    let range = try journal.commit(commit)
    for (offset, record) in commit.records.enumerated() {
      guard let first = range?.lowerBound else { break }
      committed[first + UInt64(offset)] = record.body
    }
    for row in commit.state { state[row.name] = row.value == nil ? nil : row }
  }

  private mutating func commit() throws {
    var commit = Commit(time: .seconds(seconds), clock: clock, records: records())
    for _ in 0..<Int.random(in: 0...5, using: &random) {
      let value = (0..<Int.random(in: 1...80, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      let name = "signal \(Int.random(in: 0..<40, using: &random))"
      commit.state.append(
        StateRow(kind: "report", name: name, value: Int.random(in: 0..<12, using: &random) == 0 ? nil : value))
    }
    if Int.random(in: 0..<6, using: &random) == 0 {
      commit.actions.append(
        .decide(kind: "run", payload: [1, 2, UInt8.random(in: 0...255, using: &random)], expires: nil))
    }
    if let action = try journal.openActions().randomElement(using: &random), Bool.random(using: &random) {
      commit.actions.append(.move(id: action.id, to: action.state == .decided ? .started : .done, outcome: nil))
    }
    if journal.isRecording {
      commit.observations = (0..<Int.random(in: 0...4, using: &random)).map { _ in
        Observation(time: .seconds(seconds), content: .system(.start(downtime: .seconds(seconds))))
      }
    }
    if Int.random(in: 0..<3, using: &random) == 0, let settled = try settlement() { commit.cursors.append(settled) }
    try perform(&commit)
  }

  private mutating func records() -> [Record] {
    (0..<Int.random(in: 0...12, using: &random)).map { index in
      switch Int.random(in: 0..<10, using: &random) {
      case 0: return .event("\(journal.engineID)-\(seconds)-\(index)", at: seconds)
      case 1...3: return .position(Double(Int.random(in: -8000...8000, using: &random)) / 100, at: seconds)
      case 4: return .undated("device \(index)", at: seconds)
      case 5:
        let count = Int.random(in: 0...(isHeavy ? 6000 : 600), using: &random)
        return Record(
          time: .seconds(seconds), timestamp: nil,
          body: .reading(
            device: "d", metric: "text", value: .text(String(noise.prefix(count))), unit: nil, quality: .good))
      default: return .reading(Double.random(in: -50...50, using: &random), at: seconds)
      }
    }
  }

  /// Some uplink's server has acknowledged what lies at the beginning of some lane, or a little beyond it.
  private mutating func settlement() throws -> (uplink: String, cursors: LaneCursors)? {
    guard let name = Self.uplinks.randomElement(using: &random), journal.lastSequence > 0 else { return nil }
    var cursors = journal.cursors(uplink: name)
    for lane in Lane.allCases where Bool.random(using: &random) {
      if Int.random(in: 0..<4, using: &random) == 0 {
        cursors[lane].settle(UInt64.random(in: 1...journal.lastSequence, using: &random))
      } else {
        let waiting = journal.lastSequence - min(journal.lastSequence, cursors[lane].low)
        cursors[lane].settle(through: cursors[lane].low + waiting * UInt64.random(in: 0...4, using: &random) / 4)
      }
    }
    return (name, cursors)
  }

  /// A server refuses a record for good: kept, and passed with the next commit.
  private mutating func refuse() throws {
    guard let record = try journal.all().randomElement(using: &random), let name = Self.uplinks.first,
      try journal.keepDeadLetter(uplink: name, identity: record.identity, reason: "refused")
    else { return try commit() }
    var cursors = journal.cursors(uplink: name)
    cursors[record.lane].settle(record.identity.seq)
    var commit = Commit(
      time: .seconds(seconds), clock: clock, records: [.reading(1, at: seconds)], cursors: [(name, cursors)])
    try perform(&commit)
  }
}
