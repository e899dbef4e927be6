import CSQLite
import Foundation
import Inputs
import Journal
import Model
import Testing

@testable import Gateway

/// The second promise: what is tested is what runs.
@Suite struct RecordedDriveTests {
  static let rules =
    Box.rules + """

      report:
        - signals: [gps.position]
          every: 5 s
          or_moved: 60 m
          at_least: 30 s
        - signals: [reefer.*]
          every: 3 s
          deadband: 0.5
          at_least: 20 s
      """

  struct Gave: Equatable, CustomStringConvertible {
    var body: Record.Body
    var time: Timestamp?
    var description: String { "\(time.map { "\($0)" } ?? "undated") \(body)" }
  }

  /// What the box committed, and what a replay of its recording gives.
  private func compare(_ pipeline: Pipeline, _ box: Box, from first: Int, _ comment: Comment) async throws {
    let committed = try await pipeline.engineRecords().dropFirst(first).map { record -> Gave in
      if case .utc(let time) = record.moment { return Gave(body: record.body, time: time) }
      return Gave(body: record.body, time: nil)
    }
    let path = box.folder + "/\(UUID().uuidString).recording"
    try await Data(pipeline.export()).write(to: URL(fileURLWithPath: path))
    var replay = try ReplayRun(
      track: path, rules: Box.ruleSet(Self.rules), catalogue: Setup.defaultCatalogue)
    var given: [Gave] = []
    try replay.run { record, gateway in
      #expect(gateway == "box")
      given.append(Gave(body: record.body, time: record.timestamp))
    }
    #expect(replay.summary.complaints.isEmpty)
    for (index, pair) in zip(committed, given).enumerated() {
      // What the engine could not date, the journal dates once the clock is trusted.
      guard pair.0.body != pair.1.body || (pair.1.time != nil && pair.0.time != pair.1.time) else { continue }
      Issue.record("record \(index): committed \(pair.0), replayed \(pair.1), \(comment)")
      return
    }
    #expect(committed.count == given.count, comment)
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func replayGivesExactlyWhatWasCommitted(seed: UInt64) async throws {
    var random = SeededGenerator(seed)
    var box = try Box()
    var pipeline = try await box.open(rules: Self.rules)
    // Something happened before the recording began, and some of it is still pending.
    for _ in 0..<Int.random(in: 0...20, using: &random) { await step(pipeline, box, &random) }
    #expect(try await pipeline.startRecording(gateway: "box"))
    let before = try await pipeline.engineRecords().count
    for _ in 0..<300 {
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<3:
        try await pipeline.close()
        if Bool.random(using: &random) { box.reboot(after: .seconds(Double.random(in: 1...90, using: &random))) }
        pipeline = try await box.open(rules: Self.rules)
      case 3..<6:
        // Killed: what was not committed is gone, with the observations that it came of.
        box = try Box(powerCut: box)
        box.pass(.seconds(Double.random(in: 0.1...40, using: &random)))
        pipeline = try await box.open(rules: Self.rules)
      case 6..<8:
        FaultyDisk.shared.fail(box.journalPath, with: SQLITE_FULL)
        for _ in 0..<10 { await step(pipeline, box, &random) }
        FaultyDisk.shared.mend(box.journalPath)
        box.pass(.seconds(1))
      case 8: box.loseNTP()
      default: await step(pipeline, box, &random)
      }
    }
    await pipeline.flushNow()
    try await compare(pipeline, box, from: before, "seed \(seed)")
    #expect(try await pipeline.stopRecording())
    for _ in 0..<20 { await step(pipeline, box, &random) }
    #expect(try await !pipeline.stopRecording())
    try await pipeline.close()
  }

  /// One thing happens, or some time passes in which timers come due.
  private func step(_ pipeline: Pipeline, _ box: Box, _ random: inout SeededGenerator) async {
    box.pass(.milliseconds(Int64.random(in: 0...1500, using: &random)))
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<9: pipeline.inbox.submit(box.fix(metres: Double.random(in: 0...400, using: &random)))
    case 9..<14: pipeline.inbox.submit(box.reading(Double.random(in: -20...0, using: &random)))
    case 14: pipeline.inbox.submit(box.arrival(.positionLost(device: "gps")))
    case 15:
      pipeline.inbox.submit(
        box.arrival(.device(name: "reefer", isUp: Bool.random(using: &random), reason: "timeout")))
    case 16: await pipeline.linkChanged("central", isUp: Bool.random(using: &random))
    case 17: box.pass(.seconds(Double.random(in: 1...60, using: &random)))
    default: break
    }
    if Int.random(in: 0..<4, using: &random) > 0 { await pipeline.drain() }
  }

  @Test func recordingIsRefusedWhileTheJournalCannotBeWritten() async throws {
    let box = try Box()
    let pipeline = try await box.open(rules: Self.rules)
    FaultyDisk.shared.fail(box.journalPath, with: SQLITE_FULL)
    await pipeline.feed(box.reading(1))
    await #expect(throws: (any Error).self) { try await pipeline.startRecording(gateway: "box") }
    FaultyDisk.shared.mend(box.journalPath)
    #expect(try await pipeline.startRecording(gateway: "box"))
    #expect(try await !pipeline.startRecording(gateway: "box"))
    try await compare(pipeline, box, from: 1, "nothing yet")
    try await pipeline.close()
  }

  @Test func exportWithoutRecordingIsRefusedWithTheRemedy() async throws {
    let pipeline = try await Box().open()
    await #expect {
      _ = try await pipeline.export()
    } throws: { "\($0)".contains("waypost record on") }
  }
}
