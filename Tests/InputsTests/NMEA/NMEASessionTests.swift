import Model
import Testing

@testable import Inputs

private let second: Int64 = 1_000_000_000
private let millisecond: Int64 = 1_000_000

/// A session with a line that is open, and the clock that drives it.
struct NMEABench {
  var session: NMEASession
  var now: Int64 = 0
  var actions: [LineAction] = []

  init(_ change: (inout NMEASession.Settings) -> Void = { _ in }) {
    var settings = NMEASession.Settings(device: "gps", staleAfter: .seconds(5))
    change(&settings)
    session = NMEASession(settings, at: 0)
    actions += session.advance(to: 0)
    actions += session.opened(at: 0)
  }

  /// Lets time pass, stopping at each deadline.
  mutating func pass(to time: Int64) {
    while session.deadline < time {
      now = max(now, session.deadline)
      actions += session.advance(to: now)
    }
    now = time
    actions += session.advance(to: now)
  }

  mutating func say(_ lines: String..., after wait: Int64 = 0) {
    pass(to: now + wait)
    for line in lines { actions += session.received(Array((line + "\r\n").utf8)[...], at: now) }
  }

  var contents: [Observation.Content] {
    actions.compactMap { if case .submit(let content) = $0 { content } else { nil } }
  }
  var positions: [Position] {
    contents.compactMap { if case .position(_, let position) = $0 { position } else { nil } }
  }
  var notes: [LineNote] { actions.compactMap { if case .note(let note) = $0 { note } else { nil } } }
}

@Suite struct NMEASessionTests {
  private typealias Lines = NMEATrackTests
  private let up = Observation.Content.device(name: "gps", isUp: true, reason: nil)
  private let lost = Observation.Content.positionLost(device: "gps")
  private func down(_ reason: String) -> Observation.Content { .device(name: "gps", isUp: false, reason: reason) }

  private static func clock(_ n: Int) -> String {
    let text = { (n: Int) in (n < 10 ? "0" : "") + String(n) }
    return "12\(text(n / 60))\(text(n % 60)).00"
  }

  @Test func anEpochIsGivenWhenTheReceiverPauses() {
    var bench = NMEABench()
    bench.say(Lines.rmc("120000.00", "050226"), Lines.gga("120000.00"))
    #expect(bench.positions.isEmpty)
    bench.pass(to: 200 * millisecond)
    #expect(bench.positions.count == 1)
    #expect(bench.positions.first?.time == Timestamp(rfc3339: "2026-02-05T12:00:00Z"))
    #expect(bench.positions.first?.hdop == 0.9)
  }

  @Test func anEpochThatIsKnownIsGivenWithItsLastSentence() {
    var bench = NMEABench()
    for n in 0..<8 {
      bench.say(Lines.rmc(Self.clock(n), "050226"), after: n == 0 ? 0 : second)
      #expect(bench.positions.count == n)
      bench.say(Lines.gga(Self.clock(n)))
      // Learned from those before, each of which ended when the next began.
      #expect(bench.positions.count == (n < 3 ? n : n + 1), "\(n)")
      if n < 3 { bench.pass(to: bench.now + second / 2) }
    }
    #expect(bench.positions.allSatisfy { $0.hdop == 0.9 && $0.speed != nil })
  }

  @Test func whatAReceiverSaysNowAndThenIsLearnedAnew() {
    var bench = NMEABench()
    for n in 0..<20 {
      bench.say(Lines.rmc(Self.clock(n), "050226"), Lines.gga(Self.clock(n)), after: second)
      if n >= 10 { bench.say(Lines.sentence("GPGST,\(Self.clock(n)),10,2,1,45,3.0,4.0,6.0")) }
    }
    bench.pass(to: bench.now + second)
    #expect(bench.positions.count == 20)
    #expect(bench.positions.suffix(5).allSatisfy { $0.accuracy == 5 })
    #expect(Set(bench.positions.map(\.time)).count == 20)
  }

  @Test func anyCuttingOfTheStreamGivesTheSame() {
    let bytes = Array(
      (0..<10).map { Lines.rmc(Self.clock($0), "050226") + "\r\n" + Lines.gga(Self.clock($0)) + "\n$GP" }.joined().utf8)
    func read(_ size: Int) -> [LineAction] {
      var bench = NMEABench()
      for start in stride(from: 0, to: bytes.count, by: size) {
        bench.actions += bench.session.received(bytes[start..<min(start + size, bytes.count)], at: bench.now)
      }
      return bench.actions
    }
    for size in [1, 2, 3, 7, 64, 1000] { #expect(read(size) == read(bytes.count), "\(size)") }
  }

  @Test func noBytesDoHarmAndNoneOfThemBecomesAFix() {
    var random = SeededRandom(seed: 7)
    var bench = NMEABench()
    let alphabet = Array("$GPRMCA,*0123456789\r\n".utf8)
    for _ in 0..<2000 {
      let bytes = (0..<64).map { _ in
        random.next() % 8 == 0
          ? UInt8(truncatingIfNeeded: random.next()) : alphabet[Int(random.next() % UInt64(alphabet.count))]
      }
      bench.actions += bench.session.received(bytes[...], at: bench.now)
      bench.pass(to: bench.now + 50 * millisecond)
    }
    #expect(bench.positions.isEmpty)
    #expect(bench.notes.count <= 3)
  }

  @Test func aSentenceWithoutChecksumCountsOnlyWhereThatIsWanted() {
    let bare = String(Lines.rmc("120000.00", "050226").dropLast(3))
    var strict = NMEABench()
    strict.say(bare)
    strict.pass(to: second)
    #expect(strict.contents.isEmpty)
    #expect(strict.notes == [.broken(total: 1, kind: "no checksum")])
    var lenient = NMEABench { $0.needsChecksum = false }
    lenient.say(bare)
    lenient.say(Lines.rmc("120001.00", "050226").replacing("46", with: "47"))
    lenient.pass(to: second)
    #expect(lenient.positions.count == 1)
  }

  @Test func aFixGrowsOldAndTheReceiverSilent() {
    var bench = NMEABench()
    bench.say(Lines.rmc("120000.00", "050226"))
    bench.pass(to: 10 * second)
    #expect(bench.contents.first == up)
    #expect(bench.contents.suffix(2) == [down("silent"), lost] || bench.contents.suffix(2) == [lost, down("silent")])
    bench.say(Lines.rmc("120010.00", "050226"))
    bench.pass(to: bench.now + second)
    #expect(bench.contents.suffix(2).first == up)
    #expect(bench.positions.count == 2)
  }

  @Test func aFixThatIsRepeatedGrowsOld() {
    var bench = NMEABench()
    for _ in 0..<12 { bench.say(Lines.rmc("120000.00", "050226"), after: second) }
    #expect(bench.contents.filter { $0 == lost }.count == 1)
    #expect(!bench.contents.contains(down("silent")))
  }

  @Test func aLossWithoutATimeIsToldAtOnce() {
    var bench = NMEABench()
    for n in 0..<6 { bench.say(Lines.gga(Self.clock(n)), Lines.rmc(Self.clock(n), "050226"), after: second) }
    bench.say(Lines.sentence("GPGGA,,,,,,0,,,,,,,,"), Lines.sentence("GPRMC,,V,,,,,,,,,,N"), after: second)
    bench.pass(to: bench.now + second / 4)
    #expect(bench.positions.count == 6)
    #expect(bench.contents.last == lost)
  }

  /// A receiver that says GGA for each system, of which one sees enough.
  @Test(arguments: [
    (["GPGGA": 1, "GAGGA": 0], true), (["GPGGA": 0, "GAGGA": 1], true), (["GPGGA": 0, "GAGGA": 0], false),
    (["GNGGA": 0, "GPGGA": 1], false), (["GNGGA": 1, "GLGGA": 0], true),
  ]) func aSystemThatHasNoFixDoesNotTakeAwayAnothers(qualities: [String: Int], isFix: Bool) {
    var bench = NMEABench()
    bench.say(Lines.rmc("120000.00", "050226"))
    for (name, quality) in qualities.sorted(by: { $0.key < $1.key }) {
      bench.say(Lines.gga("120000.00", quality: quality, talker: String(name.prefix(2))))
    }
    bench.pass(to: second)
    #expect(bench.positions.count == (isFix ? 1 : 0))
    #expect(bench.contents.contains(lost) == !isFix)
  }

  @Test func aReceiverThatWarnsHasNoFixAndIsUp() {
    var bench = NMEABench()
    for n in 0..<10 {
      bench.say(Lines.rmc(Self.clock(n), "050226", status: "V"), Lines.gga(Self.clock(n), quality: 0), after: second)
    }
    #expect(bench.contents == [up, lost])
  }

  @Test func fixesBeforeTheFirstDateHaveNoTime() {
    var bench = NMEABench()
    bench.say(Lines.gga("120000.00"), after: second)
    bench.say(Lines.rmc("120001.00", "050226"), after: second)
    bench.say(Lines.gga("120002.00"), after: second)
    bench.pass(to: bench.now + second)
    #expect(
      bench.positions.map(\.time)
        == [nil, Timestamp(rfc3339: "2026-02-05T12:00:01Z"), Timestamp(rfc3339: "2026-02-05T12:00:02Z")])
  }

  @Test func midnightDoesNotJumpADayAlsoWhereTheDateComesLate() {
    var bench = NMEABench()
    bench.say(Lines.rmc("235958.00", "050226"), after: second)
    bench.say(Lines.gga("235959.00"), after: second)
    // The old date once more.
    bench.say(Lines.rmc("000000.00", "050226"), after: second)
    bench.say(Lines.gga("000001.00"), after: second)
    bench.say(Lines.rmc("000002.00", "060226"), after: second)
    bench.pass(to: bench.now + second)
    #expect(
      bench.positions.map(\.time)
        == [
          "2026-02-05T23:59:58Z", "2026-02-05T23:59:59Z", "2026-02-06T00:00:00Z", "2026-02-06T00:00:01Z",
          "2026-02-06T00:00:02Z",
        ].map { Timestamp(rfc3339: $0) })
  }

  @Test func aDateThatJumpsIsBelievedWhenFiveSayTheSame() {
    var bench = NMEABench()
    bench.say(Lines.rmc(Self.clock(0), "050226"), after: second)
    for n in 1..<10 { bench.say(Lines.rmc(Self.clock(n), "070326"), after: second) }
    bench.pass(to: bench.now + second)
    let times = bench.positions.map(\.time)
    #expect(times.prefix(1) == [Timestamp(rfc3339: "2026-02-05T12:00:00Z")])
    #expect(times[1..<5].allSatisfy { $0 == nil })
    #expect(times[5] == Timestamp(rfc3339: "2026-03-07T12:00:05Z"))
    #expect(times.count == 10 && !times[5...].contains(nil))
  }

  @Test func anOldFirmwaresWeekIsPutRight() {
    var bench = NMEABench()
    // 1024 weeks before 2026-02-05.
    bench.say(Lines.rmc("120000.00", "220606"))
    bench.pass(to: second)
    #expect(bench.positions.map(\.time) == [Timestamp(rfc3339: "2026-02-05T12:00:00Z")])
  }

  @Test func theSpeedIsFoundByTheFirstRightSentences() {
    var bench = NMEABench { $0.searchesBaud = true }
    var tried: [Int] = []
    for n in 0..<40 where bench.positions.isEmpty {
      tried = bench.actions.compactMap { if case .retune(let baud) = $0 { baud } else { nil } }
      if tried.last == 38400 {
        bench.say(Lines.rmc(Self.clock(n), "050226"), Lines.gga(Self.clock(n)), after: second)
      } else {
        bench.say("\u{1}\u{80}x~~\u{2}", after: second)
      }
    }
    #expect(tried == [9600, 4800, 38400])
    #expect(bench.contents.prefix(2) == [down("unreadable"), up])
    for n in 40..<100 { bench.say(Lines.rmc(Self.clock(n), "050226"), after: second) }
    #expect(bench.notes.last == .up(baud: 38400), "\(bench.notes)")
  }

  @Test func muchThatIsNoSentenceNeedsNoLongTrial() {
    var bench = NMEABench { $0.searchesBaud = true }
    for _ in 0..<5 {
      bench.actions += bench.session.received([UInt8](repeating: 0x8A, count: 400)[...], at: bench.now)
      bench.pass(to: bench.now + millisecond)
    }
    let tried = bench.actions.compactMap { if case .retune(let baud) = $0 { baud } else { nil } }
    #expect(tried == [9600, 4800, 38400, 115_200, 57600, 19200])
  }

  @Test func aSpeedThatThePortCannotDoIsPassedOver() {
    var bench = NMEABench { $0.searchesBaud = true }
    bench.actions += bench.session.failed(LineFailure("unsupported"), at: 0)
    bench.pass(to: second)
    bench.actions += bench.session.opened(at: bench.now)
    let tried = bench.actions.compactMap { if case .retune(let baud) = $0 { baud } else { nil } }
    #expect(tried == [9600, 4800])
  }

  @Test func aSpeedThatWasFoundIsKeptWhileTheReceiverIsOff() {
    var bench = NMEABench { $0.searchesBaud = true }
    bench.say(Lines.rmc("120000.00", "050226"), Lines.gga("120000.00"))
    bench.pass(to: 3600 * second)
    let tried = bench.actions.compactMap { if case .retune(let baud) = $0 { baud } else { nil } }
    #expect(tried == [9600])
    #expect(bench.contents.suffix(2).contains(down("silent")))
  }

  @Test func pluggingInAndOutIsToldEachTimeAndLoggedOnceAMinute() {
    var bench = NMEABench()
    for n in 0..<30 {
      bench.say(Lines.rmc(Self.clock(n * 4), "050226"), after: 2 * second)
      bench.actions += bench.session.failed(LineFailure("unplugged"), at: bench.now)
      bench.pass(to: bench.now + second / 2)
      #expect(bench.actions.contains(.open))
      bench.pass(to: bench.now + second * 3 / 2)
      bench.actions += bench.session.opened(at: bench.now)
    }
    #expect(bench.contents.filter { $0 == down("unplugged") }.count == 30)
    #expect(bench.contents.filter { $0 == up }.count == 30)
    #expect(bench.notes.count <= 3, "\(bench.notes)")
  }

  @Test func aPortThatIsMissingIsTriedAtLeastEachTwoSecondsAndToldOnce() {
    var session = NMEASession(.init(device: "gps", staleAfter: .seconds(5)), at: 0)
    var time: Int64 = 0
    var told: [LineAction] = []
    for _ in 0..<100 {
      let actions = session.advance(to: time)
      if actions.contains(.open) { told += session.failed(LineFailure("missing"), at: time) }
      #expect(session.deadline - time <= 2 * second)
      time = session.deadline
    }
    #expect(told.filter { $0 == .submit(down("missing")) }.count == 1)
    #expect(told.filter { if case .note = $0 { true } else { false } }.count == 1)
  }
}
