/// Goes through one b-tree as its last transaction left it, as far as its pages can be reached, in the order of their keys.
struct TreeWalk {
  /// Of a table: keys that can't be seen, since a page on the way to them is broken.
  private(set) var faults: [ClosedRange<Int64>] = []

  var isWhole: Bool { faults.isEmpty }

  private let view: PageView
  private let isTable: Bool
  /// A bit for each page: one that was met already makes a circle.
  private var visited: [UInt64]
  /// A tree of four billion pages of a hundred cells each isn't as deep.
  private static let depthLimit = 20
  /// Past that many faults one says it for all.
  private static let faultLimit = 100_000

  /// - Parameter body: is called with each page that holds rows: leaves, and of indexes the interior pages too.
  init(root: UInt32, isTable: Bool, in view: PageView, _ body: (PageView.Place, BTreePage) -> Void) {
    self.view = view
    self.isTable = isTable
    visited = [UInt64](repeating: 0, count: Int(view.count) / 64 + 1)
    visit(root, low: .min, high: .max, depth: 0, body)
  }

  private mutating func isNew(_ number: UInt32) -> Bool {
    guard number > 0, number <= view.count else { return false }
    let (word, bit) = (Int(number / 64), UInt64(1) << UInt64(number % 64))
    defer { visited[word] |= bit }
    return visited[word] & bit == 0
  }

  private mutating func fault(_ low: Int64, _ high: Int64) {
    if faults.count < Self.faultLimit { faults.append(low...max(low, high)) } else { faults = [.min ... .max] }
  }

  /// Keys of the page lie above `low` (or anywhere, where that is the lowest there is) up to and with `high`.
  private mutating func visit(
    _ number: UInt32, low: Int64, high: Int64, depth: Int, _ body: (PageView.Place, BTreePage) -> Void
  ) {
    guard depth < Self.depthLimit, isNew(number), let bytes = view.latestBytes(number),
      let page = BTreePage(bytes, isFirst: number == 1), page.kind.isTable == isTable, isInOrder(page, low, high)
    else { return fault(low, high) }
    if page.hasFaults { fault(low, high) }
    if page.kind.isLeaf || !isTable { body(view.latest(number), page) }
    guard !page.kind.isLeaf else { return }
    var before = low
    for cell in page.cells {
      let key = isTable ? cell.rowid : .max
      visit(cell.child ?? 0, low: before, high: key, depth: depth + 1, body)
      if isTable { before = key }
    }
    visit(page.rightmost ?? 0, low: before, high: high, depth: depth + 1, body)
  }

  private func isInOrder(_ page: BTreePage, _ low: Int64, _ high: Int64) -> Bool {
    guard isTable else { return true }
    var before = low
    for cell in page.cells {
      guard cell.rowid > before || (before == .min && cell.rowid == .min), cell.rowid <= high else { return false }
      before = cell.rowid
    }
    return true
  }
}

/// Where the trees of the tables begin.
struct TableRoots {
  private var roots: [String: UInt32]

  /// As SQLite numbers them in a new journal; used for what page 1 doesn't tell, since everything found there is checked by itself.
  static let usual: [String: UInt32] = [
    "blocks": 2, "state": 3, "runs": 4, "boots": 5, "actions": 6, "recording": 10, "dead_letters": 11,
  ]

  init(in view: PageView) {
    roots = Self.usual
    guard let bytes = view.latestBytes(1), let page = BTreePage(bytes, isFirst: true) else { return }
    // The schema is longer than a page: it is a tree, whose root page 1 is.
    var pages = [page]
    if !page.kind.isLeaf {
      let children = page.cells.compactMap(\.child) + [page.rightmost ?? 0]
      pages = children.compactMap { view.latestBytes($0).flatMap { BTreePage($0) } }
    }
    for page in pages where page.kind == .tableLeaf {
      for cell in page.cells {
        guard let payload = Payload.whole(cell, in: page.bytes, page: { view.latestBytes($0) }),
          let row = RowRecord(payload), row.columns.count == 5, row.text(0) == "table", let name = row.text(1),
          let root = row.integer(3), let number = UInt32(exactly: root)
        else { continue }
        roots[name] = number
      }
    }
  }

  func walk(
    _ table: String, isTable: Bool = true, in view: PageView, _ body: (PageView.Place, BTreePage) -> Void
  ) -> TreeWalk {
    TreeWalk(root: roots[table] ?? 0, isTable: isTable, in: view, body)
  }

  /// Calls `body` for each row that can be read. False when one couldn't.
  func rows(
    of table: String, isTable: Bool = true, in view: PageView, _ body: (_ row: RowRecord, _ rowid: Int64) -> Void
  ) -> Bool {
    var isComplete = true
    let walk = walk(table, isTable: isTable, in: view) { _, page in
      for cell in page.cells {
        if let payload = Payload.whole(cell, in: page.bytes, page: { view.latestBytes($0) }),
          let row = RowRecord(payload)
        {
          body(row, cell.rowid)
        } else {
          isComplete = false
        }
      }
    }
    return isComplete && walk.isWhole
  }
}
