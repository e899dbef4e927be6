/// The pages of one b-tree as its last transaction left it, as far as they can be reached, in the order of their keys.
struct TreeWalk {
  /// Pages that hold rows: leaves, and of indexes the interior pages too.
  private(set) var places: [PageView.Place] = []
  /// Of a table: keys that can't be seen, since a page on the way to them is broken.
  private(set) var faults: [ClosedRange<Int64>] = []

  var isWhole: Bool { faults.isEmpty }

  private let view: PageView
  private let isTable: Bool
  private var visited: Set<UInt32> = []
  /// A tree of four billion pages of a hundred cells each isn't as deep.
  private static let depthLimit = 20

  init(root: UInt32, isTable: Bool, in view: PageView) {
    self.view = view
    self.isTable = isTable
    visit(root, low: .min, high: .max, depth: 0)
  }

  /// Keys of the page lie above `low` (or anywhere, where that is the lowest there is) up to and with `high`.
  private mutating func visit(_ number: UInt32, low: Int64, high: Int64, depth: Int) {
    func fault() { faults.append(low...max(low, high)) }
    guard depth < Self.depthLimit, visited.insert(number).inserted, let bytes = view.latestBytes(number),
      let page = BTreePage(bytes, isFirst: number == 1), page.kind.isTable == isTable, isInOrder(page, low, high)
    else { return fault() }
    if page.hasFaults { fault() }
    if page.kind.isLeaf || !isTable { places.append(view.latest(number)) }
    guard !page.kind.isLeaf else { return }
    var before = low
    for cell in page.cells {
      let key = isTable ? cell.rowid : .max
      visit(cell.child ?? 0, low: before, high: key, depth: depth + 1)
      if isTable { before = key }
    }
    visit(page.rightmost ?? 0, low: before, high: high, depth: depth + 1)
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

  /// Calls `body` for each row that can be read. False when one couldn't.
  func rows(_ body: (_ row: RowRecord, _ rowid: Int64) -> Void) -> Bool {
    var isComplete = isWhole
    for place in places {
      guard let bytes = view.bytes(at: place), let page = BTreePage(bytes) else { continue }
      for cell in page.cells {
        if let payload = Payload.whole(cell, in: bytes, page: { view.latestBytes($0) }), let row = RowRecord(payload) {
          body(row, cell.rowid)
        } else {
          isComplete = false
        }
      }
    }
    return isComplete
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

  func walk(_ table: String, isTable: Bool = true, in view: PageView) -> TreeWalk {
    TreeWalk(root: roots[table] ?? 0, isTable: isTable, in: view)
  }
}
