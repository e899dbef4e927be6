/// Joins what is due of a unit's registers into as few requests as its limits allow.
///
/// Neighbours are read together, and over a small hole too, since two registers that nobody wants cost less than another request. What is
/// nobody's may be no register at all, and some devices refuse a request that touches one: then the block is split, and never joined
/// there again.
struct ReadPlanner: Sendable {
  struct Limits: Hashable, Sendable {
    /// The most registers of one answer, 1 to 125.
    var registers = ModbusRequest.maxRegisters
    /// The most coils or discrete inputs of one answer, 1 to 2000.
    var bits = ModbusRequest.maxBits
    /// The most registers in a row that are read along though nobody wants them; sixteen times as many bits.
    ///
    /// 16 of them take as long on a serial line as the silence, request and header that another request takes.
    var gap = 16
  }

  /// What is read, by table and address: a metric's rank is its place here.
  let metrics: [ModbusMetric]
  let limits: Limits
  /// What must never be read along: registers of metrics that may only be written, by table.
  private let forbidden: [ModbusMetric.Table: [Range<Int>]]
  /// The ranks that don't go into a block with any before them.
  private var cuts: Set<Int> = []

  /// - Parameters:
  ///   - metrics: In any order; those that can't be read are left out.
  ///   - map: All of the device's, of which the first may be a part: what it forbids is kept off also where nobody asks for it.
  init(_ metrics: [ModbusMetric], map: [ModbusMetric]? = nil, limits: Limits = Limits()) {
    self.metrics = metrics.filter(\.access.isReadable).sorted {
      ($0.table.function, $0.address, $0.count) < ($1.table.function, $1.address, $1.count)
    }
    self.limits = limits
    var forbidden: [ModbusMetric.Table: [Range<Int>]] = [:]
    for metric in map ?? metrics where !metric.access.isReadable {
      forbidden[metric.table, default: []].append(metric.addresses)
    }
    self.forbidden = forbidden
  }

  /// The blocks that hold the metrics of these ranks.
  /// - Parameter ranks: Ascending.
  func blocks(_ ranks: some Sequence<Int>) -> [ReadBlock] {
    var blocks: [ReadBlock] = []
    var lastRank = -1
    for rank in ranks {
      let metric = metrics[rank]
      if let last = blocks.last, let joined = joined(last, with: metric, rank, isCut: isCut(lastRank, rank)) {
        blocks[blocks.count - 1] = joined
      } else {
        blocks.append(block(of: [rank]))
      }
      lastRank = rank
    }
    return blocks
  }

  /// The block of these metrics and nothing else.
  func block(of ranks: [Int]) -> ReadBlock {
    let spans = ranks.map { metrics[$0].addresses }
    let start = spans.map(\.lowerBound).min() ?? 0
    let end = spans.map(\.upperBound).max() ?? start
    return ReadBlock(
      table: metrics[ranks[0]].table, address: UInt16(clamping: start), count: end - start, metrics: ranks)
  }

  /// Splits a block that the device refused, for good: at its holes, and where it has none in the middle.
  /// - Returns: Its parts; empty where it is a single metric, which can't be split.
  mutating func split(_ block: ReadBlock) -> [ReadBlock] {
    guard block.metrics.count > 1 else { return [] }
    var parts: [[Int]] = [[block.metrics[0]]]
    var end = metrics[block.metrics[0]].addresses.upperBound
    for rank in block.metrics.dropFirst() {
      let span = metrics[rank].addresses
      if span.lowerBound > end { parts.append([rank]) } else { parts[parts.count - 1].append(rank) }
      end = max(end, span.upperBound)
    }
    if parts.count == 1 {
      let middle = block.metrics.count / 2
      parts = [Array(block.metrics[..<middle]), Array(block.metrics[middle...])]
    }
    for part in parts.dropFirst() { cuts.insert(part[0]) }
    return parts.map { self.block(of: $0) }
  }

  private func isCut(_ last: Int, _ rank: Int) -> Bool {
    // Few devices ever get one.
    !cuts.isEmpty && cuts.contains { $0 > last && $0 <= rank }
  }

  private func joined(_ block: ReadBlock, with metric: ModbusMetric, _ rank: Int, isCut: Bool) -> ReadBlock? {
    guard block.table == metric.table, !isCut else { return nil }
    let start = Int(block.address)
    let end = start + block.count
    let span = metric.addresses
    let (limit, gap) = block.table.isBits ? (limits.bits, limits.gap * 16) : (limits.registers, limits.gap)
    let newEnd = max(end, span.upperBound)
    guard newEnd - start <= limit, span.lowerBound - end <= gap else { return nil }
    if span.lowerBound > end,
      forbidden[block.table]?.contains(where: { $0.overlaps(end..<span.lowerBound) }) == true
    {
      return nil
    }
    var block = block
    block.count = newEnd - start
    block.metrics.append(rank)
    return block
  }
}

extension ModbusMetric {
  /// Its addresses.
  var addresses: Range<Int> { Int(address)..<Int(address) + count }
}

extension ModbusMetric.Table {
  /// With which it is read.
  var function: UInt8 { ModbusRequest.read(self, address: 0, count: 1).function }
}
