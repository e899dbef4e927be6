@testable import Journal
import Model
import Testing

/// The reader of pages and logs against bytes of any kind: it never traps, and never runs away.
@Suite struct PageReaderTests {
  @Test func numbersAreReadAsTheFormatHasThem() {
    #expect([UInt8]([0x7f]).varint(at: 0)?.value == 127)
    #expect([UInt8]([0x81, 0x00]).varint(at: 0)?.value == 128)
    #expect([UInt8](repeating: 0xff, count: 9).varint(at: 0)?.value == -1)
    #expect([UInt8](repeating: 0xff, count: 9).varint(at: 0)?.end == 9)
    #expect([UInt8](repeating: 0xff, count: 8).varint(at: 0) == nil)
    #expect([UInt8]([1, 2, 3, 4]).number32(at: 0) == 0x0102_0304)
    #expect([UInt8]([1, 2, 3, 4]).number32(at: 1) == nil)
    #expect([UInt8]([1, 2]).number16(at: -1) == nil)
  }

  @Test func aPayloadSpillsWhereTheFormatSaysSo() {
    // fileformat2.html, 1.6: of pages of 1024 bytes X is 989 in tables and 230 in indexes, M is 103.
    for (size, table, index) in [(230, 230, 230), (231, 231, 103), (989, 989, 103)] {
      #expect(Payload.localCount(size, isTable: true) == table)
      #expect(Payload.localCount(size, isTable: false) == index)
    }
    #expect(Payload.localCount(990, isTable: true) == 103)
    #expect(Payload.localCount(1500, isTable: true) == 103 + 377)
  }

  @Test func noiseIsReadWithoutATrap() {
    var random = SeededGenerator(1)
    for round in 0..<3000 {
      var page = (0..<1024).map { _ in UInt8.random(in: 0...255, using: &random) }
      // Mostly zeros, small numbers, or anything; and a first byte that may be a page's.
      if round % 3 == 0 { for index in page.indices where index % 5 > 0 { page[index] = 0 } }
      page[0] = [2, 5, 10, 13, page[0]].randomElement(using: &random) ?? 13
      if round % 2 == 0 { (page[3], page[4]) = (0, UInt8.random(in: 0...40, using: &random)) }
      for cell in (BTreePage(page)?.cells ?? []) + BlockHarvest.carve(page) {
        guard let payload = Payload.whole(cell, in: page, page: { _ in page }) else { continue }
        #expect(payload.count == cell.size)
        guard let row = RowRecord(payload) else { continue }
        _ = Block(row, rowid: cell.rowid)
        _ = StateRow(row)
        _ = StoredAction(row, rowid: cell.rowid)
        _ = PackedDeadLetter.salvaged(row)
        _ = RecordingBlock(row)
      }
    }
  }

  @Test func aChainThatBitesItsTailEnds() {
    var page = [UInt8](repeating: 7, count: 1024)
    page.replaceSubrange(0..<4, with: [0, 0, 0, 9])
    let cell = BTreePage.Cell(offset: 0, child: nil, rowid: 1, size: 100_000, local: 0..<100, overflow: 9)
    #expect(Payload.whole(cell, in: page, page: { _ in page })?.count == 100_000)
  }

  @Test(arguments: 0..<40)
  func anyFilesAreSalvagedFromWithoutATrap(seed: UInt64) throws {
    var random = SeededGenerator(seed)
    let bench = try Self.shared.get()
    // Pieces of good files between noise.
    func mix(_ good: [UInt8]) -> [UInt8] {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 0...30, using: &random) {
        let start = Int.random(in: 0..<good.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
          bytes += (0..<Int.random(in: 1...3000, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        case 1: bytes += [UInt8](repeating: 0, count: Int.random(in: 1...3000, using: &random))
        case 2: bytes += good[(start / 1024 * 1024)...].prefix(1024 * Int.random(in: 1...9, using: &random))
        default: bytes += good[start...].prefix(Int.random(in: 1...5000, using: &random))
        }
      }
      return bytes
    }
    let salvage = Salvage(database: mix(bench.database), log: mix(bench.log))
    for block in salvage.blocks { #expect(BlockHarvest.block(block, in: salvage.view) != nil) }
    #expect(salvage.blocks.allSatisfy { $0.first > 0 && $0.last >= $0.first })
    for (block, next) in zip(salvage.blocks, salvage.blocks.dropFirst()) {
      #expect(block.last < next.first)
    }
  }

  private struct Files: Sendable {
    let database: [UInt8]
    let log: [UInt8]
  }

  private static let shared = Result {
    let bench = try DamageBench(seed: 9, commits: 120)
    return Files(database: bench.database, log: bench.log)
  }
}
