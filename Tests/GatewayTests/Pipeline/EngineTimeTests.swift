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
}
