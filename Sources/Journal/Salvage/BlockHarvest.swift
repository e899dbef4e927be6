import Model

/// Every block that can be found whole: those of the table first; where a part of that can't be reached, those in any page that there is.
struct BlockHarvest {
  struct Found {
    var header: Block.Header
    var cell: BTreePage.Cell
    var place: PageView.Place
    /// 0 for what the table has; higher for what is less likely to count still.
    var rank: Int
  }

  private let view: PageView
  private(set) var found: [UInt64: Found] = [:]
  /// First numbers among which blocks may be missing.
  private(set) var doubts: [ClosedRange<Int64>] = []

  init(_ walk: TreeWalk, in view: PageView) {
    self.view = view
    doubts = walk.faults
    for place in walk.places {
      guard let bytes = view.bytes(at: place), let page = BTreePage(bytes) else { continue }
      for cell in page.cells where !take(cell, bytes, place, rank: 0) { doubts.append(cell.rowid...cell.rowid) }
    }
    // What was changed behind a broken frame may be unseen anywhere.
    if case .damaged = view.log.verdict { doubts.append(0 ... .max) }
  }

  /// Looks through all pages for what the table doesn't have. What isn't `wanted` is left where it lies.
  mutating func searchEverywhere(wanted: (Block.Header) -> Bool) {
    for (rank, place) in view.places.enumerated() {
      guard let bytes = view.bytes(at: place) else { continue }
      let page = BTreePage(bytes)
      if let page, page.kind == .tableLeaf {
        var isWhole = !page.hasFaults
        for cell in page.cells where Block.isLikely(bytes, at: cell.local.lowerBound) {
          if !take(cell, bytes, place, rank: rank + 1, wanted) { isWhole = false }
        }
        if isWhole { continue }
      } else if page != nil {
        continue
      }
      for cell in Self.carve(bytes) { _ = take(cell, bytes, place, rank: rank + 1, wanted) }
    }
  }

  /// False when the cell holds no whole block.
  private mutating func take(
    _ cell: BTreePage.Cell, _ bytes: [UInt8], _ place: PageView.Place, rank: Int,
    _ wanted: (Block.Header) -> Bool = { _ in true }
  ) -> Bool {
    guard cell.rowid > 0 else { return false }
    if found[UInt64(cell.rowid)] != nil { return true }
    guard let block = Self.block(cell, bytes, place, in: view) else { return false }
    if wanted(block.header) {
      found[block.header.first] = Found(header: block.header, cell: cell, place: place, rank: rank)
    }
    return true
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
    view.bytes(at: found.place).flatMap { block(found.cell, $0, found.place, in: view) }
  }

  /// Those that go together, by their numbers: where ranges overlap, the lower rank stays.
  func disjoint() -> [Found] {
    var kept: [Found] = []
    next: for block in found.values.sorted(by: { $0.header.first < $1.header.first }) {
      while let last = kept.last, last.header.last >= block.header.first {
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
      search: for rowidLength in 1...9 {
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
