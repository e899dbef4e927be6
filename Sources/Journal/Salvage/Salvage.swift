import Deflate
import Model

// # What is salvaged of a damaged journal, and what of it is believed
//
// SQLite gives up a whole subtree for one rotten page on the way to it, and drops the tail of a log behind one flipped byte without a
// word. So the pages are read here, without SQLite, which would change the files, too. The format: https://www.sqlite.org/fileformat2.html;
// pages of 1 KiB, UTF-8, no reserved bytes, as the journal makes them.
//
//   blocks      are believed by their own checksum, which covers numbers, run, boot, time, sums and content. First those that the table
//               leads to. If a page on the way is broken, a block's checksum doesn't fit, or the log is broken: those that any page has,
//               also one that isn't in use any more, in older versions in the log, in broken frames, and beside broken cell pointers.
//               Where ranges overlap the newer one counts. What every uplink has settled is left out then: it may have been deleted.
//               If something of that comes back all the same, it is sent once more, by its own name, which is no more than a repeat.
//   own rows    (head, identity, cursors, copies of runs and boots) by their seals. Of several heads the last counts. Cursors are joined,
//               since none ever goes back: one that is old repeats, and loses nothing.
//   runs, boots by the checksums of their rows, or by the copy. A run without a name gets a new one; a boot without a row is "unknown".
//   state       of the rule engine only if the table leads to every row, the rows' sum is the one in the head, and no block is newer than
//               that head. A part of a state, or an old one, would raise again what was raised; then rules start anew. The engine's
//               id is a new one in any case, so that no event's id is ever given twice.
//   actions     that are open, as the table has them. They are of the last commit if their sum is the one in the head, no block is newer than
//               that head, and no broken frame stands behind the last commit. Else one that was decided may have been started since, or
//               may say something else: it counts as started, and is not done.
//   letters     by their checksums. A recording, as far as it is there from a header on without a hole, each part by its checksum.
//
// Missing is every number up to the last that is known of which there is no block and which no uplink has settled wholly; before the first
// block only where a page or a block may be gone. In tables of before schema 5 a hole that has no fault beside it is what was deleted.

/// What could be read of a damaged journal.
struct Salvage {
  private(set) var head: Head?
  private(set) var identity: (engine: String, machine: String)?
  private var thinning: ThinningBook?
  private(set) var runs: [Int64: String] = [:]
  private(set) var boots: [Int64: Boot] = [:]
  private(set) var uplinks: [String: UplinkCursor] = [:]
  /// No cursor is known to be missing.
  private(set) var hasAllCursors = false
  /// `nil` when it can't be relied on.
  private(set) var state: [StateRow]?
  /// The gateway's own, by kind and name; of several copies the one in its place.
  private(set) var notes: [[String]: StateRow] = [:]
  private(set) var actions: [StoredAction] = []
  /// They are those of the last commit, as far as anybody can tell.
  private(set) var areActionsCertain = false
  private(set) var blocks: [BlockHarvest.Found] = []
  /// What the blocks say they are of.
  private(set) var namedRuns: Set<Int64> = []
  private(set) var namedBoots: Set<Int64> = []
  private(set) var newestTime = EngineTime.zero
  private(set) var letters: [(letter: PackedDeadLetter, time: EngineTime)] = []
  private(set) var recording: [(position: UInt64, block: RecordingBlock)] = []
  private(set) var isRecordingWhole = false
  /// The last number that is known to have been given.
  private(set) var lastSequence: UInt64 = 0
  private(set) var missing = NumberRanges()

  let view: PageView

  /// True when nothing of a journal was found.
  var isEmpty: Bool { blocks.isEmpty && head == nil && uplinks.isEmpty && letters.isEmpty }

  init(database: any ByteSource, log: any ByteSource) {
    view = PageView(database: database, logBytes: log, log: WriteAheadLog(log, of: database))
    let roots = TableRoots(in: view)
    let isLogWhole = if case .damaged = view.log.verdict { false } else { true }

    var rows: [StateRow] = []
    let isStateWhole = roots.rows(of: "state", isTable: false, in: view) { row, _ in
      guard let row = StateRow(row) else { return }
      if row.kind.hasPrefix(".") { takeOwn(row) } else { rows.append(row) }
    }
    let areRunsWhole = readRuns(roots)
    if !isStateWhole || !areRunsWhole || !isLogWhole || head == nil || identity == nil { searchOwn() }
    hasAllCursors = head.map { UInt64(uplinks.count) >= $0.cursorCount } ?? false

    harvest(roots)
    let isHeadLast = head.map { $0.lastSequence >= blocks.last?.last ?? 0 } ?? false
    if isStateWhole, isHeadLast, let sum = head?.stateSum, StateSums(rows).total == sum { state = rows }
    readActions(roots, isHeadLast: isHeadLast, isLogWhole: isLogWhole)
    readLetters(roots)
    if isLogWhole { readRecording(roots) }
  }

  /// How far thinning had come. Where nobody knows, as far as can be: nothing is thinned further than its `gap` records say.
  var thinned: ThinningBook {
    if let thinning { return thinning }
    return head?.drops[.thinned].total == 0 ? ThinningBook() : ThinningBook(doneThrough: lastSequence)
  }

  // MARK: The journal's own rows

  private mutating func takeOwn(_ row: StateRow) {
    guard let sealed = row.value, let value = Seal.open(sealed, row.kind, row.name) else { return }
    do throws(PackingError) {
      switch (row.kind, row.name) {
      case (StateTable.cursorKind, _): try take(UplinkCursor(packed: value), of: row.name)
      case (let kind, _) where kind.hasPrefix(StateTable.noteKind):
        if notes[[kind, row.name]] == nil { notes[[kind, row.name]] = row.note(value) }
      case (StateTable.journalKind, "head"): try take(Head(packed: value))
      case (StateTable.journalKind, "identity"): if identity == nil { identity = try StateTable.identity(value) }
      case (StateTable.journalKind, ThinningBook.name):
        let found = try ThinningBook(packed: value)
        if thinning == nil { thinning = ThinningBook() }
        thinning?.join(found)
      case (StateTable.journalKind, RunCopy.name): take(try RunCopy(packed: value))
      default: break
      }
    } catch {
      // Sealed and not to be read: of a version that isn't this one. It counts as missing, which is reported.
      return
    }
  }

  private mutating func take(_ cursor: UplinkCursor, of uplink: String) {
    guard var known = uplinks[uplink] else {
      uplinks[uplink] = cursor
      return
    }
    known.cursors.formUnion(cursor.cursors)
    uplinks[uplink] = known
  }

  private mutating func take(_ found: Head) {
    guard let known = head, (known.lastSequence, known.time) >= (found.lastSequence, found.time) else {
      head = found
      return
    }
  }

  private mutating func take(_ copy: RunCopy) {
    for run in copy.runs where runs[run.ordinal] == nil { runs[run.ordinal] = run.id }
    for boot in copy.boots { take(boot) }
  }

  private mutating func take(_ boot: Boot) {
    // The mapping to UTC comes later than the row, and never changes.
    if boots[boot.ordinal]?.utcAtZero == nil { boots[boot.ordinal] = boot }
  }

  private mutating func readRuns(_ roots: TableRoots) -> Bool {
    let areRunsWhole = roots.rows(of: "runs", in: view) { row, rowid in
      if let run = RunTable.run(row, rowid) { runs[rowid] = run.id }
    }
    let areBootsWhole = roots.rows(of: "boots", in: view) { row, rowid in
      if let found = RunTable.boot(row, rowid) { take(found.boot) }
    }
    return areRunsWhole && areBootsWhole
  }

  /// In every page, also where the tables don't lead.
  private mutating func searchOwn() {
    view.forEachPlace { place in
      guard let bytes = view.bytes(at: place), let page = BTreePage(bytes), page.kind != .tableInterior else { return }
      for cell in page.cells {
        guard let payload = Payload.whole(cell, in: bytes, page: { view.bytes($0, seenFrom: place) }),
          let row = RowRecord(payload)
        else { continue }
        if !page.kind.isTable {
          if let row = StateRow(row), row.kind.hasPrefix(".") { takeOwn(row) }
        } else if row.columns.count == 3, let run = RunTable.run(row, cell.rowid), run.isCertain {
          if runs[cell.rowid] == nil { runs[cell.rowid] = run.id }
        } else if row.columns.count == 5, let found = RunTable.boot(row, cell.rowid), found.isCertain {
          take(found.boot)
        }
      }
    }
  }

  // MARK: Records

  private mutating func harvest(_ roots: TableRoots) {
    let lows = uplinks.values.flatMap { uplink in
      Lane.allCases.filter { uplink.lanes.contains(LaneSet($0)) }.map { uplink.cursors[$0].low }
    }
    var harvest = BlockHarvest(
      roots, in: view, waiting: hasAllCursors ? lows.min().map { $0 + 1 } : nil, last: head?.lastSequence)
    let settled = hasAllCursors ? NumberRanges.settled(uplinks.values) : NumberRanges()
    if !harvest.doubts.isEmpty {
      harvest.searchEverywhere { !settled.contains($0.range) }
    }
    blocks = harvest.disjoint()
    (namedRuns, namedBoots, newestTime) = (harvest.runs, harvest.boots, harvest.newest)
    lastSequence = max(head?.lastSequence ?? 0, blocks.last?.last ?? 0)
    for uplink in uplinks.values {
      for lane in Lane.allCases {
        lastSequence = max(lastSequence, uplink.cursors[lane].ranges.last?.upperBound ?? uplink.cursors[lane].low)
      }
    }
    guard lastSequence > 0 else { return }
    var covered = NumberRanges()
    for block in blocks { covered.append(block.first...block.last) }
    let holes = covered.subtracted(from: 1...lastSequence)
    let doubtful = NumberRanges(harvest.doubts.map { UInt64(max(0, $0.lowerBound))...UInt64(max(0, $0.upperBound)) })
    missing = NumberRanges(holes.ranges.filter(doubtful.overlaps)).subtracting(settled)
  }

  private mutating func readLetters(_ roots: TableRoots) {
    var known: Set<[String]> = []
    func take(_ row: RowRecord) {
      guard let found = PackedDeadLetter.salvaged(row) else { return }
      let identity = found.letter.identity
      if known.insert([found.letter.uplink, identity.journal, "\(identity.seq)"]).inserted { letters.append(found) }
    }
    _ = roots.rows(of: "dead_letters", in: view) { row, _ in take(row) }
  }

  // MARK: Actions and the recording

  private mutating func readActions(_ roots: TableRoots, isHeadLast: Bool, isLogWhole: Bool) {
    var open: [StoredAction] = []
    let isWhole = roots.rows(of: "actions", in: view) { row, rowid in
      if let action = StoredAction(row, rowid: rowid), !action.state.isFinal { open.append(action) }
    }
    if let sum = head?.actionSum {
      areActionsCertain =
        isWhole && isHeadLast && ActionSum.of(open) == sum && (isLogWhole || !view.log.hasRemains)
    } else {
      areActionsCertain = isWhole && isLogWhole
    }
    if !areActionsCertain {
      for index in open.indices where open[index].state == .decided {
        open[index].state = .started
        open[index].started = open[index].decided
      }
    }
    actions = open
  }

  private mutating func readRecording(_ roots: TableRoots) {
    var parts: [(position: UInt64, block: RecordingBlock)] = []
    _ = roots.rows(of: "recording", in: view) { row, rowid in
      if rowid > 0, let block = RecordingBlock(row) { parts.append((UInt64(rowid), block)) }
    }
    guard let start = parts.firstIndex(where: { $0.block.kind == .header }) else { return }
    recording = [parts[start]]
    for part in parts[(start + 1)...] {
      guard let last = recording.last, part.position == last.position + 1 else { break }
      recording.append(part)
    }
    isRecordingWhole = start == 0 && recording.last?.position == head?.recording.position
  }
}
