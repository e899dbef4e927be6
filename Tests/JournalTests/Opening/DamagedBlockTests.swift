import Foundation
import Journal
import Model
import Testing

@Suite struct DamagedBlockTests {
  private let folder: JournalFolder
  init() throws { folder = try JournalFolder() }

  @Test(arguments: [
    "UPDATE blocks SET data=zeroblob(length(data)) WHERE first=4", "UPDATE blocks SET crc=crc+1 WHERE first=4",
    "UPDATE blocks SET last=900 WHERE first=4", "UPDATE blocks SET n0=1000000 WHERE first=4",
    "UPDATE blocks SET raw=-1 WHERE first=4", "UPDATE blocks SET boot=77 WHERE first=4",
    "UPDATE blocks SET data=x'' WHERE first=4",
  ])
  func aDamagedBlockIsPassedOverAndToldInsteadOfBlockingTheRest(sql: String) throws {
    let journal = try folder.open()
    try journal.openCursor(uplink: "central", from: .oldest)
    for n in 0..<3 { try journal.commit(.at(Double(n), [.event("e"), .reading(1), .reading(2)])) }
    try journal.closeCleanly(time: .seconds(3), clock: .at(3))
    folder.tamper(sql)
    let next = try folder.open(now: .at(4))
    #expect(try next.all().map(\.identity.seq) == [1, 2, 3, 7, 8, 9])
    #expect(try next.commit(.at(5)) == 10...10)
    #expect(try next.all().map(\.identity.seq) == [1, 2, 3, 7, 8, 9, 10])
    #expect(try next.all().last?.body == .gap(first: 4, last: 6, count: 3, reason: "repair"))
    #expect(try next.statistics().drops[.repair].total == 3)
    #expect(try next.statistics().uplinks.first?.depth.total == 7)
    // Told once.
    #expect(try next.commit(.at(100)) == nil)
  }

  @Test func recordsPastTheEndAreDamageThatIsRepaired() throws {
    let journal = try folder.open()
    try journal.commit(.at(1, [.reading(1)]))
    try journal.closeCleanly(time: .seconds(3), clock: .at(3))
    folder.tamper("UPDATE blocks SET last=900")
    let next = try folder.open()
    #expect(next.recovery?.reason.contains("900") == true)
    #expect(try next.all().map(\.body) == [.gap(first: 1, last: 1, count: 1, reason: "repair")])
    #expect(try next.commit(.at(5, [.reading(1)])) == 3...3)
  }

  @Test func damageThatOpeningDoesNotSeeIsRepairedAtTheStartAfterItWasMet() throws {
    let journal = try folder.open(now: .at(0))
    for n in 0..<400 { try journal.commit(.at(Double(n), [.event("event number \(n)")])) }
    try journal.closeCleanly(time: .seconds(400), clock: .at(400))
    // A leaf in the middle of `blocks`: opening reads the first and the last.
    var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path))
    let place = try #require(bytes.range(of: Data("event number 200".utf8))).lowerBound
    let page = place / 1024 * 1024
    bytes.replaceSubrange(page..<page + 8, with: Data(repeating: 0xee, count: 8))
    try bytes.write(to: URL(fileURLWithPath: folder.path))

    let next = try folder.open(now: .at(500))
    #expect(next.recovery == nil)
    let error = #expect(throws: JournalError.self) { _ = try next.all() }
    #expect(error?.code == .damaged)
    #expect(error?.isRetryable == false)
    let third = try folder.crashCopy().open(JournalFolder.options(ids: "bbbbb"), now: .at(501))
    #expect(third.recovery != nil)
    #expect(third.journalID != next.journalID)
    // What lies in the page is whole: it is found without the page's header.
    #expect(third.recovery?.salvaged?.records.total == 400)
    #expect(third.recovery?.salvaged?.missing == [])
    #expect(try third.all().map(\.identity) == (1...400).map { RecordIdentity(journal: next.journalID, seq: $0) })
    #expect(try third.commit(.at(502, [.event("e")])) == 401...401)
  }

  @Test(arguments: ["head", "identity"])
  func aLostRowOfItsOwnIsDamageThatIsSetAside(name: String) throws {
    let journal = try folder.open()
    try journal.commit(.at(1, [.reading(1)]))
    try journal.closeCleanly(time: .seconds(3), clock: .at(3))
    folder.tamper("UPDATE state SET value=x'01ff' WHERE name='\(name)'")
    #expect(try folder.open().recovery?.setAside.count == 1)
  }
}
