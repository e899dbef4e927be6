import Journal
import Model
import Testing

@testable import Uplinks

/// A hang-up may be a record's fault or the server's own trouble. What tells them apart is what else the server takes.
@Suite struct DeliverySuspicionTests {
  /// Connects, and gives the server's word until it hangs up or has nothing left.
  private static func visit(_ link: inout SimulatedLink, chokesOn isPoison: (UInt64) -> Bool) {
    link.connect()
    if link.wire.isEmpty { link.wait() }
    while !link.wire.isEmpty {
      guard !link.wire[0].seqs.contains(where: isPoison) else { return link.disconnect(.peer("closed")) }
      link.acknowledge()
    }
    link.disconnect(.local("done"))
  }

  @Test func aServerThatHangsUpOnEverythingBuriesNothing() {
    var link = SimulatedLink(DeliveryOrderTests.settings())
    link.append(Array(repeating: .position, count: 300) + [.event, .reading])
    for _ in 1...500 {
      link.connect()
      #expect(!link.wire.isEmpty)
      link.disconnect(.peer("closed: internal error (1011)"))
    }
    #expect(link.dead.isEmpty)
    Self.visit(&link) { _ in false }
    #expect(link.dead.isEmpty)
    #expect(link.delivery.cursors[.position].low == 302)
    #expect(link.delivery.cursors[.event].low == 302)
    #expect(link.delivery.suspects.isEmpty)
  }

  @Test(arguments: [DeliverySettings.Order.liveFirst, .strict], [1, 7, 40])
  func aRecordThatChokesAServerWhichTakesOthersIsBuriedWhereverItStands(order: DeliverySettings.Order, poison: UInt64) {
    var link = SimulatedLink(DeliveryOrderTests.settings { $0.order = order })
    link.append(Array(repeating: .position, count: 40))
    for _ in 1...30 where link.delivery.cursors[.position].low < 40 { Self.visit(&link) { $0 == poison } }
    // One that nobody is left to speak against waits for the next.
    for _ in 1...3 where link.dead.isEmpty {
      link.append([.position])
      Self.visit(&link) { $0 == poison }
    }
    #expect(link.dead == [poison])
    #expect(link.delivery.suspects.isEmpty)
  }

  /// Has the server hang up on every event, and take the rest until nothing is left to wait for.
  private static func visitOneThatChokesOnEvents(_ link: inout SimulatedLink, events: Set<UInt64>) {
    link.connect()
    while true {
      while link.wire.isEmpty, link.delivery.nextDeadline(after: link.now) != nil { link.wait() }
      guard !link.wire.isEmpty else { break }
      guard !link.wire.contains(where: { !events.isDisjoint(with: $0.seqs) }) else {
        return link.disconnect(.peer("closed"))
      }
      link.acknowledge()
    }
    link.disconnect(.local("done"))
  }

  @Test func manyRecordsThatKillTheServerHoldUpNoOtherLaneAndAreBuried() {
    var link = SimulatedLink(DeliveryOrderTests.settings { $0.catchUp = nil })
    // More than are remembered.
    link.append(Array(repeating: .event, count: 66) + Array(repeating: .position, count: 300))
    let events = Set<UInt64>(1...66)
    // Until the first is alone, and was hung up on six times.
    for _ in 1...16 { Self.visitOneThatChokesOnEvents(&link, events: events) }
    #expect(link.delivery.cursors[.position].low == 366)
    for visit in 1...1000 as ClosedRange<UInt64> where link.dead.count < 66 {
      link.append([.position])
      Self.visitOneThatChokesOnEvents(&link, events: events)
      // An event that the server hangs up on for the first time is the first that goes; a single position the next time.
      #expect(link.delivery.cursors[.position].low + 2 >= 366 + visit)
    }
    #expect(link.dead == Array(1...66))
    #expect(link.delivery.suspects.isEmpty)
  }

  @Test func aLinkThatBreaksBehindTheSameRecordAgainAndAgainBuriesNothing() {
    var link = SimulatedLink(DeliveryOrderTests.settings { $0.catchUp = nil })
    link.append([.event, .event, .position, .position])
    for _ in 1...6 {
      link.append([.position])
      Self.visit(&link) { $0 == 1 }
    }
    link.append([.position])
    Self.visit(&link) { _ in false }
    #expect(link.dead.isEmpty)
    #expect(link.delivery.cursors[.event].low == 11)
  }

  @Test func aLaneThatWasHungUpOnGoesBehindTheOthersInItsOwnOrder() {
    var link = SimulatedLink(DeliveryOrderTests.settings { $0.catchUp = nil })
    link.append([.event, .event, .position, .position, .reading])
    var isFirst = true
    while isFirst {
      link.connect()
      isFirst = link.wire[0].seqs != [1]
      link.disconnect(.peer("closed"))
    }
    let before = link.log.count
    link.connect()
    link.acknowledgeAll()
    #expect(link.sent[before...].joined().map { $0 } == [3, 1, 2, 4, 5])
    #expect(link.dead.isEmpty)
    #expect(link.delivery.suspects.isEmpty)
  }

  @Test func manyInARowAreFoundOneByOne() {
    var link = SimulatedLink(DeliveryOrderTests.settings())
    link.append(Array(repeating: .position, count: 60))
    for _ in 1...400 where link.dead.count < 20 {
      link.append([.position])
      Self.visit(&link) { (11...30).contains($0) }
    }
    #expect(link.dead.sorted() == Array(11...30))
  }

  @Test func whatWasHungUpOnSixTimesGoesBehindTheFirstThatIsTaken() {
    var link = SimulatedLink(
      DeliveryOrderTests.settings {
        $0.order = .strict
        $0.batchRecords = 1
      })
    link.append(Array(repeating: .position, count: 4))
    for _ in 1...8 {
      let before = link.sent.count
      link.connect()
      #expect(link.sent[before] == [1], "in order until then")
      link.disconnect(.peer("closed"))
    }
    let before = link.log.count
    link.connect()
    link.acknowledgeAll()
    #expect(link.sent[before...].joined().map { $0 } == [2, 1, 3, 4])
    #expect(link.dead.isEmpty)
  }

  @Test func aSuspectThatIsAloneInTheJournalGoesAfterAWhileAndIsNeverBuried() {
    var link = SimulatedLink(DeliveryOrderTests.settings())
    link.append([.event])
    for round in 1...14 {
      link.connect()
      if round > 8 {
        #expect(link.wire.isEmpty)
        link.wait()
      }
      if !link.wire.isEmpty { link.disconnect(.peer("closed")) }
      #expect(link.dead.isEmpty)
    }
    link.connect()
    while link.wire.isEmpty { link.wait() }
    link.acknowledgeAll()
    #expect(link.delivery.cursors[.event].low == 1)
  }
}
