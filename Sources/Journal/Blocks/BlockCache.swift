import Model

/// A block's records as they are given out.
struct DecodedBlock {
  let header: Block.Header
  let utcAtZero: Timestamp?
  let records: [StoredRecord]
  let sizes: [Int]

  init(_ block: UnpackedBlock, journal: String, boot: Boot) {
    header = block.header
    utcAtZero = boot.utcAtZero
    sizes = block.sizes
    records = block.records.map { seq, record in
      StoredRecord(
        identity: RecordIdentity(journal: journal, seq: seq),
        moment: record.timestamp.map { .utc($0) } ?? boot.moment(of: record.time), body: record.body)
    }
  }

  func firstIndex(atOrAfter seq: UInt64) -> Int {
    var (start, end) = (0, records.count)
    while start < end {
      let middle = (start + end) / 2
      if records[middle].identity.seq < seq { start = middle + 1 } else { end = middle }
    }
    return start
  }
}

/// The blocks that were read last: a reader takes a block in several bites, and a live and a catching-up reader alternate.
struct BlockCache {
  private static let limit = 2
  private var blocks: [DecodedBlock] = []

  mutating func block(_ header: Block.Header, utcAtZero: Timestamp?) -> DecodedBlock? {
    guard let index = blocks.firstIndex(where: { $0.header == header && $0.utcAtZero == utcAtZero }) else { return nil }
    let found = blocks[index]
    if index > 0 { blocks.swapAt(0, index) }
    return found
  }

  mutating func insert(_ block: DecodedBlock) {
    blocks.removeAll { $0.header.first == block.header.first }
    blocks.insert(block, at: 0)
    if blocks.count > Self.limit { blocks.removeLast() }
  }

  mutating func forget(_ firsts: Set<UInt64>) {
    blocks.removeAll { firsts.contains($0.header.first) }
  }
}
