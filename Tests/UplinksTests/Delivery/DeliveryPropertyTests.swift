import Journal
import Model
import Testing

@testable import Uplinks

/// A server that acknowledges, refuses, forgets, answers out of turn and hangs up, against the promises of `Delivery`.
@Suite struct DeliveryPropertyTests {
  struct Random: RandomNumberGenerator {
    var jitter: Jitter
    mutating func next() -> UInt64 {
      UInt64(jitter.draw() * 4_294_967_296) << 32 | UInt64(jitter.draw() * 4_294_967_296)
    }
  }

  @Test(arguments: [DeliverySettings.Order.liveFirst, .strict], 0..<25)
  func everythingArrivesInOrderAndNothingIsSettledUnacknowledged(order: DeliverySettings.Order, seed: Int) {
    var random = Random(jitter: Jitter(seed: UInt64(seed) &* 7919 &+ 13))
    var settings = DeliverySettings()
    settings.order = order
    settings.batchRecords = [1, 3, 10, 100].randomElement(using: &random)!
    settings.window = [5, 50, 1000].randomElement(using: &random)!
    settings.linger = [.zero, .seconds(1)].randomElement(using: &random)!
    settings.catchUp = [nil, 5000].randomElement(using: &random)!
    if Bool.random(using: &random) { settings.singly = RecordKinds(.reading) }
    var link = SimulatedLink(settings, seed: UInt64(seed))
    let poison = Set((0..<3).map { _ in UInt64.random(in: 1...200, using: &random) })
    var acknowledged = Set<UInt64>()
    // Per connection and stream (lane, late): the last number that went out for the first time.
    var seen = Set<UInt64>()
    var logged = 0
    var last: [String: UInt64] = [:]
    var connection = 0
    var hadRefusal = false

    func check() {
      for sent in link.log[logged...] {
        for (seq, late) in zip(sent.seqs, sent.late) {
          let lane = link.journal.records[Int(seq) - 1].lane
          let stream = order == .strict ? "all" : "\(lane)/\(late)"
          if !hadRefusal, let previous = last[stream] { #expect(seq > previous, "order in \(stream)") }
          last[stream] = max(last[stream] ?? 0, seq)
          seen.insert(seq)
        }
      }
      logged = link.log.count
      for record in link.journal.records {
        let seq = record.identity.seq
        let cursor = link.delivery.cursors[record.lane]
        #expect(cursor.ranges.count <= 64)
        if seq <= cursor.low || cursor.ranges.contains(where: { $0.contains(seq) }) {
          #expect(acknowledged.contains(seq) || link.dead.contains(seq), "\(seq) settled")
        }
      }
      #expect(link.delivery.unansweredRecords <= settings.window)
    }

    var steps = 0
    while steps < 20_000 {
      steps += 1
      check()
      let isCalm = steps > 1500
      if case .waiting = link.delivery.state {
        link.connect(messages: Int.random(in: 1...20, using: &random))
      } else if link.delivery.state == .stopped {
        link.connect()
      }
      check()
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<20 where link.journal.head < 200:
        link.append(
          (0..<Int.random(in: 1...12, using: &random)).map { _ in Lane.allCases.randomElement(using: &random)! })
      case 20..<26 where !isCalm, 20..<21:
        link.disconnect(Bool.random(using: &random) ? .local("no answer within 20 s") : .peer("reset"))
        connection += 1
        hadRefusal = false
        last = [:]
      case 26..<36: link.wait()
      default:
        guard !link.wire.isEmpty else {
          link.wait()
          break
        }
        let index = Int.random(in: 0..<min(3, link.wire.count), using: &random)
        if link.wire[index].seqs.contains(where: poison.contains) {
          hadRefusal = true
          link.refuse(index)
        } else if !isCalm, Int.random(in: 0..<20, using: &random) == 0 {
          hadRefusal = true
          link.refuse(index, Bool.random(using: &random) ? .busy("later") : .rejected("spurious"))
        } else if Int.random(in: 0..<6, using: &random) == 0 {
          // By number; the message's own answer comes later, or never.
          let seq = link.wire[index].seqs.randomElement(using: &random)!
          acknowledged.insert(seq)
          link.note(link.delivery.acknowledged(records: seq...seq))
          link.pump()
        } else if !isCalm, Int.random(in: 0..<12, using: &random) == 0 {
          // One record of the message is refused, and the rest taken.
          let seq = link.wire[index].seqs.randomElement(using: &random)!
          hadRefusal = true
          let wasKnown = acknowledged.contains(seq)
          acknowledged.formUnion(link.wire[index].seqs.filter { $0 != seq })
          if wasKnown { acknowledged.insert(seq) }
          let sent = link.wire.remove(at: index)
          link.note(link.delivery.refused(record: seq, reason: "bad"))
          // It may be out again before the message's own answer comes, which then says nothing of it.
          if Bool.random(using: &random) { link.pump() }
          if sent.seqs.count > 1 { link.note(link.delivery.acknowledged(sent.id)) }
          link.pump()
        } else {
          acknowledged.formUnion(link.wire[index].seqs)
          link.acknowledge(index)
        }
      }
      if case .closing = link.delivery.state {
        check()
        link.disconnect(.local("no answer within 20 s"))
        hadRefusal = false
        last = [:]
      }
      if link.journal.head >= 200,
        Lane.allCases.allSatisfy({ lane in
          link.journal.records.allSatisfy { $0.lane != lane || $0.identity.seq <= link.delivery.cursors[lane].low }
        })
      {
        break
      }
    }
    #expect(steps < 20_000, "delivered in time")
    let all = Set(1...link.journal.head)
    #expect(acknowledged.union(link.dead) == all)
    #expect(poison.allSatisfy(link.dead.contains))
  }
}
