import Foundation
import Journal
import Model
import Testing

@Suite struct RecordingTests {
  private let folder: JournalFolder
  init() throws { folder = try JournalFolder() }

  private let header = RecordingHeader(
    gateway: "truck-005", engine: "aaaaa1", time: .seconds(9),
    state: (0..<3000).map { StateRow(kind: "zone", name: "z\($0)", value: Array("state of zone \($0)".utf8)) })

  private static func observations(_ range: Range<Int>) -> [Observation] {
    range.map {
      Observation(
        time: .seconds(Double($0)),
        content: $0 % 3 == 0
          ? .position(device: "gps", Position(latitude: Double($0), longitude: 1))
          : .reading(device: "reefer", metric: "temperature", value: .number(Double($0)), quality: .good))
    }
  }

  private func export(_ journal: Journal, byteLimit: Int = 1 << 20, to name: String = "export") throws -> String {
    let path = folder.folder + "/" + name
    var export = RecordingExport()
    var bytes: [UInt8] = []
    while let piece = try export.next(from: journal, byteLimit: byteLimit) { bytes += piece }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func read(_ path: String) throws -> (items: [RecordingItem], ending: RecordingReader.Ending?) {
    let reader = try RecordingReader(path: path)
    var items: [RecordingItem] = []
    while let item = try reader.next() { items.append(item) }
    return (items, reader.ending)
  }

  private func record(_ journal: Journal, _ range: Range<Int>) throws {
    try journal.commit(
      Commit(
        time: .seconds(Double(range.upperBound)), clock: .at(Double(range.upperBound)),
        observations: Self.observations(range)))
  }

  @Test func whatIsCommittedWhileItIsOnComesOutAgain() throws {
    let journal = try folder.open()
    try record(journal, 0..<10)
    #expect(try journal.startRecording(header))
    #expect(try !journal.startRecording(header))
    for n in 0..<50 { try record(journal, 10 + n * 20..<30 + n * 20) }
    #expect(try journal.stopRecording())
    #expect(try !journal.stopRecording())
    try record(journal, 2000..<2010)
    let (items, ending) = try read(export(journal, byteLimit: 1000))
    #expect(items == [.segment(header)] + Self.observations(10..<1010).map { .observation($0) })
    #expect(ending == .complete)
    #expect(try journal.statistics().recording.observations == 1000)
  }

  @Test func itGoesOnAfterAKillWithoutAGap() throws {
    let journal = try folder.open()
    _ = try journal.startRecording(header)
    try record(journal, 0..<10)
    let next = try folder.crashCopy().open(now: .at(20))
    #expect(next.isRecording)
    try record(next, 10..<30)
    let (items, _) = try read(export(next))
    #expect(items.dropFirst() == Self.observations(0..<30).map { .observation($0) }[...])
  }

  @Test func afterAPowerCutItGoesOnAsASegmentOfTheNewEngine() throws {
    let journal = try folder.open()
    _ = try journal.startRecording(header)
    let rows = [StateRow(kind: "engine", name: "", value: [7])]
    try journal.commit(
      Commit(time: .seconds(3), clock: .at(3), state: rows, observations: Self.observations(0..<3)))
    let next = try folder.crashCopy().open(JournalFolder.options(boot: "boot-2", ids: "bbbbb"), now: .at(2))
    try record(next, 5..<6)
    let (items, ending) = try read(export(next))
    #expect(
      items.suffix(2) == [
        .segment(RecordingHeader(gateway: "truck-005", engine: next.engineID, time: .seconds(3), state: rows)),
        .observation(Self.observations(5..<6)[0]),
      ])
    #expect(ending == .complete)
  }

  @Test func itEndsByItselfWhenItBecomesTooLarge() throws {
    let journal = try folder.open(JournalFolder.options(limit: 1 << 20))
    _ = try journal.startRecording(RecordingHeader(gateway: "g", engine: "e", time: .zero, state: []))
    var random = SeededGenerator(1)
    var expected: [RecordingItem] = []
    var n = 0
    while journal.isRecording {
      n += 1
      let text = String((0..<2000).map { _ in Character(UnicodeScalar(UInt8.random(in: 32...126, using: &random))) })
      let observation = Observation(
        time: .seconds(Double(n)),
        content: .reading(device: "d", metric: "m", value: .text(text), quality: .good))
      try journal.commit(Commit(time: observation.time, clock: .at(Double(n)), observations: [observation]))
      if journal.isRecording { expected.append(.observation(observation)) }
    }
    #expect(n > 100)
    #expect(try journal.statistics().recording.isFull)
    #expect(try read(export(journal)).items.dropFirst() == expected[...])
  }

  @Test func exportingWithoutARecordingSaysHowToBeginOne() throws {
    let journal = try folder.open()
    let error = #expect(throws: JournalError.self) { try export(journal) }
    #expect(error?.message.contains("waypost record on") == true)
  }

  @Test func anExportIsNotMixedFromTwoRecordings() throws {
    let journal = try folder.open()
    _ = try journal.startRecording(header)
    for n in 0..<10 { try record(journal, n..<n + 1) }
    var export = RecordingExport()
    _ = try export.next(from: journal, byteLimit: 1)
    _ = try journal.stopRecording()
    _ = try journal.startRecording(header)
    #expect(throws: JournalError.self) { try export.next(from: journal) }
  }

  @Test func aTornFileGivesItsWholePartAndSaysWhereItIsTorn() throws {
    var writer = RecordingWriter(header)
    for observation in Self.observations(0..<5000) { writer.append(observation) }
    let bytes = writer.finish()
    let path = folder.folder + "/torn"
    for cut in stride(from: 8, to: bytes.count, by: 997) {
      try Data(bytes.prefix(cut)).write(to: URL(fileURLWithPath: path))
      let (items, ending) = try read(path)
      guard case .torn(let offset, _) = ending else {
        Issue.record("cut at \(cut) of \(bytes.count) and not noticed")
        continue
      }
      #expect(offset <= cut)
      #expect(items.dropFirst().elementsEqual(Self.observations(0..<max(0, items.count - 1)).map { .observation($0) }))
    }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    #expect(try read(path).items.count == 5001)
  }

  @Test func aFlippedBitAnywhereIsNoticed() throws {
    var writer = RecordingWriter(RecordingHeader(gateway: "g", engine: "e", time: .zero, state: []))
    for observation in Self.observations(0..<300) { writer.append(observation) }
    let bytes = writer.finish()
    let path = folder.folder + "/flipped"
    var random = SeededGenerator(3)
    for _ in 0..<400 {
      var flipped = bytes
      flipped[Int.random(in: 8..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
      try Data(flipped).write(to: URL(fileURLWithPath: path))
      let (items, ending) = try read(path)
      #expect(ending != .complete)
      #expect(items.dropFirst().elementsEqual(Self.observations(0..<max(0, items.count - 1)).map { .observation($0) }))
    }
  }

  @Test func anotherFileIsRefusedByName() throws {
    let path = folder.folder + "/track.gpx"
    try Data("<gpx/>".utf8).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: JournalError.self) { _ = try RecordingReader(path: path) }
    #expect(error?.code == .foreign)
    #expect(throws: JournalError.self) { _ = try RecordingReader(path: folder.folder) }
    #expect(throws: JournalError.self) { _ = try RecordingReader(path: folder.folder + "/none") }
    #expect(!RecordingReader.isRecording(Array("<gpx/>".utf8)))
    #expect(RecordingReader.isRecording(RecordingWriter(header).takeBytesForTest()))
  }
}

extension RecordingWriter {
  fileprivate func takeBytesForTest() -> [UInt8] {
    var copy = self
    return copy.takeBytes()
  }
}
