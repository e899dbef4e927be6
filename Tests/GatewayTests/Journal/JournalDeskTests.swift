import Config
import Foundation
import Journal
import Model
import Synchronization
import Testing
import Uplinks

@testable import Gateway

/// What `waypost journal` is answered, and what becomes of it.
@Suite struct JournalDeskTests {
  /// The lines of an answer, without the reply before and the end behind.
  private static func lines(
    _ ask: (([UInt8]) async throws -> Void) async throws -> Void
  ) async throws -> [JSONNode] {
    var bytes: [UInt8] = []
    try await ask { bytes += $0 }
    var nodes: [JSONNode] = []
    for line in bytes.split(separator: 10) {
      var diagnostics = Diagnostics()
      nodes.append(
        try #require(JSON.parse(SourceFile(path: "line", bytes: Array(line)), diagnostics: &diagnostics)))
    }
    #expect(nodes.first?["ok"]?.content == .boolean(true))
    let end = try #require(nodes.last)
    #expect(end["end"]?.content == .boolean(true))
    let body = Array(nodes.dropFirst().dropLast())
    #expect(end["records"]?.number == Double(body.count { $0["type"]?.string != "batch" }))
    return body
  }

  private static func seqs(_ lines: [JSONNode]) -> [Int] { lines.compactMap { $0["seq"]?.number.map { Int($0) } } }

  private func desk(_ pipeline: Pipeline, kinds: [String: RecordKinds] = [:]) -> JournalDesk {
    JournalDesk(gateway: "truck-005", shelf: pipeline, kinds: kinds)
  }

  /// Twenty readings and two events wait for `central`, and five records more are delivered.
  private func pipeline(_ box: Box) async throws -> Pipeline {
    let pipeline = try await box.open()
    try await pipeline.open(uplink: "central")
    for n in 0..<25 { await pipeline.feed(box.reading(Double(n))) }
    await pipeline.feed(box.fix(metres: 500))
    await pipeline.feed(box.fix(metres: 0))
    await pipeline.flushNow()
    await pipeline.acknowledge("central", LaneCursors(low: 5))
    await pipeline.flushNow()
    return pipeline
  }

  @Test func listShowsTheNewestOrARange() async throws {
    let box = try Box()
    let pipeline = try await pipeline(box)
    let last = Int(await pipeline.head().lastSequence)
    let newest = try await Self.lines { try await desk(pipeline).list(.init(limit: 3), $0) }
    #expect(Self.seqs(newest) == [last - 2, last - 1, last])
    #expect(newest[0]["gateway"]?.string == "truck-005")
    let range = try await Self.lines { try await desk(pipeline).list(.init(from: 3, to: 9, limit: 5), $0) }
    #expect(Self.seqs(range) == [3, 4, 5, 6, 7])
    let waiting = try await Self.lines { try await desk(pipeline).list(.init(uplink: "central", from: 1, to: 9), $0) }
    #expect(Self.seqs(waiting) == [6, 7, 8, 9])
    let positions = try await Self.lines { try await desk(pipeline).list(.init(kinds: ["position"]), $0) }
    #expect(positions.count == 2)
    #expect(positions.allSatisfy { $0["type"]?.string == "position" })
    await #expect(throws: JournalRequest.Malformed.self) {
      try await desk(pipeline).list(.init(kinds: ["nonsense"])) { _ in }
    }
    await #expect(throws: UnknownUplink.self) { try await desk(pipeline).list(.init(uplink: "nobody")) { _ in } }
    let none = try await Self.lines { try await desk(pipeline).list(.init(from: 900), $0) }
    #expect(none.isEmpty)
  }

  /// The newest of a rare kind lie far back.
  @Test func theNewestOfAKindAreFoundBehindThousandsOfOthers() async throws {
    let box = try Box()
    let pipeline = try await box.open()
    await pipeline.feed(box.fix(metres: 900))
    for n in 0..<5000 { await pipeline.feed(box.reading(Double(n))) }
    await pipeline.flushNow()
    let found = try await Self.lines { try await desk(pipeline).list(.init(kinds: ["position"], limit: 1), $0) }
    #expect(found.count == 1)
    let all = try await Self.lines { try await desk(pipeline).list(.init(kinds: ["reading"], limit: 4000), $0) }
    #expect(Self.seqs(all) == Self.seqs(all).sorted())
    #expect(all.count == 4000)
  }

  @Test(arguments: ["usb.jsonl", "usb.jsonl.gz"])
  func whatACourierBringsIsNotSentAgain(name: String) async throws {
    let box = try Box()
    let pipeline = try await pipeline(box)
    let path = box.folder + "/" + name
    let exported = try await Self.export(pipeline, to: path)
    #expect(Self.seqs(exported) == Array(6...Int(await pipeline.head().lastSequence)))
    #expect(exported[0]["export"]?["uplink"]?.string == "central")
    #expect(exported[0]["messages"]?.array?.isEmpty == true)
    #expect(exported[1]["late"]?.content == .boolean(true))
    #expect(FileManager.default.contentsOfDirectory(at: box.folder).allSatisfy { !$0.contains(".part-") })

    // More comes while the courier is on the way.
    await pipeline.feed(box.reading(99))
    await pipeline.flushNow()
    let (carried, records) = try Carried.read(path: path)
    #expect(records == exported.count - 2)
    let result = try await pipeline.settle(carried, kinds: .all)
    #expect(result.settled == UInt64(records))
    #expect(result.waiting == 1)
    let rest = try await Self.lines { try await desk(pipeline).export(.init(uplink: "central"), $0) }
    #expect(rest.count == 3)
    #expect(rest[1]["value"]?.number == 99)
    // Told twice it changes nothing.
    #expect(try await pipeline.settle(carried, kinds: .all).settled == 0)
  }

  private static func export(_ pipeline: Pipeline, to path: String, from: UInt64? = nil) async throws -> [JSONNode] {
    var bytes: [UInt8] = []
    try await JournalDesk(gateway: "truck-005", shelf: pipeline, kinds: [:]).export(
      .init(uplink: "central", from: from)
    ) { bytes += $0 }
    let file = try CourierFile(path: path, replaces: false)
    var lines = AnswerLines()
    let chunk = Array(bytes[(bytes.firstIndex(of: 10)! + 1)...])
    var nodes: [JSONNode] = []
    // In pieces as a socket gives them.
    for start in stride(from: 0, to: chunk.count, by: 777) {
      try lines.take(Array(chunk[start..<min(chunk.count, start + 777)])) { (line) throws(ControlClient.Failure) in
        try file.append(line)
        var diagnostics = Diagnostics()
        if let node = JSON.parse(SourceFile(path: "line", bytes: line), diagnostics: &diagnostics) {
          nodes.append(node)
        }
      }
    }
    try lines.finish()
    #expect(!FileManager.default.fileExists(atPath: path))
    try file.finish()
    return nodes
  }

  @Test func onlyAWholeFileOfThisJournalCounts() async throws {
    let box = try Box()
    let pipeline = try await pipeline(box)
    let path = box.folder + "/usb.jsonl"
    _ = try await Self.export(pipeline, to: path)
    let (carried, _) = try Carried.read(path: path)

    var other = carried
    other.ends[0].journal = "zzzzzz"
    await #expect(throws: JournalError.self) { try await pipeline.settle(other, kinds: .all) }
    var fewer = carried
    fewer.kinds.removeAll { $0 == "reading" }
    await #expect(throws: JournalDesk.Refused.self) { try await pipeline.settle(fewer, kinds: .all) }
    #expect(try await pipeline.settle(fewer, kinds: [RecordKinds(.event)]).waiting == 0)

    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let cut = box.folder + "/cut.jsonl"
    for count in stride(from: 0, to: whole.count, by: 97) {
      try whole.prefix(count).write(to: URL(fileURLWithPath: cut))
      #expect(throws: ControlClient.Failure.self) { try Carried.read(path: cut) }
    }
    // A line that is missing, one too many, and one of another gateway.
    let lines = String(decoding: whole, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    for changed in [
      Array(lines[..<3] + lines[4...]), Array(lines + [lines[2], ""]),
      lines.enumerated().map {
        $0.offset == 2 ? Substring($0.element.replacing("truck-005", with: "truck-006")) : $0.element
      },
      Array(lines[1...]),
    ] {
      try Data(changed.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: cut))
      #expect(throws: ControlClient.Failure.self) { try Carried.read(path: cut) }
    }
  }

  @Test func aDeflatedFileThatIsDamagedIsRefused() async throws {
    let box = try Box()
    let pipeline = try await pipeline(box)
    let path = box.folder + "/usb.jsonl.gz"
    _ = try await Self.export(pipeline, to: path)
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let damaged = box.folder + "/damaged.jsonl.gz"
    var random = SeededGenerator(31)
    for round in 0..<300 {
      var bytes = whole
      if round % 3 == 0 {
        bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
      } else {
        let index = Int.random(in: bytes.indices, using: &random)
        bytes[index] ^= UInt8.random(in: 1...255, using: &random)
      }
      try Data(bytes).write(to: URL(fileURLWithPath: damaged))
      // Bits that pad the deflated bytes mean nothing.
      if let read = try? Carried.read(path: damaged) { #expect(read == (try Carried.read(path: path))) }
    }
    // Any other gzip is told apart from damage.
    try Data([0x1f, 0x8b, 8, 0] + [UInt8](repeating: 0, count: 40)).write(to: URL(fileURLWithPath: damaged))
    #expect { try Carried.read(path: damaged) } throws: { "\($0)".contains("gunzip") }
  }

  @Test func aFileIsThereWholeOrNotAtAll() throws {
    let box = try Box()
    let path = box.folder + "/usb.jsonl"
    do {
      let file = try CourierFile(path: path, replaces: false)
      try file.append(Array("half".utf8))
    }
    #expect(FileManager.default.contentsOfDirectory(at: box.folder).isEmpty)
    // Somebody else's is left alone, also when it came meanwhile.
    do {
      let file = try CourierFile(path: path, replaces: false)
      try file.append(Array("mine".utf8))
      try Data("theirs".utf8).write(to: URL(fileURLWithPath: path))
      #expect(throws: ControlClient.Failure.self) { try file.finish() }
    }
    #expect(throws: ControlClient.Failure.self) { try CourierFile(path: path, replaces: false) }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "theirs")
    let forced = try CourierFile(path: path, replaces: true)
    try forced.append(Array("mine".utf8))
    try forced.finish()
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine\n")
    #expect(throws: ControlClient.Failure.self) { try CourierFile(path: "/nonexistent/usb.jsonl", replaces: false) }
  }

  @Test func deadLettersAreShownRequeuedAndDelivered() async throws {
    let box = try Box()
    let pipeline = try await pipeline(box)
    let journal = await pipeline.head().journal
    for seq: UInt64 in [6, 8] {
      await pipeline.deadLetter("central", RecordIdentity(journal: journal, seq: seq), reason: "no room \(seq)")
    }
    await pipeline.acknowledge("central", LaneCursors(low: 8))
    await pipeline.flushNow()
    box.pass(.seconds(90))
    let shown = try await Self.lines { try await desk(pipeline).dead(nil, $0) }
    #expect(Self.seqs(shown) == [6, 8])
    #expect(shown[0]["reason"]?.string == "no room 6")
    #expect(shown[0]["ago"]?.number == 90)
    #expect(shown[0]["record"]?["seq"]?.number == 6)
    #expect(try await Self.lines { try await desk(pipeline).dead("office", $0) }.isEmpty)

    let before = await pipeline.head().revision
    #expect(try await pipeline.requeue(uplink: "central") { $0 >= 8 }.found == [8])
    #expect(await pipeline.head().revision > before)
    #expect(await pipeline.redelivery(of: "central").letterCount == 1)
    #expect(try await pipeline.requeuedLetters(of: "central", after: 0, limit: 9).map(\.identity.seq) == [8])
    await pipeline.redelivered("central", [RecordIdentity(journal: journal, seq: 8)])
    // Not again, though it isn't committed yet.
    #expect(try await pipeline.requeuedLetters(of: "central", after: 0, limit: 9).isEmpty)
    box.pass(.seconds(6))
    await pipeline.drain()
    #expect(try await Self.lines { try await desk(pipeline).dead(nil, $0) }.map { $0["seq"]?.number } == [6])
    await #expect(throws: UnknownUplink.self) { try await pipeline.requeue(uplink: "office") { _ in true } }
  }

  @Test func aConfiguredUplinkIsOnlyDroppedWhenThatIsSaid() async throws {
    let box = try Box()
    let pipeline = try await pipeline(box)
    await #expect(throws: JournalDesk.Refused.self) { try await pipeline.drop("central", evenConfigured: false) }
    await #expect(throws: UnknownUplink.self) { try await pipeline.drop("nobody", evenConfigured: true) }
    let waiting = try #require(try await pipeline.report().journal.uplinks.first?.depth.total)
    #expect(try await pipeline.drop("central", evenConfigured: true).records.total == waiting)
    // The gap record waits.
    #expect(try await pipeline.report().journal.uplinks.first?.depth.total == 1)
    #expect(try await pipeline.report().journal.drops[.told].total == waiting)
    await pipeline.close(uplinks: ["central"])
    #expect(try await pipeline.drop("central", evenConfigured: false).records.total == 1)
    #expect(try await pipeline.report().journal.uplinks.isEmpty)
  }

  @Test func theSummaryHasWhatThereIs() async throws {
    let box = try Box()
    let pipeline = try await pipeline(box)
    box.pass(.minutes(5))
    var bytes: [UInt8] = []
    try await desk(pipeline).summary { bytes += $0 }
    var diagnostics = Diagnostics()
    let reply = try #require(JSON.parse(SourceFile(path: "reply", bytes: bytes), diagnostics: &diagnostics))
    #expect(reply["journal"]?["first"]?.number == 1)
    #expect((300...301).contains(reply["journal"]?["oldest"]?.number ?? 0))
    let uplink = try #require(reply["uplinks"]?.array?.first)
    #expect(uplink["configured"]?.content == .boolean(true))
    #expect(uplink["lanes"]?["reading"]?["low"]?.number == 5)
    #expect(uplink["lanes"]?["reading"]?["waiting"]?.number == 20)
    #expect((300...301).contains(uplink["oldest_waiting"]?.number ?? 0))
  }
}

extension Pipeline {
  /// As the configuration of this run names it.
  func open(uplink: String) throws { try journal.openCursor(uplink: uplink, from: .oldest) }
}

extension FileManager {
  /// Names of courier files in a box's folder, and of what is left of them.
  fileprivate func contentsOfDirectory(at folder: String) -> [String] {
    ((try? contentsOfDirectory(atPath: folder)) ?? []).filter { $0.contains("jsonl") }
  }
}
