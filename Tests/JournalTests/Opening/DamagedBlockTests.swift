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
    "UPDATE blocks SET data=x'' WHERE first=4", "UPDATE blocks SET n0=0,n1=0,n2=0,n3=0 WHERE first=4",
    "UPDATE blocks SET n0=0,n1=0,n2=0,n3=0,raw=0,crc=0,data=x'',last=0 WHERE first=4",
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

  /// A reader passes over what has nothing of its lanes: the sums of the blocks beside it say that it has.
  @Test(arguments: [1, 4, 7] as [UInt64])
  func aBlockWhoseCountRotsToNothingIsToldThoughNobodyHasAReasonToReadIt(first: UInt64) throws {
    let journal = try folder.open()
    try journal.openCursor(uplink: "central", from: .oldest)
    for n in 0..<3 { try journal.commit(.at(Double(n), [.event("e"), .reading(1), .reading(2)])) }
    try journal.closeCleanly(time: .seconds(3), clock: .at(3))
    folder.tamper("UPDATE blocks SET n\(Lane.event.rawValue)=0 WHERE first=\(first)")
    let next = try folder.open(now: .at(4))
    let others = ([1, 4, 7] as [UInt64]).filter { $0 != first }
    #expect(try next.all(LaneSet(.event)).map(\.identity.seq) == others)
    try next.commit(.at(5))
    #expect(try next.all().last?.body == .gap(first: first, last: first + 2, count: 3, reason: "repair"))
    #expect(try next.statistics().drops[.repair][.event] == 1)
  }

  @Test func aBlockWhoseCountsRotToNothingIsNotTakenForWhatWasLeftOfItsNeighbour() throws {
    let journal = try folder.open(JournalFolder.options(history: .seconds(1)))
    try journal.openCursor(uplink: "central", from: .oldest, lanes: LaneSet(.event))
    for n in 0..<3 { try journal.commit(.at(Double(n), [.event("e\(n)"), .event("f\(n)")])) }
    try journal.closeCleanly(time: .seconds(3), clock: .at(3))
    folder.tamper("UPDATE blocks SET n0=0,n1=0,n2=0,n3=0 WHERE first=3")
    let next = try folder.open(JournalFolder.options(history: .seconds(1)), now: .at(4))
    // The block before it has grown too old, and goes.
    try next.settle("central", through: 2, at: 100)
    try next.commit(.at(101, [.event("g")]))
    #expect(try next.all().map(\.identity.seq) == [5, 6, 7, 8])
    #expect(try next.all().last?.body == .gap(first: 3, last: 4, count: 2, reason: "repair"))
  }

  @Test(arguments: [3, 5] as [UInt64])
  func whatIsGivenUpForItsAgeIsLookedThroughForBlocksWhoseCountsRotted(first: UInt64) throws {
    let journal = try folder.open()
    try journal.openCursor(uplink: "central", from: .oldest, keep: .minutes(10))
    for n in 0..<3 { try journal.commit(.at(Double(n), [.event("e\(n)"), .event("f\(n)")])) }
    try journal.closeCleanly(time: .seconds(3), clock: .at(3))
    folder.tamper("UPDATE blocks SET n0=0,n1=0,n2=0,n3=0 WHERE first=\(first)")
    let next = try folder.open(now: .at(4))
    try next.openCursor(uplink: "central", from: .oldest, keep: .minutes(10))
    try next.commit(.at(1000))
    try next.commit(.at(1001))
    #expect(
      try next.all().suffix(2).map(\.body) == [
        .gap(first: 1, last: first == 3 ? 6 : 4, count: 4, reason: "keep"),
        .gap(first: first, last: first + 1, count: 2, reason: "repair"),
      ])
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
