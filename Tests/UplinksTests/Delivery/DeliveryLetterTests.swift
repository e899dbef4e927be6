import Journal
import Model
import Testing

@testable import Uplinks

/// Requeued dead letters, and what others than the uplink settle.
@Suite struct DeliveryLetterTests {
  private static func link(
    records: Int, low: UInt64, _ change: (inout DeliverySettings) -> Void = { _ in }
  ) -> SimulatedLink {
    var link = SimulatedLink(
      DeliveryOrderTests.settings {
        $0.linger = .zero
        change(&$0)
      }, cursors: LaneCursors(low: low))
    for _ in 0..<records { link.journal.append(.position) }
    link.connect()
    return link
  }

  @Test func requeuedLettersAreToldOneByOneOnceTheServerHasThem() {
    var link = Self.link(records: 50, low: 50) { $0.batchRecords = 1 }
    link.requeued = [7, 9, 30]
    link.delivery.take(Redelivery(letterCount: 3, revision: 1))
    link.pump()
    #expect(link.sent == [[7], [9], [30]])
    link.acknowledge(1)
    #expect(
      link.delivery.takeRedelivered() == [RecordIdentity(journal: "k7f3q2", seq: 9)])
    link.acknowledgeAll()
    #expect(link.delivery.takeRedelivered()?.count == 2)
    #expect(link.delivery.cursors[.position] == LaneCursor(low: 50))
  }

  @Test func aLetterThatIsRefusedThreeTimesAgainIsDeadAgain() {
    var link = Self.link(records: 50, low: 50)
    link.requeued = [7, 9]
    link.delivery.take(Redelivery(letterCount: 2, revision: 1))
    link.pump()
    var rounds = 0
    while !link.wire.isEmpty, rounds < 20 {
      rounds += 1
      if link.wire[0].seqs.contains(7) { link.refuse() } else { link.acknowledge() }
    }
    #expect(link.dead == [7])
    #expect(link.delivery.takeRedelivered()?.map(\.seq) == [9])
  }

  /// One that can't be read would else be looked for for ever.
  @Test func lettersThatAreNotThereAreLookedForOncePerChange() {
    var link = Self.link(records: 50, low: 50)
    link.delivery.take(Redelivery(letterCount: 2, revision: 1))
    link.pump()
    #expect(link.delivery.nextRead() == nil)
    link.delivery.take(Redelivery(letterCount: 2, revision: 1))
    #expect(link.delivery.nextRead() == nil)
    link.requeued = [3]
    link.delivery.take(Redelivery(letterCount: 3, revision: 2))
    link.pump()
    #expect(link.sent == [[3]])
  }

  @Test(arguments: [DeliverySettings.Order.liveFirst, .strict])
  func theyGoBehindTheBacklogAndLeaveTheCursorsAlone(order: DeliverySettings.Order) {
    var link = Self.link(records: 300, low: 250) { $0.order = order }
    #expect(link.delivery.wantsRedelivery)
    link.requeued = [20, 21, 30]
    link.delivery.take(Redelivery(letterCount: 3, revision: 1))
    #expect(!link.delivery.wantsRedelivery)
    link.pump()
    #expect(link.sent == [Array(251...300), [20, 21, 30]])
    #expect(link.log[1].again == [20, 21, 30])
    #expect(link.log[1].late == [true, true, true])
    #expect(link.log[0].again.isEmpty)
    link.acknowledge(1)
    #expect(link.delivery.cursors[.position].low == 250)
    #expect(link.delivery.takeRedelivered()?.count == 3)
    #expect(link.delivery.takeRedelivered() == nil)
    link.acknowledge()
    #expect(link.delivery.cursors[.position] == LaneCursor(low: 300))
    #expect(link.wire.isEmpty)
  }

  @Test func whatHadNoAnswerGoesAgainInTheNextConnection() {
    var link = Self.link(records: 50, low: 50) { $0.batchRecords = 1 }
    link.requeued = [7, 9]
    link.delivery.take(Redelivery(letterCount: 2, revision: 1))
    link.pump()
    link.acknowledge()
    #expect(link.delivery.takeRedelivered()?.map(\.seq) == [7])
    link.disconnect(.local("no answer"))
    #expect(link.delivery.cursors[.position] == LaneCursor(low: 50))
    link.requeued = [9]
    link.connect()
    #expect(link.delivery.wantsRedelivery)
    link.delivery.take(Redelivery(letterCount: 1, revision: 1))
    link.pump()
    #expect(link.wire.map(\.seqs) == [[9]])
  }

  @Test func newRecordsOvertakeThem() {
    var link = Self.link(records: 50, low: 50) {
      $0.batchRecords = 10
      $0.window = 20
    }
    link.requeued = Set(1...50)
    link.delivery.take(Redelivery(letterCount: 50, revision: 1))
    link.pump()
    link.append([.event])
    link.acknowledge()
    #expect(link.sent[2] == [51])
    link.acknowledgeAll()
    #expect(link.delivery.cursors[.event].low == 51)
    #expect(link.sent.flatMap { $0 }.count == 51)
  }

  @Test func aStopDoesNotWaitForThem() {
    for order in [DeliverySettings.Order.liveFirst, .strict] {
      var link = Self.link(records: 50, low: 50) {
        $0.batchRecords = 10
        $0.window = 10
        $0.order = order
      }
      link.requeued = Set(1...50)
      link.delivery.take(Redelivery(letterCount: 50, revision: 1))
      link.pump()
      link.delivery.drain()
      link.acknowledge()
      #expect(link.wire.isEmpty)
      #expect(link.delivery.isDrained)
    }
  }

  @Test func whatOthersSettledIsNotSent() {
    var link = SimulatedLink(
      DeliveryOrderTests.settings {
        $0.linger = .zero
        $0.batchRecords = 10
        $0.window = 10
      })
    for _ in 0..<100 { link.journal.append(.position) }
    link.connect()
    #expect(link.sent == [Array(1...10)])
    // A courier brought them.
    link.delivery.join(LaneCursors(low: 80))
    link.acknowledge()
    while !link.wire.isEmpty { link.acknowledge() }
    #expect(link.sent == [Array(1...10), Array(81...90), Array(91...100)])
    #expect(link.delivery.cursors[.position] == LaneCursor(low: 100))
  }

  @Test func whatOthersSettledWhileTheLinkWasAwayIsNotSent() {
    var link = SimulatedLink(DeliveryOrderTests.settings { $0.linger = .zero })
    for _ in 0..<10 { link.journal.append(.position) }
    link.delivery.join(LaneCursors(low: 8))
    link.connect()
    #expect(link.sent == [[9, 10]])
  }
}
