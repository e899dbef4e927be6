import Model

/// Every block that can be found whole: those of the table first; where a part of that can't be reached, those in any page that there is.
/// A few dozen bytes of memory for each; the blocks themselves stay where they lie.
struct BlockHarvest {
  struct Found {
    var first: UInt64
    var last: UInt64
    var place: PageView.Place
    /// Of its cell in the page.
    var offset: UInt16
    /// 0 for what the table has; higher for what is less likely to count still.
    var rank: UInt32
  }

  /// The most that are salvaged: of a larger journal, the newest. It bounds the memory, to some 200 MB.
  static let limit = 4_000_000

  private let view: PageView
  /// What the table has, ascending.
  private var table: [Found] = []
  private var beside: [UInt64: Found] = [:]
  /// First numbers among which blocks may be missing.
  private(set) var doubts: [ClosedRange<Int64>] = []
  /// Which of them the blocks name.
  private(set) var runs: Set<Int64> = []
  private(set) var boots: Set<Int64> = []
  private(set) var newest = EngineTime.zero

  /// - Parameters:
  ///   - waiting: From this number on something may wait; `nil` where nobody knows.
  ///   - last: The last number that was given; `nil` where nobody knows.
  init(_ roots: TableRoots, in view: PageView, waiting: UInt64?, last: UInt64?) {
    self.view = view
    // Apart, since the walk calls back: first what it finds, then what is made of it.
    var found: [Found] = []
    var broken: [ClosedRange<Int64>] = []
    var notes = Notes()
    let walk = roots.walk("blocks", in: view) { place, page in
      for cell in page.cells {
        guard let block = Self.block(cell, page.bytes, place, in: view) else {
          broken.append(cell.rowid...cell.rowid)
          continue
        }
        notes.note(block.header)
        found.append(Found(block.header, cell, place, rank: 0))
      }
      guard found.count > Self.limit else { return }
      found.removeFirst(Self.limit / 4)
      broken.append(0...Int64(clamping: found[0].first - 1))
    }
    table = found
    doubts = walk.faults + broken
    (runs, boots, newest) = (notes.runs, notes.boots, notes.newest)
    doubts += holes(from: waiting, through: last)
    // What was changed behind a broken frame may be unseen anywhere.
    if case .damaged = view.log.verdict { doubts.append(0 ... .max) }
  }

  /// Behind the first block every number lies in one (see `Transaction.delete`), and before it nobody waits for any.
  private func holes(from waiting: UInt64?, through last: UInt64?) -> [ClosedRange<Int64>] {
    // Older versions left holes.
    if let page = view.latestBytes(1), let version = page.number32(at: 60), version <= Schema.fillingStep { return [] }
    guard let first = table.first?.first ?? last.map({ $0 + 1 }) else { return [] }
    var expected = min(waiting ?? first, first)
    var holes: [ClosedRange<Int64>] = []
    func pass(_ next: UInt64) {
      if next > expected { holes.append(Int64(clamping: expected)...Int64(clamping: next - 1)) }
    }
    for block in table {
      pass(block.first)
      expected = max(expected, block.last + 1)
    }
    if let last { pass(last + 1) }
    return holes
  }

  private struct Notes {
    var runs: Set<Int64> = []
    var boots: Set<Int64> = []
    var newest = EngineTime.zero

    mutating func note(_ header: Block.Header) {
      runs.insert(header.run)
      boots.insert(header.boot)
      newest = max(newest, header.time)
    }
  }

  /// Looks through all pages for what the table doesn't have. What isn't `wanted` is left where it lies.
  mutating func searchEverywhere(wanted: (Block.Header) -> Bool) {
    var notes = Notes(runs: runs, boots: boots, newest: newest)
    var rank: UInt32 = 0
    view.forEachPlace { place in
      rank += 1
      guard let bytes = view.bytes(at: place) else { return }
      var cells: [BTreePage.Cell] = []
      var isWhole = false
      if let page = BTreePage(bytes) {
        guard page.kind == .tableLeaf else { return }
        cells = page.cells.filter { Block.isLikely(bytes, at: $0.local.lowerBound) }
        isWhole = !page.hasFaults
      }
      for cell in cells where !take(cell, bytes, place, rank, wanted, &notes) { isWhole = false }
      if isWhole { return }
      for cell in Self.carve(bytes) { _ = take(cell, bytes, place, rank, wanted, &notes) }
    }
    (runs, boots, newest) = (notes.runs, notes.boots, notes.newest)
  }

  /// False when the cell holds no whole block.
  private mutating func take(
    _ cell: BTreePage.Cell, _ bytes: [UInt8], _ place: PageView.Place, _ rank: UInt32,
    _ wanted: (Block.Header) -> Bool, _ notes: inout Notes
  ) -> Bool {
    guard cell.rowid > 0 else { return false }
    if beside[UInt64(cell.rowid)] != nil || isInTable(UInt64(cell.rowid)) { return true }
    guard let block = Self.block(cell, bytes, place, in: view) else { return false }
    if wanted(block.header), beside.count < Self.limit {
      notes.note(block.header)
      beside[block.header.first] = Found(block.header, cell, place, rank: rank)
    }
    return true
  }

  private func isInTable(_ first: UInt64) -> Bool {
    var (start, end) = (0, table.count)
    while start < end {
      let middle = (start + end) / 2
      if table[middle].first < first { start = middle + 1 } else { end = middle }
    }
    return start < table.count && table[start].first == first
  }

  private static func block(
    _ cell: BTreePage.Cell, _ bytes: [UInt8], _ place: PageView.Place, in view: PageView
  ) -> Block? {
    // With the overflow pages of then; or as they are now, where the page was copied or its frame tells a wrong number.
    for page in [{ view.bytes($0, seenFrom: place) }, { view.latestBytes($0) }] {
      guard let payload = Payload.whole(cell, in: bytes, page: page), let row = RowRecord(payload),
        let block = Block(row, rowid: cell.rowid)
      else {
        if cell.overflow == 0 { return nil }
        continue
      }
      return block
    }
    return nil
  }

  /// The block itself, read again.
  static func block(_ found: Found, in view: PageView) -> Block? {
    guard let bytes = view.bytes(at: found.place),
      let cell = BTreePage.cell(at: Int(found.offset), in: bytes, .tableLeaf)
    else { return nil }
    return block(cell, bytes, found.place, in: view)
  }

  /// Those that go together, by their numbers: where ranges overlap, the lower rank stays.
  func disjoint() -> [Found] {
    var all = table
    if !beside.isEmpty {
      all.append(contentsOf: beside.values)
      all.sort { $0.first < $1.first }
    }
    var kept: [Found] = []
    kept.reserveCapacity(all.count)
    next: for block in all {
      while let last = kept.last, last.last >= block.first {
        guard block.rank < last.rank else { continue next }
        kept.removeLast()
      }
      kept.append(block)
    }
    return kept
  }

  /// Cells of blocks in a page that lost its header or its pointers. They are told by the list of the types of their columns, in front of
  /// which the rowid and the payload's size stand.
  static func carve(_ bytes: [UInt8]) -> [BTreePage.Cell] {
    var cells: [BTreePage.Cell] = []
    var offset = 8
    while offset + 17 < bytes.count {
      defer { offset += 1 }
      // 16 columns and its own length: 17 bytes, and up to 3 more for the last column's type.
      guard (17...20).contains(bytes[offset]), bytes[offset + 1] == 0, Block.isLikely(bytes, at: offset) else {
        continue
      }
      for rowidLength in 1...9 {
        for sizeLength in 1...4 {
          let start = offset - rowidLength - sizeLength
          guard start >= 0, let size = bytes.varint(at: start), size.end == start + sizeLength,
            let cell = BTreePage.cell(at: start, in: bytes, .tableLeaf), cell.local.lowerBound == offset
          else { continue }
          cells.append(cell)
        }
      }
    }
    return cells
  }
}

extension BlockHarvest.Found {
  fileprivate init(_ header: Block.Header, _ cell: BTreePage.Cell, _ place: PageView.Place, rank: UInt32) {
    self.init(
      first: header.first, last: header.last, place: place, offset: UInt16(clamping: cell.offset), rank: rank)
  }
}
