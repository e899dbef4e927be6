import CSQLite
import Config
import Foundation
import Inputs
import Journal
import Model
import Rules
import Testing

@testable import Gateway

/// The part of a reload that may fail: one commit.
@Suite(.timeLimit(.minutes(10))) struct PipelineReloadTests {
  static let more =
    Box.rules + """

        - name: yard
          on: { enter: depot }
          then:
            - event: { type: yard, severity: info }
      """

  private func replacement(
    _ rules: String, limit: Int64 = 64_000_000, flush: Interval = .seconds(1)
  ) throws -> Pipeline.Replacement {
    var journal = GatewayConfiguration.JournalConfiguration()
    journal.limit = limit
    journal.flush = flush
    return try Pipeline.Replacement(rules: Box.ruleSet(rules), journal: journal, gateway: "box", uplinks: [])
  }

  private func ruleNames(_ pipeline: Pipeline) async throws -> [String] {
    try await pipeline.report().engine.rules.map(\.name)
  }

  @Test func zoneThatStaysTheSameKeepsItsSide() async throws {
    let box = try Box()
    let pipeline = try await box.open()
    for metres in [300.0, 0, 0, 0] {
      await pipeline.feed(box.fix(metres: metres))
      box.pass(.seconds(1))
    }
    try await pipeline.replace(replacement(Self.more))
    #expect(try await ruleNames(pipeline) == ["visit", "yard"])
    #expect(try await pipeline.report().engine.zones.map(\.side) == [.inside])
    let before = try await pipeline.engineRecords().count { $0.kind == .geofenceEvent }
    await pipeline.feed(box.fix(metres: 0))
    await pipeline.flushNow()
    #expect(try await pipeline.engineRecords().count { $0.kind == .geofenceEvent } == before, "no second entry")
  }

  @Test func stateOfTheNewRulesIsOnDiskWhenItReturns() async throws {
    let box = try Box()
    let pipeline = try await box.open()
    await pipeline.feed(box.fix(metres: 0))
    try await pipeline.replace(replacement(Self.more))
    // Nothing waits for the flush interval.
    #expect(try await pipeline.report().waiting == 0)
    let cut = try Box(powerCut: box)
    let again = try await cut.open(rules: Self.more)
    #expect(try await again.report().engine.zones.map(\.lastKnownSide) == [.inside])
  }

  @Test func ruleRemovedWhileTheGatewayWasOffIsClearedAndItsHookRuns() async throws {
    let box = try Box()
    let pipeline = try await box.open(
      rules: Box.rules + """

          - name: fast
            when: gps.speed > 5
            then: [{ event: fast }]
            clear: [{ run: { hook: silence, args: ["now"] } }]
        """)
    await pipeline.feed(box.fix(metres: 300))
    await pipeline.flushNow()
    try await pipeline.close()
    box.pass(.hours(2))
    let again = try await box.open()
    let runs = await again.takeOrders().compactMap { order in
      if case .run(_, let run) = order { run } else { nil }
    }
    #expect(runs.map(\.hook) == ["silence"] && runs.map(\.arguments) == [["now"]] && runs.map(\.state) == [.cleared])
    try await again.close()
    let events = try await box.open().engineRecords().compactMap { record in
      if case .event(let event) = record.body, case .general(let general) = event.content { general } else { nil }
    }
    #expect(events.map(\.state) == [.raised, .cleared] && events.last?.reason == "reload", "once")
  }

  @Test func fullDiskLeavesTheOldSetAsItWas() async throws {
    let box = try Box()
    let pipeline = try await box.open()
    for _ in 0..<4 {
      await pipeline.feed(box.fix(metres: 0))
      box.pass(.seconds(1))
    }
    await pipeline.flushNow()
    // The zone is another one now, so its row goes: there is something to write.
    let other = Self.more.replacingOccurrences(of: "120 m", with: "90 m")
    FaultyDisk.shared.fail(box.journalPath, with: SQLITE_FULL)
    await #expect(throws: (any Error).self) {
      try await pipeline.replace(replacement(other, limit: 32_000_000, flush: .seconds(9)))
    }
    #expect(try await ruleNames(pipeline) == ["visit"])
    #expect(try await pipeline.report().engine.zones.map(\.side) == [.inside])
    FaultyDisk.shared.mend(box.journalPath)
    box.pass(.seconds(2))
    await pipeline.feed(box.fix(metres: 0))
    await pipeline.flushNow()
    #expect(try await pipeline.report().journal.limit == 64_000_000)
    #expect(try await pipeline.report().commitError == nil)
    try await pipeline.replace(replacement(other, limit: 32_000_000))
    #expect(try await ruleNames(pipeline) == ["visit", "yard"])
    #expect(try await pipeline.report().journal.limit == 32_000_000)
  }

  @Test func recordingGoesOnInAPartOfItsOwn() async throws {
    let box = try Box()
    let pipeline = try await box.open()
    #expect(try await pipeline.startRecording(gateway: "box"))
    await pipeline.feed(box.fix(metres: 0))
    try await pipeline.replace(replacement(Self.more))
    await pipeline.feed(box.fix(metres: 1))
    var parts = 0
    let path = box.folder + "/drive.recording"
    try await Data(pipeline.export()).write(to: URL(fileURLWithPath: path))
    let reader = try RecordingReader(path: path)
    var counts: [Int] = []
    while let item = try reader.next() {
      switch item {
      case .segment:
        parts += 1
        counts.append(0)
      case .observation: counts[counts.count - 1] += 1
      }
    }
    #expect(parts == 2)
    #expect(counts.allSatisfy { $0 > 0 }, "\(counts)")
  }

  @Test func removedUplinksCursorStays() async throws {
    let box = try Box()
    let pipeline = try await box.open()
    var diagnostics = Diagnostics()
    let file = SourceFile(path: "waypost.yaml", text: "uplinks: { a: { mqtt: { url: \"mqtt://127.0.0.1:1\" } } }")
    let configuration = try #require(
      GatewayConfiguration.load(file, defaultID: "box", diagnostics: &diagnostics), "\(diagnostics.all)")
    var opening = try replacement(Box.rules)
    opening.uplinks = configuration.uplinks
    try await pipeline.replace(opening)
    #expect(try await pipeline.report().journal.uplinks.map(\.isConfigured) == [true])
    await pipeline.feed(box.fix(metres: 0))
    await pipeline.flushNow()
    await pipeline.close(uplinks: ["a"])
    #expect(try await pipeline.report().journal.uplinks.map(\.isConfigured) == [false])
    #expect(try await pipeline.report().journal.waiting(for: "a")?.total ?? 0 > 0, "it may come back")
  }
}
