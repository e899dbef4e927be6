// A b-tree page (fileformat2.html, 1.6): a header of 8 or 12 bytes, an array of cell pointers, cells somewhere behind. A cell holds a
// payload whose beginning lies in the page; the rest, where it is long, lies in a chain of overflow pages.

/// One page of a b-tree, as far as it makes sense. Nothing that its bytes say is believed before it was compared with the page's bounds.
struct BTreePage {
  enum Kind: UInt8 {
    case indexInterior = 2
    case tableInterior = 5
    case indexLeaf = 10
    case tableLeaf = 13

    var isTable: Bool { self == .tableInterior || self == .tableLeaf }
    var isLeaf: Bool { self == .indexLeaf || self == .tableLeaf }
  }

  struct Cell: Hashable {
    /// Where it begins in its page.
    var offset: Int
    /// Of interior pages.
    var child: UInt32?
    /// Of tables; 0 in indexes.
    var rowid: Int64
    /// Of the whole payload, bytes; 0 in interior pages of tables.
    var size: Int
    /// What of it lies in the page.
    var local: Range<Int>
    /// The first overflow page; 0 where there is none.
    var overflow: UInt32
  }

  let kind: Kind
  let bytes: [UInt8]
  private(set) var cells: [Cell] = []
  /// The child behind the last cell.
  private(set) var rightmost: UInt32?
  /// Something in it can't be: cells may be missing.
  private(set) var hasFaults = false

  /// `nil` when this is no page of a b-tree.
  init?(_ bytes: [UInt8], isFirst: Bool = false) {
    let start = isFirst ? 100 : 0
    guard bytes.count == Int(Schema.pageSize), let kind = Kind(rawValue: bytes[start]),
      let count = bytes.number16(at: start + 3)
    else { return nil }
    self.kind = kind
    self.bytes = bytes
    let array = start + (kind.isLeaf ? 8 : 12)
    if !kind.isLeaf { rightmost = bytes.number32(at: start + 8) }
    // A cell takes four bytes at least, and its pointer two.
    guard count <= (bytes.count - array) / 6 else { return nil }
    cells.reserveCapacity(count)
    for index in 0..<count {
      guard let pointer = bytes.number16(at: array + 2 * index), pointer >= array + 2 * count,
        let cell = Self.cell(at: pointer, in: bytes, kind)
      else {
        hasFaults = true
        continue
      }
      cells.append(cell)
    }
  }

  static func cell(at offset: Int, in bytes: [UInt8], _ kind: Kind) -> Cell? {
    var place = offset
    var child: UInt32?
    if !kind.isLeaf {
      child = bytes.number32(at: place)
      guard child != nil else { return nil }
      place += 4
    }
    if kind == .tableInterior {
      guard let key = bytes.varint(at: place) else { return nil }
      return Cell(offset: offset, child: child, rowid: key.value, size: 0, local: key.end..<key.end, overflow: 0)
    }
    guard let size = bytes.varint(at: place), size.value > 0, size.value <= Int64(Payload.limit) else { return nil }
    place = size.end
    var rowid: Int64 = 0
    if kind.isTable {
      guard let key = bytes.varint(at: place) else { return nil }
      (rowid, place) = (key.value, key.end)
    }
    let local = Payload.localCount(Int(size.value), isTable: kind.isTable)
    guard place + local <= bytes.count else { return nil }
    var overflow: UInt32 = 0
    if local < Int(size.value) {
      guard let first = bytes.number32(at: place + local), first > 0 else { return nil }
      overflow = first
    }
    return Cell(
      offset: offset, child: child, rowid: rowid, size: Int(size.value), local: place..<place + local,
      overflow: overflow)
  }
}

enum Payload {
  /// Longer than any row of ours can be.
  static let limit = PackedBytes.limit + (64 << 10)

  /// How much of a payload lies in its page.
  static func localCount(_ size: Int, isTable: Bool) -> Int {
    let usable = Int(Schema.pageSize)
    let most = isTable ? usable - 35 : (usable - 12) * 64 / 255 - 23
    if size <= most { return size }
    let least = (usable - 12) * 32 / 255 - 23
    let local = least + (size - least) % (usable - 4)
    return local <= most ? local : least
  }

  /// The whole payload; `nil` when a page of its chain isn't there. `page` gives the overflow pages.
  static func whole(_ cell: BTreePage.Cell, in bytes: [UInt8], page: (UInt32) -> [UInt8]?) -> [UInt8]? {
    guard cell.local.upperBound <= bytes.count else { return nil }
    var payload = Array(bytes[cell.local])
    var next = cell.overflow
    payload.reserveCapacity(cell.size)
    // Each page brings some of it, so that even a chain that bites its tail comes to an end.
    while payload.count < cell.size {
      guard next > 0, let more = page(next), let link = more.number32(at: 0) else { return nil }
      payload += more[4..<min(more.count, 4 + cell.size - payload.count)]
      next = link
    }
    return payload
  }
}

/// A row in SQLite's record format (fileformat2.html, 2.1).
struct RowRecord {
  enum Column: Hashable {
    case null
    case integer(Int64)
    case real
    case text(Range<Int>)
    case blob(Range<Int>)
  }

  let bytes: [UInt8]
  let columns: [Column]

  /// The most columns that a row of ours has, and more.
  private static let columnLimit = 32

  /// `nil` when the bytes are no record.
  init?(_ bytes: [UInt8]) {
    guard let types = Self.types(bytes, 0), let header = bytes.varint(at: 0) else { return nil }
    var place = Int(header.value)
    var columns: [Column] = []
    columns.reserveCapacity(types.count)
    for type in types {
      let size = Self.size(type)
      guard size <= bytes.count - place else { return nil }
      let range = place..<place + size
      switch type {
      case 0: columns.append(.null)
      case 1...6:
        var value: Int64 = bytes[place] >= 0x80 ? -1 : 0
        for byte in bytes[range] { value = value << 8 | Int64(byte) }
        columns.append(.integer(value))
      case 7: columns.append(.real)
      case 8: columns.append(.integer(0))
      case 9: columns.append(.integer(1))
      default: columns.append(type % 2 == 0 ? .blob(range) : .text(range))
      }
      place += size
    }
    guard place == bytes.count else { return nil }
    self.bytes = bytes
    self.columns = columns
  }

  /// The serial types of the columns, of which the record at `offset` begins with a list.
  static func types(_ bytes: [UInt8], _ offset: Int) -> [Int64]? {
    guard let header = bytes.varint(at: offset), header.value >= 1, header.value <= 300,
      offset + Int(header.value) <= bytes.count
    else { return nil }
    var types: [Int64] = []
    var place = header.end
    while place < offset + Int(header.value) {
      guard types.count < columnLimit, let type = bytes.varint(at: place), type.value >= 0, type.value != 10,
        type.value != 11, size(type.value) <= Payload.limit
      else { return nil }
      types.append(type.value)
      place = type.end
    }
    return place == offset + Int(header.value) ? types : nil
  }

  static func size(_ type: Int64) -> Int {
    switch type {
    case 0, 8, 9: 0
    case 1...4: Int(type)
    case 5: 6
    case 6, 7: 8
    default: Int(clamping: (type - 12) / 2)
    }
  }

  func integer(_ column: Int) -> Int64? {
    guard column < columns.count, case .integer(let value) = columns[column] else { return nil }
    return value
  }

  func unsigned(_ column: Int) -> UInt64? { integer(column).flatMap { $0 < 0 ? nil : UInt64($0) } }

  func isNull(_ column: Int) -> Bool { column < columns.count && columns[column] == .null }

  func text(_ column: Int) -> String? {
    guard column < columns.count, case .text(let range) = columns[column] else { return nil }
    return String(validating: bytes[range], as: UTF8.self)
  }

  func blob(_ column: Int) -> [UInt8]? {
    guard column < columns.count, case .blob(let range) = columns[column] else { return nil }
    return Array(bytes[range])
  }
}
