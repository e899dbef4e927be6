import Journal
import Model
import Testing

@testable import Gateway

@Suite struct DeadLetterDeskTests {
  private struct DiskFault: Error {}

  private func letter(_ seq: UInt64, of uplink: String = "central") -> DeadLetterDesk.Letter {
    DeadLetterDesk.Letter(uplink: uplink, identity: RecordIdentity(journal: "aaaaaa", seq: seq), reason: "no")
  }

  @Test func holdsItsUplinksCursorsUntilTheRecordIsKept() throws {
    var desk = DeadLetterDesk()
    #expect(desk.heldUplinks.isEmpty)
    for seq in 1...UInt64(3) {
      let isNoted = desk.hold(letter(seq))
      #expect(isNoted)
    }
    #expect(desk.heldUplinks == ["central"])
    var kept: [UInt64] = []
    #expect(throws: DiskFault.self) {
      try desk.retry { (letter) throws(DiskFault) in
        if kept.count == 2 { throw DiskFault() }
        kept.append(letter.identity.seq)
      }
    }
    #expect(desk.heldUplinks == ["central"])
    try desk.retry { (letter) throws(DiskFault) in kept.append(letter.identity.seq) }
    #expect(kept == [1, 2, 3])
    #expect(desk.heldUplinks.isEmpty)
  }

  @Test func anUplinkOfWhichNotAllCouldBeNotedStaysHeld() {
    var desk = DeadLetterDesk()
    for seq in 1...UInt64(DeadLetterDesk.limit) {
      let isNoted = desk.hold(letter(seq))
      #expect(isNoted)
    }
    let isNoted = desk.hold(letter(9999, of: "backup"))
    #expect(!isNoted)
    desk.retry { _ in }
    #expect(desk.waiting.isEmpty)
    #expect(desk.heldUplinks == ["backup"])
  }

  @Test func aHeldUplinksCursorsStayInTheBookAndTheOthersGo() {
    var book = CursorBook()
    book.set(LaneCursors(low: 5), of: "central", at: 0)
    book.set(LaneCursors(low: 7), of: "backup", at: 0)
    let free = book.take(except: ["central"], at: 1_000)
    #expect(free.map(\.uplink) == ["backup"])
    #expect(book.waiting("central") == LaneCursors(low: 5))
    #expect(book.deadline == 1_000 + CursorBook.limit)
    let rest = book.take(at: 2_000)
    #expect(rest.map(\.uplink) == ["central"])
    #expect(book.deadline == nil)
  }
}
