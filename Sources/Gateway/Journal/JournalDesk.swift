import Config
import Journal
import Model
import Uplinks

/// Answers what is only read of the journal: the summary, records, dead letters, and what is to be carried. Large answers go out piece by
/// piece, so that they never lie in memory, and commits go on in between.
struct JournalDesk {
  let gateway: String
  let shelf: any JournalShelf
  /// What an uplink sends, for those that are configured.
  let kinds: [String: RecordKinds]

  private static let pieceRecords = 1000
  private static let pieceBytes = 256 << 10

  func summary(_ write: (_ chunk: [UInt8]) async throws -> Void) async throws {
    let picture = try await shelf.journalStatistics()
    try await write(ControlReply.success { picture.statistics.writeSummary(to: &$0, now: picture.now) })
  }

  // MARK: Records

  func list(_ selection: JournalRequest.Selection, _ write: (_ chunk: [UInt8]) async throws -> Void) async throws {
    let wanted = try selection.recordKinds()
    let limit = min(selection.limit ?? 100, JournalRequest.listLimit)
    let standing = try await standing(selection)
    try await write(ControlReply.success())
    var lines = JournalLines(gateway: gateway)
    if selection.from == nil {
      for record in try await newest(limit, of: standing, wanted) { lines.append(record) }
    } else {
      var position = standing.range.lowerBound
      search: while position <= standing.range.upperBound {
        let piece = try await piece(of: standing, from: position)
        for record in piece where wanted.contains(record.kind) && standing.holds(record) {
          guard lines.records < limit else { break search }
          lines.append(record)
        }
        guard let last = piece.last?.identity.seq else { break }
        position = last + 1
        try await lines.flush(write)
      }
    }
    try await lines.end(write)
  }

  /// The last `limit` of them, looked for backwards from the end.
  private func newest(
    _ limit: Int, of standing: Standing, _ wanted: RecordKinds
  ) async throws -> [StoredRecord] {
    var found: [[StoredRecord]] = []
    var count = 0
    var end = standing.range.upperBound
    while count < limit, end >= standing.range.lowerBound, end > 0 {
      let start = max(
        standing.range.lowerBound, end > UInt64(Self.pieceRecords) ? end - UInt64(Self.pieceRecords) + 1 : 1)
      var part: [StoredRecord] = []
      var position = start
      while position <= end {
        let piece = try await piece(of: standing, from: position, through: end)
        part += piece.filter { wanted.contains($0.kind) && standing.holds($0) }
        guard let last = piece.last?.identity.seq else { break }
        position = last + 1
      }
      found.append(part)
      count += part.count
      end = start - 1
    }
    return found.reversed().flatMap { $0 }.suffix(limit)
  }

  /// What waits for an uplink. The first line says what the file is of, the last how many records it has; both are batches without messages,
  /// so that a receiver's own code takes each line.
  func export(_ selection: JournalRequest.Selection, _ write: (_ chunk: [UInt8]) async throws -> Void) async throws {
    guard let uplink = selection.uplink else { throw Refused("which uplink? say `--uplink NAME`") }
    let standing = try await standing(selection)
    try await write(ControlReply.success())
    var lines = JournalLines(gateway: gateway)
    if standing.range.lowerBound <= standing.range.upperBound, standing.range.upperBound > 0 {
      let carried = Carried(
        gateway: gateway, uplink: uplink, first: standing.range.lowerBound, last: standing.range.upperBound,
        kinds: Record.Kind.allCases.filter { standing.kinds.contains($0) }.map(\.name))
      lines.begin(carried, journal: standing.journalID, cursors: standing.cursors, head: standing.head)
      var position = standing.range.lowerBound
      while position <= standing.range.upperBound {
        let piece = try await piece(of: standing, from: position)
        for record in piece where standing.holds(record) { lines.append(record, late: true) }
        guard let last = piece.last?.identity.seq else { break }
        position = last + 1
        try await lines.flush(write)
      }
      lines.finish(journal: standing.journalID)
    }
    try await lines.end(write)
  }

  /// What a selection stands for now.
  private struct Standing {
    var journalID: String
    var head: UInt64
    var lanes: LaneSet
    var kinds: RecordKinds
    /// What the uplink has; `nil`: everything counts that is kept.
    var settled: LaneCursors?
    /// Empty where the lower end is above the upper one.
    var range: (lowerBound: UInt64, upperBound: UInt64)

    var cursors: LaneCursors { settled ?? LaneCursors() }

    func holds(_ record: StoredRecord) -> Bool {
      guard kinds.contains(record.kind) else { return false }
      return settled.map { !$0[record.lane].contains(record.identity.seq) } ?? true
    }
  }

  private func standing(_ selection: JournalRequest.Selection) async throws -> Standing {
    let statistics = try await shelf.journalStatistics().statistics
    let end = min(selection.to ?? .max, statistics.lastSequence)
    guard let name = selection.uplink else {
      return Standing(
        journalID: statistics.journalID, head: statistics.lastSequence, lanes: .all, kinds: .all, settled: nil,
        range: (max(1, selection.from ?? 1), end))
    }
    guard let uplink = statistics.uplinks.first(where: { $0.name == name }) else {
      throw UnknownUplink(name: name, known: statistics.uplinks.map(\.name), isOfJournal: true)
    }
    let cursors = await shelf.cursors(of: name)
    let lows = Lane.allCases.filter { uplink.lanes.contains(LaneSet($0)) }.map { cursors[$0].low }
    return Standing(
      journalID: statistics.journalID, head: statistics.lastSequence, lanes: uplink.lanes,
      kinds: (kinds[name] ?? .all).intersection(
        RecordKinds(Record.Kind.allCases.filter { uplink.lanes.contains(LaneSet($0.lane)) })),
      settled: cursors, range: (max(selection.from ?? 1, (lows.min() ?? statistics.lastSequence) + 1), end))
  }

  private func piece(
    of standing: Standing, from position: UInt64, through end: UInt64? = nil
  ) async throws -> [StoredRecord] {
    let end = end ?? standing.range.upperBound
    guard position <= end else { return [] }
    return try await shelf.read(
      Journal.Query(
        lanes: standing.lanes, range: position...end, limit: Self.pieceRecords, byteLimit: Self.pieceBytes))
  }

  // MARK: Dead letters

  func dead(_ uplink: String?, _ write: (_ chunk: [UInt8]) async throws -> Void) async throws {
    let now = try await shelf.journalStatistics().now
    try await write(ControlReply.success())
    var lines = JournalLines(gateway: gateway)
    var position: Int64 = 0
    while true {
      let page = try await shelf.deadLetters(uplink: uplink, after: position, limit: 100)
      guard !page.letters.isEmpty else { break }
      for letter in page.letters { lines.append(letter, now: now) }
      position = page.position
      try await lines.flush(write)
    }
    try await lines.end(write)
  }

  struct Refused: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }
}
