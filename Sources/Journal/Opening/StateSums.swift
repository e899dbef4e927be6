import Deflate
import Model

/// A sum over the rule engine's rows that is kept up to date with each commit: it tells whether the rows that are found after damage are
/// all of them, and all of that commit. SQLite's pages bear no checksum, and half a state would make rules fire that have fired.
///
/// Each row counts by a hash of kind, name and value; the hashes are added up, so that a changed row costs two additions, and their
/// order doesn't matter. Twelve bytes or so of memory for each row.
struct StateSums {
  private var hashes: [UInt64: UInt64] = [:]
  private(set) var total: UInt64 = 0

  init() {}

  init(_ rows: [StateRow]) {
    for row in rows { apply(row) }
  }

  /// What the sum would become, without changing anything.
  func total(after rows: [StateRow]) -> UInt64 {
    var sum = total
    var changed: [UInt64: UInt64] = [:]
    for row in rows {
      let key = Self.key(row)
      let hash = Self.hash(row, key)
      sum = sum &- (changed[key] ?? hashes[key] ?? 0) &+ hash
      changed[key] = hash
    }
    return sum
  }

  mutating func apply(_ row: StateRow) {
    let key = Self.key(row)
    let hash = Self.hash(row, key)
    total = total &- (hashes[key] ?? 0) &+ hash
    hashes[key] = row.value == nil ? nil : hash
  }

  private static func key(_ row: StateRow) -> UInt64 {
    let kind = Checksum.crc32(Array(row.kind.utf8))
    return UInt64(kind) << 32 | UInt64(Checksum.crc32([0], Array(row.name.utf8)))
  }

  /// 0 for a row that is removed.
  private static func hash(_ row: StateRow, _ key: UInt64) -> UInt64 {
    guard let value = row.value else { return 0 }
    // The finalizer of SplitMix64 (Steele, Lea, Flood 2014): sums of checksums alone could cancel out.
    var z = key &+ 0x9e37_79b9_7f4a_7c15 &* (UInt64(Checksum.crc32(value)) &+ UInt64(value.count) << 32 &+ 1)
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
