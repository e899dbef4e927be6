import CSQLite
import Journal
import Model
import Testing

@testable import Gateway

@Suite struct ConnectionBookTests {
  @Test func eachUplinkCountsForItself() {
    var book = ConnectionBook()
    #expect(book.next(of: "central").number == 0)
    #expect(book.next(of: "central").number == 1)
    #expect(book.next(of: "other").number == 0)
  }

  @Test func aNumberIsOnDiskBeforeItIsGivenOut() async throws {
    let box = try Box()
    let pipeline = try await box.open(flush: .minutes(1))
    #expect(await pipeline.connecting("scada") == 0)
    #expect(await pipeline.connecting("scada") == 1)
    let after = try Box(powerCut: box)
    let next = try await after.open()
    #expect(await next.connecting("scada") == 2)
  }

  @Test func onAFullDiskItGoesOnInMemory() async throws {
    let box = try Box()
    let pipeline = try await box.open()
    FaultyDisk.shared.fail(box.journalPath, with: SQLITE_FULL)
    #expect(await pipeline.connecting("scada") == 0)
    #expect(await pipeline.connecting("scada") == 1)
    FaultyDisk.shared.mend(box.journalPath)
    #expect(await pipeline.connecting("scada") == 2)
    let after = try Box(powerCut: box)
    let next = try await after.open()
    #expect(await next.connecting("scada") == 3)
  }

  @Test(arguments: [[], [1], [2, 3], [1, 0x80]] as [[UInt8]])
  func whatCannotBeReadIsCountedAnew(value: [UInt8]) {
    var book = ConnectionBook([StateRow(kind: ConnectionBook.kind, name: "scada", value: value)])
    #expect(book.next(of: "scada").number == 0)
  }
}
