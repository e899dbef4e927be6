import Journal
import Model
import Testing

@testable import Uplinks

/// Records that were delivered and are asked for once more.
@Suite struct DeliveryReopeningTests {
  private static func reopening(_ range: ClosedRange<UInt64>, _ cursors: LaneCursors, _ kinds: RecordKinds = .all)
    -> Reopening
  {
    var parts: [Lane: [ClosedRange<UInt64>]] = [:]
    for lane in Lane.allCases where kinds.lanes.contains(LaneSet(lane)) {
      let settled = cursors[lane].settledParts(of: range)
      if !settled.isEmpty { parts[lane] = settled }
    }
    return Reopening(uplink: "central", parts: parts, records: 0)
  }

  @Test(arguments: [DeliverySettings.Order.liveFirst, .strict])
  func theyGoAgainMarkedLateAndAreSettledAgain(order: DeliverySettings.Order) {
    var link = SimulatedLink(DeliveryOrderTests.settings { $0.order = order })
    link.connect()
    link.append([.event, .reading, .position, .reading, .event])
    while !link.wire.isEmpty || link.delivery.cursors.low < 5 {
      link.acknowledgeAll()
      link.wait()
    }
    let before = link.log.count
    link.delivery.reopen(Self.reopening(2...4, link.delivery.cursors))
    #expect(Lane.allCases.allSatisfy { link.delivery.cursors[$0].low == 1 })
    link.pump()
    #expect(link.log[before...].flatMap(\.seqs).sorted() == [2, 3, 4])
    #expect(link.log[before...].allSatisfy { $0.late.allSatisfy { $0 } })
    // What is new isn't held up, and doesn't settle them.
    link.append([.event])
    while let index = link.wire.firstIndex(where: { $0.seqs.contains(6) }) { link.acknowledge(index) }
    #expect(link.delivery.cursors[.reading].low == 1)
    link.acknowledgeAll()
    link.wait()
    link.acknowledgeAll()
    #expect(link.delivery.cursors.low >= 4)
    #expect(link.delivery.cursors[.reading].ranges.isEmpty)
  }

  @Test func aConnectionThatEndsTakesThemAlongToTheNext() {
    var link = SimulatedLink(DeliveryOrderTests.settings())
    link.connect()
    link.append(Array(repeating: .event, count: 10))
    link.acknowledgeAll()
    link.delivery.reopen(Self.reopening(3...7, link.delivery.cursors))
    link.pump()
    link.disconnect(.local("no answer within 20 s"))
    #expect(link.delivery.cursors[.event].low == 2)
    let before = link.log.count
    link.connect()
    #expect(link.log[before...].flatMap(\.seqs) == [3, 4, 5, 6, 7])
    link.acknowledgeAll()
    #expect(link.delivery.cursors[.event].low == 10)
  }

  @Test(arguments: [DeliverySettings.Order.liveFirst, .strict], 0..<10)
  func whatIsAskedForAgainIsSettledByANewAnswerOnly(order: DeliverySettings.Order, seed: Int) {
    var random = DeliveryPropertyTests.Random(jitter: Jitter(seed: UInt64(seed) &* 104_729 &+ 7))
    var settings = DeliverySettings()
    settings.order = order
    settings.batchRecords = [1, 3, 10].randomElement(using: &random)!
    settings.window = [5, 50, 1000].randomElement(using: &random)!
    settings.linger = [.zero, .seconds(1)].randomElement(using: &random)!
    settings.catchUp = [nil, 5000].randomElement(using: &random)!
    if Bool.random(using: &random) {
      settings.kinds = [RecordKinds(.event), RecordKinds(.position), RecordKinds(.reading)]
    }
    var link = SimulatedLink(settings, seed: UInt64(seed))
    // By their last sending.
    var acknowledged = Set<UInt64>()
    var sentAgain = 0
    func answered(_ seqs: [UInt64]) { acknowledged.formUnion(seqs) }
    func check() {
      for record in link.journal.records where settings.kinds.contains(record.kind) {
        let seq = record.identity.seq
        if link.delivery.cursors[record.lane].contains(seq) { #expect(acknowledged.contains(seq), "\(seq) settled") }
      }
    }
    for step in 0..<1600 {
      let isCalm = step > 1000
      if case .waiting = link.delivery.state { link.connect(messages: Int.random(in: 1...20, using: &random)) }
      if link.delivery.state == .stopped { link.connect() }
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<15 where link.journal.head < 150:
        link.append(
          (0..<Int.random(in: 1...8, using: &random)).map { _ in Lane.allCases.randomElement(using: &random)! })
      case 15..<20 where !isCalm: link.disconnect(.local("no answer within 20 s"))
      case 20..<30 where !isCalm && link.journal.head > 0:
        let first = UInt64.random(in: 1...link.journal.head, using: &random)
        let range = first...min(link.journal.head, first + UInt64.random(in: 0...30, using: &random))
        let reopening = Self.reopening(range, link.delivery.cursors, settings.kinds)
        var trial = link.delivery.cursors
        guard reopening.apply(to: &trial) else { break }
        for (lane, parts) in reopening.parts {
          for record in link.journal.records where record.lane == lane {
            if parts.contains(where: { $0.contains(record.identity.seq) }) {
              acknowledged.remove(record.identity.seq)
              sentAgain += 1
            }
          }
        }
        link.delivery.reopen(reopening)
        link.pump()
      case 30..<40: link.wait()
      default:
        guard !link.wire.isEmpty else {
          link.wait()
          break
        }
        let index = Int.random(in: 0..<min(3, link.wire.count), using: &random)
        answered(link.wire[index].seqs)
        link.acknowledge(index)
      }
      if case .closing = link.delivery.state { link.disconnect(.local("no answer within 20 s")) }
      check()
    }
    for _ in 0..<2000 where link.delivery.cursors.low < link.journal.head {
      if case .waiting = link.delivery.state { link.connect() }
      if link.wire.isEmpty { link.wait() }
      while !link.wire.isEmpty {
        answered(link.wire[0].seqs)
        link.acknowledge()
      }
      if case .closing = link.delivery.state { link.disconnect(.local("no answer within 20 s")) }
    }
    check()
    #expect(sentAgain > 0)
    for record in link.journal.records where settings.kinds.contains(record.kind) {
      #expect(link.delivery.cursors[record.lane].contains(record.identity.seq))
    }
  }
}
