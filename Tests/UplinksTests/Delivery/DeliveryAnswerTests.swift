import Journal
import Model
import Testing

@testable import Uplinks

@Suite struct DeliveryAnswerTests {
  static func link(records: Int, _ change: (inout DeliverySettings) -> Void = { _ in }) -> SimulatedLink {
    var link = SimulatedLink(DeliveryOrderTests.settings(change))
    for _ in 0..<records { link.journal.append(.position) }
    link.connect()
    return link
  }

  @Test func nothingIsSettledBeforeTheServersWord() {
    var link = Self.link(records: 10)
    #expect(link.delivery.cursors[.position].low == 0)
    link.acknowledge()
    #expect(link.delivery.cursors[.position].low == 10)
    #expect(link.delivery.takeCursors() != nil)
    #expect(link.delivery.takeCursors() == nil)
  }

  @Test func answersOutOfTurnWaitForTheFirst() {
    var link = Self.link(records: 300)
    link.acknowledge(2)
    link.acknowledge(1)
    #expect(link.delivery.cursors[.position].low == 0)
    link.acknowledge(0)
    #expect(link.delivery.cursors[.position].low == 300)
  }

  @Test func answersOutOfTurnSurviveADisconnectAsRanges() {
    var link = Self.link(records: 300)
    link.acknowledge(1)
    link.disconnect(.local("no answer"))
    #expect(link.delivery.cursors[.position].ranges == [101...200])
    link.connect()
    #expect(link.wire.flatMap(\.seqs) == Array(1...100) + Array(201...300))
  }

  @Test func aRefusedBatchIsHalvedUntilTheRecordAtFaultStandsAlone() {
    var link = Self.link(records: 8)
    var rounds = 0
    while !link.wire.isEmpty, rounds < 100 {
      rounds += 1
      if link.wire[0].seqs.contains(6) { link.refuse() } else { link.acknowledge() }
    }
    #expect(link.sent == [Array(1...8), [1, 2, 3, 4], [5, 6, 7, 8], [5, 6], [5], [6], [6], [6], [7, 8]])
    #expect(link.dead == [6])
    #expect(link.delivery.cursors[.position].low == 8)
  }

  @Test func refusedRecordsGoBeforeAnythingNew() {
    var link = Self.link(records: 4) { $0.linger = .zero }
    link.refuse()
    link.append([.event])
    #expect(link.wire.map(\.seqs) == [[1, 2]])
    link.acknowledge()
    #expect(link.wire.map(\.seqs) == [[3, 4]])
    link.acknowledge()
    #expect(link.wire.map(\.seqs) == [[5]])
  }

  @Test func aRecordTooLargeOnItsOwnDiesAtOnce() {
    var link = Self.link(records: 2)
    link.refuse(0, .tooLarge("more than 1 KB"))
    link.refuse(0, .tooLarge("more than 1 KB"))
    #expect(link.dead == [1])
    link.acknowledge()
    #expect(link.delivery.cursors[.position].low == 2)
  }

  @Test func notAuthorizedRaisesAnAlarmAndHolds() {
    var link = Self.link(records: 2)
    link.refuse(0, .notAuthorized("publish to x"))
    #expect(link.actions.contains(.raise(.notAuthorized("publish to x"))))
    #expect(link.wire.isEmpty)
    link.wait(.seconds(30))
    #expect(link.wire.isEmpty)
    link.wait()
    #expect(link.now - .zero >= .minutes(1))
    #expect(link.wire.map(\.seqs) == [[1, 2]])
    link.acknowledge()
    #expect(link.delivery.alarm == nil)
    #expect(link.actions.last == .clearAlarm)
    #expect(link.dead.isEmpty)
  }

  /// mosquitto 2.0.11 hangs up after it has refused a publish, with the next one still unanswered.
  @Test func aServerThatHangsUpAfterARefusalBuriesNothing() {
    var link = SimulatedLink(DeliveryOrderTests.settings { $0.batchRecords = 1 })
    link.append([.position, .position])
    for _ in 1...5 {
      link.connect()
      #expect(link.wire.count == 2)
      link.refuse(0, .notAuthorized("publish"))
      link.disconnect(.peer("closed"))
      guard case .waiting(let until) = link.delivery.state else { return #expect(Bool(false)) }
      #expect(until - link.now >= .minutes(1))
    }
    #expect(link.dead.isEmpty)
  }

  @Test func aBusyServerIsAskedAgainLaterAndNothingDies() {
    var link = Self.link(records: 1)
    for _ in 1...20 {
      link.refuse(0, .busy("quota exceeded"))
      while link.wire.isEmpty { link.wait() }
    }
    link.acknowledge()
    #expect(link.dead.isEmpty)
    #expect(link.delivery.cursors[.position].low == 1)
  }

  @Test func anAnswerThatFitsNothingIsCountedAndIgnored() {
    var link = Self.link(records: 1)
    #expect(link.delivery.acknowledged(99).isEmpty)
    #expect(link.delivery.refused(99, .rejected("?"), now: link.now).isEmpty)
    #expect(link.delivery.counters.strayAnswers == 2)
    #expect(link.delivery.cursors[.position].low == 0)
  }

  @Test func recordsMayBeAcknowledgedByNumber() {
    var link = Self.link(records: 10)
    _ = link.delivery.acknowledged(records: 1...4)
    #expect(link.delivery.cursors[.position].low == 4)
    #expect(link.delivery.messagesInFlight == 1)
    _ = link.delivery.acknowledged(records: 5...10)
    #expect(link.delivery.cursors[.position].low == 10)
    #expect(link.delivery.messagesInFlight == 0)
  }

  @Test func aRecordRefusedInsideABatchIsSentAgainAlone() {
    var link = Self.link(records: 5)
    link.note(link.delivery.refused(record: 3, reason: "bad"))
    link.acknowledge()
    #expect(link.delivery.cursors[.position].low == 2)
    #expect(link.wire.map(\.seqs) == [[3]])
    link.refuse()
    link.refuse()
    #expect(link.dead == [3])
    #expect(link.delivery.cursors[.position].low == 5)
  }

  @Test func whatWasRefusedByNumberIsNotSettledByItsMessagesAnswer() {
    var link = Self.link(records: 5)
    for _ in 0..<2 { link.note(link.delivery.refused(record: 3, reason: "bad")) }
    // Out again before the rest of its first message is answered.
    link.pump()
    #expect(link.wire.map(\.seqs) == [[1, 2, 3, 4, 5], [3]])
    link.acknowledge()
    #expect(link.delivery.cursors[.position].low == 2)
    #expect(link.delivery.unansweredRecords == 1)
    // The number of its only record answers a message as well.
    link.note(link.delivery.refused(record: 3, reason: "bad"))
    link.pump()
    #expect(link.delivery.messagesInFlight == 1)
    link.note(link.delivery.refused(record: 3, reason: "bad"))
    #expect(link.dead == [3])
    #expect(link.delivery.cursors[.position].low == 5)
    #expect(link.delivery.messagesInFlight == 0)
    #expect(link.delivery.unansweredRecords == 0)
    #expect(link.delivery.counters.strayAnswers == 1)
  }

  /// mosquitto refuses a message above its limit with 0x95 and hangs up, and both may be told at once.
  @Test func aServerThatRefusesAndHangsUpInOneBreathIsNarrowedDown() {
    var link = Self.link(records: 4)
    var connections = 0
    while link.delivery.cursors[.position].low < 4, connections < 20 {
      guard let sent = link.wire.first else { break }
      if sent.seqs.contains(2) {
        // The halves are not asked for before the end is told.
        link.wire = []
        link.note(link.delivery.refused(sent.id, .tooLarge("0x95"), now: link.now))
        link.disconnect()
        link.connect()
        connections += 1
      } else {
        link.acknowledge()
      }
    }
    #expect(link.dead == [2])
    #expect(link.delivery.cursors[.position].low == 4)
    #expect(connections <= 5)
  }
}
