import Config
import Foundation
import Inputs
import Journal
import Logging
import Model
import Rules
import Testing

@testable import Gateway

@Suite struct PipelineDeadLetterTests {
  private let folder = NSTemporaryDirectory() + "waypost-pipeline-" + UUID().uuidString
  private let clock = JournalClock(
    bootTime: BootClock.now, wallTime: Timestamp(milliseconds: 1_800_000_000_000), isWallTrusted: true)

  private func open() throws -> Journal {
    try Journal.open(
      path: folder + "/journal.db", options: Journal.Options(bootID: "boot", machineID: "machine"), now: clock)
  }

  private func makePipeline() async throws -> Pipeline {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let journal = try open()
    try journal.openCursor(uplink: "central", from: .oldest)
    try journal.commit(
      Commit(
        time: .seconds(1), clock: clock,
        records: [Record(time: .seconds(1), timestamp: nil, body: .device(name: "gps", isUp: true, reason: nil))]))
    let catalogue = SignalCatalogue(devices: [], positionDevice: nil)
    var diagnostics = Diagnostics()
    let rules = try #require(
      RuleSet.load(
        rules: [], zones: [], catalogue: catalogue, readFile: { name, _ in SourceFile(path: name, text: "") },
        diagnostics: &diagnostics))
    let pipeline = try Pipeline(
      journal: journal, rules: rules, catalogue: catalogue, flush: .seconds(1), now: clock,
      clocks: Clocks(isSynchronised: { true }),
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    await pipeline.start()
    return pipeline
  }

  @Test func aRefusedRecordIsOnDiskOnceItsCursorIs() async throws {
    let pipeline = try await makePipeline()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let head = await pipeline.head()
    let identity = RecordIdentity(journal: head.journal, seq: 1)
    await pipeline.deadLetter("central", identity, reason: "0x99")
    await pipeline.acknowledge("central", LaneCursors(low: 1))
    await pipeline.flushNow()
    #expect(try await pipeline.report().journal.deadLetters.kept == 1)
    try await pipeline.close()
    let journal = try open()
    #expect(journal.cursors(uplink: "central").low == 1)
    #expect(try journal.deadLetters(limit: 9).map(\.identity) == [identity])
  }

  @Test func whatCannotBeCopiedHoldsTheCursorsBack() async throws {
    let pipeline = try await makePipeline()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let head = await pipeline.head()
    // A journal that is closed stands for one that can't be read.
    try await pipeline.close()
    await pipeline.deadLetter("central", RecordIdentity(journal: head.journal, seq: 1), reason: "0x99")
    #expect(await pipeline.deadLetters.heldUplinks == ["central"])
    await pipeline.acknowledge("central", LaneCursors(low: 1))
    await pipeline.flushNow()
    #expect(try open().cursors(uplink: "central").low == 0)
  }
}
