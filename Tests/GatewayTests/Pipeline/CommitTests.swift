import CSQLite
import Foundation
import Inputs
import Journal
import Model
import Testing

@testable import Gateway

@Suite struct CommitTests {
  @Test func ordinaryRecordWaitsForTheFlushInterval() async throws {
    let box = try Box()
    let pipeline = try await box.open()
    await pipeline.feed(box.reading(1))
    #expect(try await pipeline.committed().isEmpty)
    box.pass(.milliseconds(999))
    await pipeline.drain()
    #expect(try await pipeline.committed().isEmpty)
    box.pass(.milliseconds(1))
    await pipeline.drain()
    #expect(try await pipeline.committed().count == 1)
  }

  @Test func eventIsCommittedAtOnceWithAllBeforeIt() async throws {
    let box = try Box()
    let pipeline = try await box.open(flush: .minutes(1))
    for metres in [300.0, 200, 50, 10] {
      box.pass(.seconds(1))
      await pipeline.feed(box.fix(metres: metres))
    }
    let kinds = try await pipeline.committed().map(\.kind)
    #expect(kinds.last == .geofenceEvent || kinds.contains(.geofenceEvent))
    #expect(kinds.filter { $0 == .position }.count >= 2)
  }

  @Test func bellRingsOnlyAfterTheCommit() async throws {
    let box = try Box()
    let pipeline = try await box.open()
    var rings = pipeline.commits().makeAsyncIterator()
    await pipeline.feed(box.reading(1))
    #expect(await pipeline.head().lastSequence == 0)
    box.pass(.seconds(1))
    await pipeline.drain()
    await rings.next()
    #expect(await pipeline.head().lastSequence == 1)
  }

  @Test func burstIsCommittedBeforeItOutgrowsMemory() async throws {
    let box = try Box()
    let pipeline = try await box.open(flush: .minutes(1))
    for number in 0..<10_000 { #expect(pipeline.inbox.submit(box.reading(Double(number)))) }
    await pipeline.drain()
    #expect(pipeline.inbox.isEmpty)
    #expect(await pipeline.batch.approximateBytes <= CommitBatch.byteLimit)
    for number in 0..<10_000 { #expect(pipeline.inbox.submit(box.reading(Double(number)))) }
    await pipeline.flushNow()
    #expect(try await pipeline.committed().count == 20_000)
    #expect(pipeline.inbox.refused == 0)
  }

  @Test func fullDiskKeepsTheBatchAndItIsTriedAgain() async throws {
    let box = try Box()
    let pipeline = try await box.open()
    FaultyDisk.shared.fail(box.journalPath, with: SQLITE_FULL)
    await pipeline.feed(box.reading(1))
    box.pass(.seconds(1))
    await pipeline.drain()
    #expect(await pipeline.commitError?.contains("no room") == true)
    #expect(try await pipeline.committed().isEmpty)
    FaultyDisk.shared.mend(box.journalPath)
    await pipeline.drain()
    #expect(try await pipeline.committed().isEmpty, "it is tried once a second, not at each observation")
    box.pass(.seconds(1))
    await pipeline.drain()
    #expect(try await pipeline.committed().count == 1)
    #expect(await pipeline.commitError == nil)
    try await pipeline.close()
  }

  @Test func fullDiskForLongRefusesAndCountsAndNeverDatesAnew() async throws {
    let box = try Box()
    let pipeline = try await box.open()
    FaultyDisk.shared.fail(box.journalPath, with: SQLITE_FULL)
    var sent: [Timestamp] = []
    var refused: UInt64 = 0
    for number in 0..<20_000 {
      box.pass(.milliseconds(10))
      if pipeline.inbox.submit(box.reading(Double(number))) {
        sent.append(Timestamp(milliseconds: 1_795_300_000_000 + Int64(number + 1) * 10))
      } else {
        refused += 1
      }
      if number % 10 == 0 { await pipeline.drain() }
    }
    #expect(refused > 0 && pipeline.inbox.refused == refused)
    #expect(await pipeline.batch.approximateBytes < CommitBatch.byteLimit + 300_000)
    #expect(try await pipeline.report().refused == refused)
    FaultyDisk.shared.mend(box.journalPath)
    box.pass(.minutes(10))
    await pipeline.drain()
    await pipeline.flushNow()
    let records = try await pipeline.committed()
    #expect(records.map(\.moment) == sent.map { .utc($0) }, "each keeps the time at which it was read")
    try await pipeline.close()
  }

  @Test func damagedJournalEndsTheRunWithItsReason() async throws {
    let box = try Box()
    let pipeline = try await box.open(start: false)
    let run = Task { try await pipeline.run() }
    await pipeline.started.wait()
    FaultyDisk.shared.fail(box.journalPath, with: SQLITE_CORRUPT)
    await pipeline.feed(box.reading(1))
    box.pass(.seconds(1))
    await pipeline.drain()
    await #expect(throws: JournalError.self) { try await run.value }
    FaultyDisk.shared.mend(box.journalPath)
    #expect(!pipeline.inbox.submit(box.reading(2)))
    var rings = pipeline.commits().makeAsyncIterator()
    #expect(await rings.next() == nil, "whoever listens is let go")
    await pipeline.linkChanged("central", isUp: false)
    await pipeline.acknowledge("central", LaneCursors(low: 0))
    await pipeline.flushNow()
    try await pipeline.close()
  }

  @Test func lastCommitIsTriedAtTheEndWhateverFailedBefore() async throws {
    let box = try Box()
    let pipeline = try await box.open(start: false)
    let run = Task { try await pipeline.run() }
    await pipeline.started.wait()
    FaultyDisk.shared.fail(box.journalPath, with: SQLITE_FULL)
    await pipeline.feed(box.reading(1))
    box.pass(.seconds(1))
    await pipeline.drain()
    FaultyDisk.shared.mend(box.journalPath)
    pipeline.inbox.close()
    try await run.value
    #expect(try await pipeline.committed().count == 1)
    try await pipeline.close()
  }

  @Test func cursorsGoWithTheNextCommitOrAfterFiveSeconds() async throws {
    let box = try Box()
    let pipeline = try await box.open()
    await pipeline.feed(box.reading(1))
    box.pass(.seconds(1))
    await pipeline.drain()
    await pipeline.acknowledge("central", LaneCursors(low: 1))
    #expect(await pipeline.cursors(of: "central") == LaneCursors(low: 1))
    box.pass(.milliseconds(4999))
    await pipeline.drain()
    #expect(await pipeline.savedCursors(of: "central") == LaneCursors())
    box.pass(.milliseconds(1))
    await pipeline.drain()
    #expect(await pipeline.savedCursors(of: "central") == LaneCursors(low: 1))

    await pipeline.feed(box.reading(2))
    box.pass(.seconds(1))
    await pipeline.acknowledge("central", LaneCursors(low: 2))
    await pipeline.drain()
    #expect(await pipeline.savedCursors(of: "central") == LaneCursors(low: 2))
  }

  @Test func cursorsSurviveACommitThatFails() async throws {
    let box = try Box()
    let pipeline = try await box.open()
    await pipeline.acknowledge("central", LaneCursors(low: 0))
    FaultyDisk.shared.fail(box.journalPath, with: SQLITE_FULL)
    await pipeline.feed(box.reading(1))
    box.pass(.seconds(1))
    await pipeline.drain()
    FaultyDisk.shared.mend(box.journalPath)
    await pipeline.acknowledge("central", LaneCursors(low: 1))
    box.pass(.seconds(1))
    await pipeline.drain()
    #expect(await pipeline.savedCursors(of: "central") == LaneCursors(low: 1))
  }
}

extension Pipeline {
  var savedTime: EngineTime { journal.engineTime }

  func savedCursors(of uplink: String) -> LaneCursors { journal.cursors(uplink: uplink) }
}
