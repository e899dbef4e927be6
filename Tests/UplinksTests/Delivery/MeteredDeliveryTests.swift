import Journal
import Model
import Testing

@testable import Uplinks

/// A link that is paid for by the byte.
@Suite struct MeteredDeliveryTests {
  /// 1 MB a day: 11.57 B/s, 41,667 B an hour.
  private static func settings(_ change: (inout DeliverySettings) -> Void = { _ in }) -> DeliverySettings {
    DeliveryOrderTests.settings {
      $0.allowance = 1_000_000.0 / 86_400
      $0.linger = .zero
      change(&$0)
    }
  }

  @Test func eventsGoAtOnceAndTheRestWaitsForTheAllowance() {
    var link = SimulatedLink(Self.settings())
    link.encoder.bytesPerRecord = 1000
    link.connect()
    link.append([.reading, .event])
    #expect(link.sent == [[2]])
    link.acknowledgeAll()
    // Ten minutes' debt, and then the event is paid off: 1,050 bytes take 91 s.
    link.wait(.seconds(680))
    #expect(link.sent == [[2]])
    link.wait(.seconds(12))
    #expect(link.sent == [[2], [1]])
    link.acknowledgeAll()
    link.append([.event])
    #expect(link.sent.last == [3], "an event waits for nothing")
  }

  @Test(arguments: [(1, 1), (100, 1), (100, 5)])
  func aDayCostsWhatItMayCost(batch: Int, deflated: Int) {
    var link = SimulatedLink(Self.settings { $0.batchRecords = batch })
    link.connect()
    var carried = 0
    var reported = 0
    var events = 0
    for second in stride(from: 0, to: 86_400, by: 20) {
      link.append([.position, .reading, .reading, .position])
      if second % 3600 == 0 {
        link.append([.event])
        events += 1
      }
      link.acknowledgeAll()
      link.wait(.seconds(20))
      link.acknowledgeAll()
      let sizes = link.log[reported...].reduce(0) { $0 + 100 * $1.seqs.count + ($1.isBatch ? 50 : 0) }
      reported = link.log.count
      if sizes > 0 { link.delivery.carried(UInt64(sizes / deflated)) }
      carried += sizes / deflated
      if second % 3600 == 0 { #expect(link.log.flatMap(\.seqs).count >= events) }
    }
    #expect(carried <= 1_060_000, "\(carried)")
    let sent = Set(link.log.flatMap(\.seqs))
    #expect(
      carried >= 900_000 || sent.count >= link.journal.records.count - 200, "what may be used is used: \(carried)")
    #expect(link.journal.records.allSatisfy { $0.lane != .event || sent.contains($0.identity.seq) })
  }

  @Test func whatIsSavedIsAnHoursWorthAtMost() {
    var meter = AllowanceMeter(rate: 10)
    func allows(_ time: BootTime) -> Bool { meter.allows(now: time) }
    let later = BootTime.zero + .days(3)
    #expect(!allows(.zero))
    #expect(meter.nextPositive(after: .zero) == BootTime.zero + .seconds(600) + .milliseconds(1))
    #expect(allows(later))
    meter.sent(36_000)
    #expect(!allows(later))
    // It was deflated to a tenth.
    meter.carried(3600)
    #expect(allows(later))
    meter.carried(10_000_000)
    #expect(!allows(later + .hours(23)))
    #expect(allows(later + .hours(25)), "a day at most is owed")
  }

  @Test func nothingIsLostMeanwhile() {
    var link = SimulatedLink(Self.settings { $0.allowance = 100 })
    link.connect()
    for _ in 0..<50 { link.append([.position, .event, .reading, .other]) }
    link.acknowledgeAll()
    link.disconnect(.local("no answer within 20 s"))
    for _ in 0..<3000 where link.delivery.cursors.low < 200 {
      if case .waiting = link.delivery.state { link.connect() }
      link.wait()
      link.acknowledgeAll()
      if case .closing = link.delivery.state { link.disconnect(.local("no answer within 20 s")) }
    }
    #expect(Set(link.log.flatMap(\.seqs)) == Set(1...200))
    #expect(link.delivery.cursors.low == 200)
  }
}
