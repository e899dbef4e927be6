import Journal
import Model
import Testing

@testable import Uplinks

@Suite struct DeliveryConnectionTests {
  @Test func anUnansweredMessageClosesTheConnection() {
    var link = SimulatedLink()
    link.journal.append(.position)
    link.connect()
    link.wait(.seconds(19))
    #expect(link.actions == [.connect])
    link.wait()
    #expect(link.now == .zero + .seconds(20))
    #expect(link.actions == [.connect, .close("no answer within 20 s")])
    link.disconnect(.local("no answer within 20 s"))
    link.connect()
    #expect(link.sent == [[1], [1]])
    #expect(link.delivery.counters.repeated == 1)
  }

  @Test func anAttemptThatTakesTooLongIsGivenUp() {
    var link = SimulatedLink()
    link.note(link.delivery.start(now: link.now))
    link.wait()
    #expect(link.actions == [.connect, .close("no connection within 30 s")])
  }

  @Test func backOffGrowsToThirtySecondsWithFullJitter() {
    var waits: [[Double]] = Array(repeating: [], count: 12)
    for seed in 0..<200 {
      var link = SimulatedLink(seed: UInt64(seed))
      link.note(link.delivery.start(now: link.now))
      for attempt in 0..<12 {
        link.disconnect()
        guard case .waiting(let until) = link.delivery.state else { return #expect(Bool(false)) }
        waits[attempt].append((until - link.now).seconds)
        link.now = until
        link.note(link.delivery.advance(to: link.now))
      }
    }
    for (attempt, drawn) in waits.enumerated() {
      let ceiling = min(30, Double(1 << attempt))
      #expect(drawn.allSatisfy { $0 >= 0.1 && $0 <= ceiling })
      #expect(drawn.max()! > ceiling * 0.9)
      #expect(drawn.min()! < max(0.11, ceiling * 0.1))
    }
  }

  @Test func aConnectionThatHeldResetsTheBackOff() {
    var link = SimulatedLink()
    link.connect()
    for _ in 1...8 {
      link.disconnect()
      link.connect()
    }
    link.wait(.seconds(31))
    link.disconnect()
    guard case .waiting(let until) = link.delivery.state else { return #expect(Bool(false)) }
    #expect(until - link.now <= .seconds(1))
  }

  @Test func aSecondBoxWithOurIdRaisesAnAlarmAndEndsTheFight() {
    var link = SimulatedLink()
    link.connect()
    link.disconnect(.takenOver("session taken over"))
    #expect(link.delivery.alarm == .takenOver("session taken over"))
    guard case .waiting(let until) = link.delivery.state else { return #expect(Bool(false)) }
    #expect(until - link.now >= .minutes(1))
  }

  @Test func wrongCredentialsBackOffToMinutes() {
    var link = SimulatedLink()
    link.note(link.delivery.start(now: link.now))
    for _ in 1...6 {
      link.disconnect(.notAuthorized("bad user name or password"))
      guard case .waiting(let until) = link.delivery.state else { return #expect(Bool(false)) }
      #expect(until - link.now >= .minutes(1))
      #expect(until - link.now <= .minutes(10))
      link.wait()
    }
    #expect(link.actions.filter { $0 == .raise(.notAuthorized("bad user name or password")) }.count == 1)
  }

  /// MQTT 3.1.1 has no refusal: the broker just closes.
  @Test func aRecordThatTheServerChokesOnIsFoundByNarrowingAndBuried() {
    var link = SimulatedLink(DeliveryOrderTests.settings())
    for _ in 1...64 { link.journal.append(.position) }
    var closes = 0
    while link.delivery.cursors[.position].low < 64, closes < 100 {
      link.connect()
      while !link.wire.isEmpty {
        if link.wire[0].seqs.contains(23) {
          link.disconnect(.peer("closed"))
          closes += 1
        } else {
          link.acknowledge()
        }
      }
    }
    #expect(link.dead == [23])
    #expect(closes < 20)
    #expect(link.delivery.cursors[.position].low == 64)
  }

  @Test func aLinkThatTimesOutBuriesNothing() {
    var link = SimulatedLink(DeliveryOrderTests.settings())
    link.journal.append(.position)
    for _ in 1...10 {
      link.connect()
      link.wait(.seconds(20))
      link.disconnect(.local("no answer within 20 s"))
    }
    #expect(link.dead.isEmpty)
  }

  @Test func aLaneWithoutARangeToSpareIsDeliveredInOrder() {
    var cursors = LaneCursors()
    for n in 1...64 { cursors[.position].settle(UInt64(2 * n)...UInt64(2 * n)) }
    var link = SimulatedLink(
      DeliveryOrderTests.settings {
        $0.linger = .zero
        $0.batchRecords = 1
      }, cursors: cursors)
    for _ in 1...130 { link.journal.append(.position) }
    link.connect(messages: 1)
    link.append([.position])
    var order: [UInt64] = []
    while !link.wire.isEmpty {
      order += link.wire[0].seqs
      link.acknowledge()
      #expect(link.delivery.cursors[.position].ranges.count <= 64)
    }
    let odd: [UInt64] = stride(from: 1, through: 127, by: 2).map { $0 }
    #expect(order == odd + [129, 130, 131])
    #expect(link.log.last?.late == [false])
    #expect(link.delivery.cursors[.position].low == 131)
  }

  @Test func drainingSendsWhatIsLiveAndLeavesTheBacklog() {
    var link = SimulatedLink(
      DeliveryOrderTests.settings {
        $0.batchRecords = 4
        $0.linger = .minutes(1)
      })
    for _ in 1...20 { link.journal.append(.position) }
    link.connect(messages: 1)
    link.append([.reading])
    link.delivery.drain()
    link.acknowledge()
    #expect(link.wire.map(\.seqs) == [[21]])
    #expect(!link.delivery.isDrained)
    link.acknowledge()
    #expect(link.delivery.isDrained)
    link.disconnect(.local("stopped"))
    #expect(link.delivery.state == .stopped)
  }
}
