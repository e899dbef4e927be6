import Foundation
import Inputs
import Journal
import Model
import Testing

@testable import Gateway

@Suite struct EngineTimeTests {
  /// The first observations of what was recorded, and all of them.
  static func observations(of pipeline: Pipeline, in box: Box) async throws -> [Observation] {
    let path = box.folder + "/\(UUID().uuidString).recording"
    try await Data(pipeline.export()).write(to: URL(fileURLWithPath: path))
    let reader = try RecordingReader(path: path)
    var found: [Observation] = []
    while let item = try reader.next() {
      if case .observation(let observation) = item { found.append(observation) }
    }
    return found
  }

  @Test func startComesFirstWhateverWasThereBefore() async throws {
    let box = try Box()
    let first = try await box.open()
    _ = try await first.startRecording(gateway: "box")
    try await first.close()
    box.pass(.minutes(5))
    let second = try await box.open(start: false)
    // An input was quicker, and a status was asked for.
    second.inbox.submit(box.reading(1))
    await second.drain()
    _ = try await second.report()
    await second.start()
    let found = try await Self.observations(of: second, in: box)
    #expect(found.first?.content == .system(.start(downtime: .minutes(5))))
    #expect(found.map(\.time) == found.map(\.time).sorted())
  }

  @Test func timeGoesOnOverARestartInTheSameBoot() async throws {
    let box = try Box()
    let first = try await box.open()
    box.pass(.seconds(10))
    try await first.close()
    box.pass(.seconds(7))
    let second = try await box.open()
    #expect(await second.clock.last == .seconds(17))
    box.pass(.seconds(3))
    await second.drain()
    #expect(await second.clock.last == .seconds(20))
  }

  @Test func timeGoesOnByTheWallClockOverARebootWhenBothWereTrusted() async throws {
    let box = try Box()
    let first = try await box.open()
    box.pass(.seconds(10))
    try await first.close()
    box.reboot(after: .minutes(1))
    let second = try await box.open()
    let time = await second.clock.last
    #expect(time == .seconds(70))
  }

  @Test func recordedAndSimulatedDrivesSetNoClock() async throws {
    let box = try Box()
    box.loseNTP()
    let catalogue = SignalCatalogue(
      devices: [SignalCatalogue.Device(name: "gps", givesPosition: true, staleAfter: .seconds(5))],
      positionDevice: "gps")
    let pipeline = try await box.open(catalogue: catalogue)
    for second in 1...8 {
      box.pass(.seconds(1))
      await pipeline.feed(
        box.fix(metres: 500, time: Timestamp(milliseconds: 1_795_300_000_000) + .seconds(Double(second))))
    }
    #expect(!pipeline.isClockTrusted)
    try await pipeline.close()
  }

  @Test func clockThatGPSVouchesForIsNotTheSystems() async throws {
    // The system's clock stands in 1970, GPS says the time; then NTP comes with the next boot. Half a century must not pass.
    let box = try Box()
    box.loseNTP()
    let gps = Timestamp(milliseconds: 1_795_300_000_000)
    box.setWall(Timestamp(milliseconds: 1000))
    let first = try await box.open()
    for second in 1...8 {
      box.pass(.seconds(1))
      await first.feed(box.fix(metres: 500, time: gps + .seconds(Double(second))))
    }
    #expect(first.isClockTrusted)
    let clock = await first.journalClock
    #expect(clock.isWallTrusted)
    #expect(clock.wallTime == gps + .seconds(8))
    try await first.close()
  }

  @Test func engineTimeIsKeptOnceAMinuteWhenNothingHappens() async throws {
    let box = try Box()
    let pipeline = try await box.open()
    box.pass(.minutes(2))
    await pipeline.drain()
    #expect(await pipeline.savedTime == .seconds(120))
  }

  @Test func recordsBeforeTheClockAreDatedAndATimeRecordTellsThemAtTheServer() async throws {
    let box = try Box()
    box.loseNTP()
    let gps = Timestamp(milliseconds: 1_795_300_000_000)
    let pipeline = try await box.open()
    await pipeline.feed(box.reading(1))
    box.pass(.seconds(1))
    await pipeline.drain()
    guard case .unsynchronised? = try await pipeline.committed().first?.moment else {
      Issue.record("dated by a clock that nobody trusts")
      return
    }
    for second in 2...8 {
      box.pass(.seconds(1))
      await pipeline.feed(box.fix(metres: 500, time: gps + .seconds(Double(second))))
    }
    box.pass(.seconds(1))
    await pipeline.drain()
    let records = try await pipeline.committed()
    #expect(records.filter { $0.kind == .time }.count == 1)
    #expect(records.first?.moment == .utc(gps + .seconds(1)) || records.first?.moment == .utc(gps))
  }

  /// Whoever was there before the clock knew nothing of it stays undated, boot by boot: another boot's clock says nothing of them.
  @Test func severalBootsWithoutTheTimeThenOneWithIt() async throws {
    let box = try Box()
    box.loseNTP()
    let gps = Timestamp(milliseconds: 1_795_300_000_000)
    var boots: [String] = []
    for _ in 0..<3 {
      box.setWall(Timestamp(milliseconds: 60_000))
      let pipeline = try await box.open()
      await pipeline.feed(box.reading(1))
      box.pass(.seconds(3))
      await pipeline.drain()
      guard case .unsynchronised(let boot, let uptime)? = try await pipeline.engineRecords().last?.moment else {
        Issue.record("dated by a clock that nobody trusts")
        return
      }
      boots.append(boot)
      #expect(uptime >= .zero && uptime < .seconds(2000))
      try await pipeline.close()
      box.reboot(after: .minutes(10))
    }
    #expect(Set(boots).count == 3)
    let pipeline = try await box.open()
    await pipeline.feed(box.reading(1))
    box.pass(.seconds(2))
    await pipeline.drain()
    for second in 2...8 {
      box.pass(.seconds(1))
      await pipeline.feed(box.fix(metres: 500, time: gps + .seconds(Double(second))))
    }
    box.pass(.seconds(2))
    await pipeline.drain()
    let records = try await pipeline.committed()
    let undated = records.compactMap { record -> String? in
      if case .unsynchronised(let boot, _) = record.moment { boot } else { nil }
    }
    #expect(Set(undated) == Set(boots))
    let told = records.compactMap { record -> String? in
      if case .time(let boot, _) = record.body { boot } else { nil }
    }
    #expect(told.count == 1 && !boots.contains(told[0]))
    let reading = try #require(records.last { $0.kind == .reading })
    // Three seconds before the fix of `gps` + 2.
    #expect(reading.moment == .utc(gps + .seconds(-1)))
    try await pipeline.close()
  }

  @Test(arguments: [-1.0, 3, -438_312, 438_312])
  func aStepThatNobodyVouchesForMovesNothing(hours: Double) async throws {
    let box = try Box()
    let pipeline = try await box.open()
    await pipeline.feed(box.reading(1))
    let utc = await pipeline.trust.utcAtZero
    box.loseNTP()
    box.setWall(Timestamp(milliseconds: 1_795_300_000_000) + .hours(hours))
    for _ in 0..<30 {
      box.pass(.seconds(1))
      await pipeline.feed(box.reading(1))
    }
    #expect(await pipeline.trust.utcAtZero == utc)
    #expect(await pipeline.clock.last == .seconds(30))
    let times = try await pipeline.engineRecords().compactMap { record -> Timestamp? in
      if case .utc(let time) = record.moment { time } else { nil }
    }
    #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == .zero || $1 - $0 == .seconds(1) })
    try await pipeline.close()
    // And the next boot's clock is right: the stop is as long as it was.
    box.findNTP()
    box.setWall(Timestamp(milliseconds: 1_795_300_000_000) + .seconds(30))
    box.reboot(after: .minutes(1))
    let next = try await box.open()
    #expect(await next.clock.last == .seconds(90))
    try await next.close()
  }

  /// The wall clock is held against the boot clock of the same moment, not of a while ago.
  @Test func whatTakesItsTimeIsNoStepOfTheClock() async throws {
    let box = try Box()
    let pipeline = try await box.open()
    let mapping = await pipeline.trust.utcAtZero
    #expect(mapping != nil)
    for milliseconds in [60.0, 200, 3000] {
      box.pass(.seconds(20))
      box.passAfterTheNextLook(.seconds(milliseconds / 1000))
      await pipeline.drain()
      #expect(await pipeline.trust.utcAtZero == mapping)
    }
    try await pipeline.close()
  }

  /// What was dated once is given so to whoever asks later: another uplink, a repeat, the next start.
  @Test func whatWasDatedKeepsItsTimeWhateverNTPDoesLater() async throws {
    let box = try Box()
    box.loseNTP()
    let gps = Timestamp(milliseconds: 1_795_300_000_000)
    let pipeline = try await box.open()
    await pipeline.feed(box.reading(1))
    for second in 1...8 {
      box.pass(.seconds(1))
      await pipeline.feed(box.fix(metres: 500, time: gps + .seconds(Double(second))))
    }
    box.pass(.seconds(1))
    await pipeline.drain()
    let before = try await pipeline.committed().map(\.moment)
    box.setWall(gps + .seconds(9 + 90))
    box.findNTP()
    box.pass(.seconds(20))
    await pipeline.drain()
    #expect(await pipeline.trust.source == .ntp)
    await pipeline.feed(box.reading(2))
    box.pass(.seconds(2))
    await pipeline.drain()
    let after = try await pipeline.committed()
    #expect(Array(after.prefix(before.count).map(\.moment)) == before)
    #expect(after.filter { $0.kind == .time }.count == 1)
    #expect(after.last { $0.kind == .reading }?.moment == .utc(gps + .seconds(119)))
    try await pipeline.close()
    let next = try await box.open()
    #expect(Array(try await next.committed().prefix(before.count).map(\.moment)) == before)
  }
}
