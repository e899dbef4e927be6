import Foundation
import Journal
import Model
import Rules
import Testing
import Uplinks

@testable import Gateway

@Suite struct HealthTests {
  private static let facts = BoxFacts(
    diskFree: 5_000_000_000, memory: 4_000_000, memoryFree: 100_000_000, temperature: 48.5)

  private func health(_ pipeline: Pipeline) async throws -> [Health] {
    try await pipeline.committed().compactMap { if case .health(let health) = $0.body { health } else { nil } }
  }

  /// Time goes by in steps of a minute.
  private func pass(_ minutes: Int, _ box: Box, _ pipeline: Pipeline) async {
    for _ in 0..<minutes {
      box.pass(.minutes(1))
      await pipeline.drain()
    }
  }

  @Test func itIsToldAgainAndAgainAlsoAcrossRestarts() async throws {
    let box = try Box()
    var pipeline = try await box.open(health: .minutes(15), facts: Self.facts)
    try await pipeline.openCursor("central")
    await pipeline.linkChanged("central", isUp: true)
    await pipeline.carried("central", sent: 1000, received: 234)
    await pass(14, box, pipeline)
    #expect(try await health(pipeline).isEmpty)
    await pass(2, box, pipeline)
    let first = try #require(try await health(pipeline).first)
    #expect(first.version == Version.current && first.isClockTrusted)
    #expect(first.diskFree == 5_000_000_000 && first.memory == 4_000_000 && first.temperature == 48.5)
    #expect(first.running >= .minutes(15) && first.running < .minutes(17))
    let uplink = try #require(first.uplinks.first)
    #expect(uplink.name == "central" && uplink.isUp && uplink.bytesToday == 1234)
    #expect(first.journalLimit == 64_000_000 && first.journalBytes > 0)
    await pass(15, box, pipeline)
    #expect(try await health(pipeline).count == 2)
    // A box that is started anew every ten minutes tells all the same.
    for _ in 0..<3 {
      await pass(10, box, pipeline)
      await pipeline.flushNow()
      try await pipeline.close()
      pipeline = try await box.open(health: .minutes(15), facts: Self.facts)
    }
    await pipeline.drain()
    await pass(1, box, pipeline)
    #expect(try await health(pipeline).count == 4)
  }

  @Test func offMeansNever() async throws {
    let box = try Box()
    let pipeline = try await box.open(health: nil, facts: Self.facts)
    await pass(60, box, pipeline)
    #expect(try await health(pipeline).isEmpty)
  }

  @Test func rulesReadWhatTheBoxHas() async throws {
    let box = try Box()
    let pipeline = try await box.open(
      rules: """
        rules:
          - name: full
            when: system.disk_free < 10000000000 && system.temperature > 40
            then:
              - event: { type: disk_full, severity: warning, data: { free: system.disk_free } }
        """, facts: Self.facts)
    await pass(1, box, pipeline)
    let events = try await pipeline.committed().compactMap {
      if case .event(let event) = $0.body { event } else { nil }
    }
    #expect(events.count == 1)
    #expect(try await pipeline.committed().allSatisfy { $0.kind != .reading }, "nobody asked for them to be sent")
    // They stay fresh.
    await pass(30, box, pipeline)
    #expect(try await pipeline.explanation(of: "full").0.conditions.flatMap(\.parts).allSatisfy { $0.value != nil })
  }

  @Test func aPolicyMayHaveThemSent() async throws {
    let box = try Box()
    let pipeline = try await box.open(
      rules: "report: [{ signals: [system.memory_free], every: 10 min }]", facts: Self.facts)
    await pass(35, box, pipeline)
    let sent = try await pipeline.committed().filter { $0.kind == .reading }
    #expect((3...4).contains(sent.count))
  }

  @Test func theBoxTellsOfItself() throws {
    let facts = BoxFacts.now(journal: NSTemporaryDirectory())
    #expect(try #require(facts.diskFree) > 1_000_000)
    #expect(try #require(facts.memoryFree) > 1_000_000)
    #expect(try #require(facts.memory) > 100_000)
    #expect(facts.temperature.map { (-60...150).contains($0) } ?? true)
  }
}

@Suite struct TrafficBookTests {
  @Test func bytesAreCountedByDaysAndOutliveAKill() async throws {
    let box = try Box()
    let pipeline = try await box.open()
    await pipeline.carried("central", sent: 100, received: 10)
    box.pass(.minutes(2))
    await pipeline.drain()
    await pipeline.carried("central", sent: 1, received: 1)
    let killed = try Box(powerCut: box)
    let after = try await killed.open()
    #expect(
      await after.traffic.days["central"]?.map(\.sent) == [100], "what came since the last minute is lost to a kill")
    box.pass(.days(1))
    await pipeline.drain()
    await pipeline.carried("central", sent: 7, received: 7)
    #expect(await pipeline.traffic.days["central"]?.map(\.total) == [112, 14])
    try await pipeline.close()
  }

  @Test func beforeTheClockIsRightItCountsToTheDayThatIsKnownThen() {
    var book = TrafficBook()
    book.add("a", sent: 5, received: 0, day: nil)
    #expect(book.days["a"]?.first?.date == nil)
    book.add("a", sent: 5, received: 0, day: 20_000)
    #expect(book.days["a"] == [.init(number: 20_000, sent: 10, received: 0)])
    #expect(book.days["a"]?.first?.date == "2024-10-04")
    // A clock that is set back begins no day anew.
    book.add("a", sent: 1, received: 0, day: 19_999)
    book.add("a", sent: 1, received: 0, day: nil)
    #expect(book.days["a"]?.count == 1 && book.days["a"]?.first?.sent == 12)
    #expect(book.today("a", day: 20_001) == nil)
    for day in 20_001...20_100 { book.add("a", sent: 1, received: 0, day: Int64(day)) }
    #expect(book.days["a"]?.count == TrafficBook.mostDays)
    let rows = book.takeRows()
    #expect(TrafficBook(rows).days == book.days && book.takeRows().isEmpty)
  }
}
