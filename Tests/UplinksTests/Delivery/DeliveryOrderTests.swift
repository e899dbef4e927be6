import Journal
import Model
import Testing

@testable import Uplinks

@Suite struct DeliveryOrderTests {
  static func settings(_ change: (inout DeliverySettings) -> Void = { _ in }) -> DeliverySettings {
    var settings = DeliverySettings()
    settings.catchUp = nil
    change(&settings)
    return settings
  }

  @Test func backlogGoesEventsBeforePositionsBeforeReadings() {
    var link = SimulatedLink(Self.settings())
    for lane in [Lane.reading, .position, .event, .reading, .event, .other] { link.journal.append(lane) }
    link.connect()
    #expect(link.sent == [[3, 5], [2], [1, 4], [6]])
    #expect(link.log.allSatisfy { $0.late.allSatisfy { $0 } })
  }

  @Test func strictOrderFollowsTheNumbers() {
    var link = SimulatedLink(Self.settings { $0.order = .strict })
    for lane in [Lane.reading, .position, .event, .reading] { link.journal.append(lane) }
    link.connect()
    #expect(link.sent == [[1, 2, 3, 4]])
    link.acknowledgeAll()
    #expect(Lane.allCases.allSatisfy { link.delivery.cursors[$0].low == 4 })
  }

  @Test func liveRecordsOvertakeTheBacklogAndAreNotLate() {
    var link = SimulatedLink(Self.settings { $0.batchRecords = 2 })
    for _ in 1...10 { link.journal.append(.position) }
    link.connect(messages: 1)
    #expect(link.sent == [[1, 2]])
    link.append([.event])
    link.acknowledge()
    #expect(link.sent == [[1, 2], [11]])
    #expect(link.log[1].late == [false])
    link.acknowledge()
    #expect(link.sent.last == [3, 4])
  }

  @Test func aLiveBatchLingersAndAnEventDoesNot() {
    var link = SimulatedLink(Self.settings())
    link.connect()
    link.append([.position, .reading])
    #expect(link.log.isEmpty)
    link.wait()
    #expect(link.now == BootTime.zero + .seconds(1))
    #expect(link.sent == [[1, 2]])
    link.append([.reading, .event])
    #expect(link.sent.last == [4, 3])
  }

  @Test func zeroLingerSendsAtOnce() {
    var link = SimulatedLink(Self.settings { $0.linger = .zero })
    link.connect()
    link.append([.position])
    #expect(link.sent == [[1]])
  }

  @Test func kindsWithTopicsOfTheirOwnGoSingly() {
    var link = SimulatedLink(Self.settings { $0.singly = RecordKinds(.reading) })
    link.connect()
    link.append([.reading, .position, .position, .reading])
    link.wait()
    #expect(link.sent == [[2, 3], [1], [4]])
    #expect(link.log.map(\.isBatch) == [true, false, false])
  }

  @Test func unwantedKindsArePassedOverAndSettled() {
    var link = SimulatedLink(
      Self.settings {
        $0.kinds = RecordKinds([.position])
        $0.linger = .zero
      })
    link.append([.reading, .position, .reading, .event])
    link.connect()
    link.acknowledgeAll()
    #expect(link.sent == [[2]])
    #expect(Lane.allCases.allSatisfy { link.delivery.cursors[$0].low == 4 })
  }

  @Test func theWindowBoundsWhatIsOut() {
    var link = SimulatedLink(
      Self.settings {
        $0.window = 250
        $0.linger = .zero
      })
    for _ in 1...1000 { link.journal.append(.position) }
    link.connect()
    #expect(link.wire.map(\.seqs.count) == [100, 100, 50])
    link.acknowledge(1)
    // The first is still out, so that nothing may be settled behind it and the window stays full.
    #expect(link.wire.count == 2)
    link.acknowledge(0)
    #expect(link.wire.map(\.seqs.count) == [50, 100, 100])
  }

  @Test func aBatchStaysBelowTheServersLargestMessage() {
    var link = SimulatedLink(Self.settings())
    for _ in 1...10 { link.journal.append(.position) }
    link.connect(maximumPayload: 360)
    #expect(link.wire.map(\.seqs.count) == [3, 3, 3, 1])
  }

  @Test func catchUpRateHoldsTheBacklogAndNotTheLiveStream() {
    var link = SimulatedLink(
      Self.settings {
        $0.catchUp = 1000
        $0.batchRecords = 10
        $0.linger = .zero
      })
    for _ in 1...100 { link.journal.append(.position) }
    link.connect()
    #expect(link.sent.count == 1)
    link.acknowledge()
    link.append([.position])
    #expect(link.sent.last == [101])
    link.acknowledgeAll()
    link.wait(.seconds(9))
    var bytes = link.delivery.counters.bytes
    for _ in 1...20 {
      link.acknowledgeAll()
      link.wait()
    }
    bytes = link.delivery.counters.bytes - bytes
    #expect(Double(bytes) <= 1050 + 1000 * (link.now - .zero).seconds)
    while link.delivery.cursors[.position].low < 101 {
      link.acknowledgeAll()
      link.wait()
    }
    #expect(link.delivery.cursors[.position].ranges.isEmpty)
  }

  @Test func aBatchHoldsOneJournalOnly() {
    var link = SimulatedLink(Self.settings())
    link.journal.append(.position)
    link.journal.journal = "zzzzzz"
    link.journal.append(.position)
    link.connect()
    #expect(link.sent == [[1], [2]])
  }
}
