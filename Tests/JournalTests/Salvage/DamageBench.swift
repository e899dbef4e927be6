import Foundation
@testable import Journal
import Model
import Testing

/// A journal with thousands of records, and what is known of it from outside: the ground truth for damage.
struct DamageBench {
  let folder: JournalFolder
  let database: [UInt8]
  let log: [UInt8]
  /// All records that were ever committed, by number.
  var records: [UInt64: StoredRecord] = [:]
  /// Numbers that were settled for all uplinks, as of the last commit.
  var settled: Set<UInt64> = []
  /// As of the last commit.
  var cursors: [String: LaneCursors] = [:]
  /// The engine's state after each commit that changed it.
  var states: Set<[StateRow]> = [[]]
  /// How far each action has come, by id.
  var actions: [Int64: StoredAction.State] = [:]
  var journalIDs: Set<String> = []
  var engineIDs: Set<String> = []
  /// For each block that can be read: its numbers, and where its bytes lie.
  var blocks: [(numbers: [UInt64], parts: [Part])] = []

  struct Part {
    var isLog: Bool
    var range: Range<Int>
  }

  static let uplinks = ["central", "office"]

  init(seed: UInt64, commits: Int) throws {
    var random = SeededGenerator(seed &* 7919)
    folder = try JournalFolder()
    let journal = try folder.open(JournalFolder.options(history: .seconds(20), ids: "old0\(seed % 10)"))
    for name in Self.uplinks { try journal.openCursor(uplink: name, from: .oldest) }
    var truth = Truth()
    var state: [String: StateRow] = [:]
    var open: [Int64] = []
    if seed % 3 == 0 { _ = try journal.startRecording(.init(gateway: "g", engine: "e", time: .zero, state: [])) }
    for n in 0..<commits {
      let seconds = Double(n) / 10
      var commit = Commit.at(seconds, Self.records(n, &random, engine: journal.engineID))
      for _ in 0..<Int.random(in: 0...6, using: &random) {
        let name = "signal \(Int.random(in: 0..<60, using: &random))"
        let value = (0..<Int.random(in: 5...60, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        let row = StateRow(kind: "report", name: name, value: Int.random(in: 0..<20, using: &random) == 0 ? nil : value)
        commit.state.append(row)
        state[name] = row.value == nil ? nil : row
      }
      if n % 17 == 3 { commit.actions.append(.decide(kind: "run", payload: [1, 2, 3], expires: nil)) }
      if n % 17 == 5, let id = open.last { commit.actions.append(.move(id: id, to: .started, outcome: nil)) }
      if n % 17 == 9, let id = open.popLast() { commit.actions.append(.move(id: id, to: .done, outcome: nil)) }
      if journal.isRecording {
        commit.observations = [Observation(time: .seconds(seconds), content: .system(.start(downtime: nil)))]
      }
      if n % 10 == 9 {
        // Most is delivered; the last third waits.
        let head = journal.lastSequence * 2 / 3
        for (index, name) in Self.uplinks.enumerated() {
          commit.cursors.append((name, LaneCursors(low: head > UInt64(index * 40) ? head - UInt64(index * 40) : 0)))
        }
      }
      if n % 90 == 50 {
        _ = try journal.keepDeadLetter(
          uplink: "central", identity: .init(journal: journal.journalID, seq: journal.lastSequence), reason: "no")
      }
      if let range = try journal.commit(commit) { truth.note(try journal.read(.init(range: range))) }
      open = try journal.openActions().map(\.id)
      for action in try journal.openActions() { truth.actions[action.id] = action.state }
      for case .move(let id, let to, _) in commit.actions { truth.actions[id] = to }
      truth.states.insert(state.values.sorted { $0.name < $1.name })
    }
    (records, actions, states) = (truth.records, truth.actions, truth.states.union([[]]))
    journalIDs = [journal.journalID]
    engineIDs = [journal.engineID]
    for name in Self.uplinks { cursors[name] = journal.cursors(uplink: name) }
    let known = cursors
    settled = Set(
      records.values.filter { record in known.values.allSatisfy { $0[record.lane].contains(record.identity.seq) } }
        .map(\.identity.seq))
    // As a power cut leaves it: with the log.
    let copy = try folder.crashCopy()
    database = [UInt8](try Data(contentsOf: URL(fileURLWithPath: copy.path)))
    log = [UInt8](try Data(contentsOf: URL(fileURLWithPath: copy.path + "-wal")))
    map(try journal.all().map(\.identity.seq))
  }

  private struct Truth {
    var records: [UInt64: StoredRecord] = [:]
    var states: Set<[StateRow]> = []
    var actions: [Int64: StoredAction.State] = [:]
    mutating func note(_ found: [StoredRecord]) { for record in found { records[record.identity.seq] = record } }
  }

  private static func records(_ n: Int, _ random: inout SeededGenerator, engine: String) -> [Record] {
    let seconds = Double(n) / 10
    return (0..<Int.random(in: 1...14, using: &random)).map { index in
      switch Int.random(in: 0..<12, using: &random) {
      case 0: .event("\(engine)-\(n)-\(index)", at: seconds)
      case 1...3: .position(Double.random(in: -80...80, using: &random), at: seconds)
      case 4: .undated("device \(index)", at: seconds)
      case 5:
        Record(
          time: .seconds(seconds), timestamp: nil,
          body: .reading(
            device: "d", metric: "text",
            value: .text(LimitTests.noise(Int.random(in: 1...3000, using: &random), &random)),
            unit: nil, quality: .good))
      default: .reading(Double.random(in: -50...50, using: &random), at: seconds)
      }
    }
  }

  /// Where the blocks' bytes lie, found by the reader under test; that it finds all of them is held against what SQL gives.
  private mutating func map(_ present: [UInt64]) {
    let view = PageView(database: database, logBytes: log, log: WriteAheadLog(log, of: database))
    var numbers = present[...]
    var isRead = true
    var blocks: [(numbers: [UInt64], parts: [Part])] = []
    let walk = TableRoots(in: view).walk("blocks", in: view) { place, page in
      let bytes = page.bytes
      for cell in page.cells {
        guard let found = Payload.whole(cell, in: bytes, page: { view.latestBytes($0) }),
          let row = RowRecord(found), let block = Block(row, rowid: cell.rowid)
        else {
          isRead = false
          continue
        }
        let mine = numbers.prefix { $0 <= block.header.last }
        numbers = numbers.dropFirst(mine.count)
        var parts = [part(place, cell.local.lowerBound - 12..<cell.local.upperBound + (cell.overflow > 0 ? 4 : 0))]
        var (next, rest) = (cell.overflow, cell.size - cell.local.count)
        while next > 0, rest > 0, let bytes = view.latestBytes(next) {
          parts.append(part(view.latest(next), 0..<min(1024, rest + 4)))
          rest -= 1020
          next = bytes.number32(at: 0) ?? 0
        }
        blocks.append((Array(mine), parts))
      }
    }
    self.blocks = blocks
    #expect(walk.isWhole && isRead)
    #expect(numbers.isEmpty)
  }

  private func part(_ place: PageView.Place, _ range: Range<Int>) -> Part {
    switch place {
    case .database(let page):
      let start = (Int(page) - 1) * 1024
      return Part(isLog: false, range: start + max(0, range.lowerBound)..<start + range.upperBound)
    case .frame(let index):
      let start = WriteAheadLog.place(of: index)
      return Part(isLog: true, range: start + max(0, range.lowerBound)..<start + range.upperBound)
    }
  }

  /// Numbers of records whose blocks lie there byte for byte.
  func intact(database: [UInt8], log: [UInt8]) -> Set<UInt64> {
    var intact: Set<UInt64> = []
    for block in blocks {
      let isIntact = block.parts.allSatisfy { part in
        let (now, before) = part.isLog ? (log, self.log) : (database, self.database)
        return part.range.upperBound <= now.count && now[part.range] == before[part.range]
      }
      if isIntact { intact.formUnion(block.numbers) }
    }
    return intact
  }
}
