import CSQLite
import Foundation
import Journal
import Model
import Testing
import Uplinks

@testable import Gateway

/// Commands of servers: each carried out once, whatever happens between it and its answer.
@Suite struct PipelineCommandTests {
  private static let rules = """
    rules:
      - name: door
        on: { command: open_door }
        then:
          - event: { type: door_opened, severity: info, data: { by: trigger.name } }
    """

  private static func command(
    _ name: String, id: String = "c-1", _ arguments: [(String, Value)] = []
  ) throws -> ServerCommand {
    ServerCommand(
      id: try #require(CommandID(text: id)), name: name,
      arguments: arguments.map { CommandArgument(name: $0.0, value: $0.1) })
  }

  private static func json(_ answer: CommandAnswer) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(answer.result ?? Array("{}".utf8))) as? [String: Any])
  }

  private func events(_ pipeline: Pipeline) async throws -> [String] {
    try await pipeline.committed().compactMap { if case .event(let event) = $0.body { event.id } else { nil } }
  }

  @Test func aRulesCommandIsCarriedOutOnceAndItsRepeatGetsTheSameAnswer() async throws {
    let box = try Box()
    let pipeline = try await box.open(rules: Self.rules)
    let first = await pipeline.take(try Self.command("open_door"), from: "central", allowed: .all)
    let ids = try #require(try Self.json(first.answer)["events"] as? [String])
    #expect(first.answer.isOK && ids.count == 1)
    #expect(try await events(pipeline) == ids, "on disk when it is answered")
    #expect(await pipeline.take(try Self.command("open_door"), from: "central", allowed: .all) == first)
    #expect(try await events(pipeline).count == 1)
    // Another uplink's ids are its own, and so is another id.
    #expect(await pipeline.take(try Self.command("open_door"), from: "office", allowed: .all).answer != first.answer)
    _ = await pipeline.take(try Self.command("open_door", id: "c-2"), from: "central", allowed: .all)
    #expect(try await events(pipeline).count == 3)
  }

  @Test func aRepeatAfterAPowerCutIsNotCarriedOutAgain() async throws {
    let box = try Box()
    let pipeline = try await box.open(rules: Self.rules)
    let first = await pipeline.take(try Self.command("open_door"), from: "central", allowed: .all)
    let cut = try Box(powerCut: box)
    let after = try await cut.open(rules: Self.rules)
    #expect(await after.take(try Self.command("open_door"), from: "central", allowed: .all) == first)
    #expect(try await events(after).count == 1)
  }

  @Test func anIdIsRememberedForSevenDays() async throws {
    let box = try Box()
    let pipeline = try await box.open(rules: Self.rules)
    func open(_ id: String = "c-1") async throws -> CommandAnswer {
      await pipeline.take(try Self.command("open_door", id: id), from: "central", allowed: .all).answer
    }
    let first = try await open()
    box.pass(.days(6))
    await pipeline.drain()
    #expect(try await open() == first)
    box.pass(.days(2))
    let other = try await open("c-2")
    let third = try await open()
    #expect(other != first && third != first && third != other)
    #expect(await pipeline.commands.count == 2)
  }

  @Test func theOldestIdsGoWhenThereAreTooMany() async throws {
    var book = CommandBook()
    var rows: [String: StateRow] = [:]
    for number in 0..<2000 {
      let changed = book.note(
        .init(uplink: "central", id: "c-\(number)"), try Self.command("x", id: "c-\(number)"), CommandAnswer(),
        at: EngineTime.zero + .seconds(Double(number)))
      for row in changed { rows[row.name] = row.value == nil ? nil : row }
    }
    #expect(book.count == CommandBook.mostPerUplink && rows.count == CommandBook.mostPerUplink)
    let read = CommandBook(Array(rows.values))
    #expect(read.find(.init(uplink: "central", id: "c-1999"), try Self.command("x")) == .carriedOut)
    #expect(read.find(.init(uplink: "central", id: "c-975"), try Self.command("x")) == .unknown)
    #expect(read.find(.init(uplink: "central", id: "c-976"), try Self.command("x")) == .carriedOut)
  }

  @Test func anIdThatComesWithAnotherCommandIsRefused() async throws {
    let box = try Box()
    let pipeline = try await box.open(rules: Self.rules)
    _ = await pipeline.take(try Self.command("open_door"), from: "central", allowed: .all)
    let other = await pipeline.take(
      try Self.command("resend", [("from", .number(1)), ("to", .number(2))]), from: "central", allowed: .all)
    #expect(other.answer.error?.contains("another command") == true)
  }

  @Test func unknownOnesAreToldWhatThereIs() async throws {
    let box = try Box()
    let pipeline = try await box.open(rules: Self.rules)
    let typo = await pipeline.take(try Self.command("opendoor"), from: "central", allowed: .all).answer
    #expect(typo.error == "there is no command `opendoor`; did you mean `open_door`?")
    #expect(typo.known == ["status", "resend", "requeue", "open_door"])
    let forbidden = await pipeline.take(try Self.command("open_door"), from: "central", allowed: .only(["status"]))
      .answer
    #expect(forbidden.error?.contains("isn't among those that may be given from here") == true)
    #expect(forbidden.known == ["status"])
    #expect(try await events(pipeline).isEmpty)
    // What was refused before anything was done may be given again under the same id.
    #expect(await pipeline.take(try Self.command("open_door"), from: "central", allowed: .all).answer.isOK)
    let arguments = await pipeline.take(
      try Self.command("open_door", id: "c-2", [("wide", .boolean(true))]), from: "central", allowed: .all)
    #expect(arguments.answer.error?.contains("`wide`") == true)
  }

  @Test func onAFullDiskNothingIsDoneAndTheSameIdWorksLater() async throws {
    let box = try Box()
    let pipeline = try await box.open(rules: Self.rules)
    FaultyDisk.shared.fail(box.journalPath, with: SQLITE_FULL)
    let first = await pipeline.take(try Self.command("open_door"), from: "central", allowed: .all).answer
    #expect(first.error?.contains("isn't on disk yet") == true)
    let second = await pipeline.take(try Self.command("open_door", id: "c-2"), from: "central", allowed: .all).answer
    #expect(second.error?.contains("nothing was done") == true)
    #expect(await pipeline.take(try Self.command("open_door"), from: "central", allowed: .all).answer.isOK == false)
    let lost = try Box(powerCut: box)
    FaultyDisk.shared.mend(box.journalPath)
    #expect(await pipeline.take(try Self.command("open_door"), from: "central", allowed: .all).answer.isOK)
    #expect(try await events(pipeline).count == 1)
    #expect(await pipeline.take(try Self.command("open_door", id: "c-2"), from: "central", allowed: .all).answer.isOK)
    #expect(try await events(pipeline).count == 2)
    // A box that lost its power meanwhile knows nothing of it, neither of the command nor of the door.
    let after = try await lost.open(rules: Self.rules)
    #expect(try await events(after).isEmpty)
    #expect(await after.take(try Self.command("open_door"), from: "central", allowed: .all).answer.isOK)
  }

  @Test func deliveredRecordsAreResent() async throws {
    let box = try Box()
    let pipeline = try await box.open(rules: Self.rules)
    try await pipeline.openCursor("central")
    for number in 0..<20 { await pipeline.feed(box.reading(Double(number))) }
    await pipeline.flushNow()
    let head = await pipeline.head().lastSequence
    await pipeline.acknowledge("central", LaneCursors(low: head))
    let resend = try Self.command("resend", [("from", .number(5)), ("to", .number(9))])
    let outcome = await pipeline.take(resend, from: "central", allowed: .all)
    #expect(outcome.answer.isOK, "\(outcome.answer)")
    #expect(try Self.json(outcome.answer)["records"] as? Int == 5)
    #expect(outcome.reopening?.records == 5)
    #expect(await pipeline.cursors(of: "central")[.reading].low == 4)
    #expect(try await pipeline.report().journal.waiting(for: "central")?.total == 5)
    // A repeat is answered, and doesn't send them a third time.
    let repeated = await pipeline.take(resend, from: "central", allowed: .all)
    #expect(repeated.answer == outcome.answer && repeated.reopening == nil)
    let cut = try Box(powerCut: box)
    let after = try await cut.open(rules: Self.rules)
    #expect(await after.cursors(of: "central")[.reading].low == 4)
    #expect(await after.take(resend, from: "central", allowed: .all).answer == outcome.answer)
  }

  @Test func resendThatCannotBeKeptChangesNothing() async throws {
    let box = try Box()
    let pipeline = try await box.open(rules: Self.rules)
    try await pipeline.openCursor("central")
    for number in 0..<20 { await pipeline.feed(box.reading(Double(number))) }
    await pipeline.flushNow()
    await pipeline.acknowledge("central", LaneCursors(low: await pipeline.head().lastSequence))
    await pipeline.flushNow()
    FaultyDisk.shared.fail(box.journalPath, with: SQLITE_FULL)
    let resend = try Self.command("resend", [("from", .number(5)), ("to", .number(9))])
    let failed = await pipeline.take(resend, from: "central", allowed: .all)
    #expect(failed.answer.error != nil && failed.reopening == nil)
    FaultyDisk.shared.mend(box.journalPath)
    box.pass(.seconds(2))
    await pipeline.drain()
    #expect(await pipeline.cursors(of: "central").low >= 20)
    #expect(await pipeline.take(resend, from: "central", allowed: .all).reopening?.records == 5)
  }

  @Test(
    arguments: [
      [("from", Value.number(1))], [("from", .number(2)), ("to", .number(1))],
      [("from", .number(0)), ("to", .number(1))],
      [("from", .number(1.5)), ("to", .number(2))], [("from", .text("1")), ("to", .number(2))],
      [("from", .number(1)), ("to", .number(100_001))], [("from", .number(1)), ("to", .number(1e300))],
      [("from", .number(1)), ("to", .number(2)), ("dry", .boolean(true))], [],
    ] as [[(String, Value)]])
  func resendSaysWhatItTakes(arguments: [(String, Value)]) async throws {
    let box = try Box()
    let pipeline = try await box.open(rules: Self.rules)
    try await pipeline.openCursor("central")
    let answer = await pipeline.take(try Self.command("resend", arguments), from: "central", allowed: .all).answer
    #expect(answer.error?.hasPrefix("`resend` takes") == true, "\(answer)")
  }

  @Test func deadLettersAreRequeuedForTheServerThatAsks() async throws {
    let box = try Box()
    let pipeline = try await box.open(rules: Self.rules)
    for uplink in ["central", "office"] { try await pipeline.openCursor(uplink) }
    for number in 0..<20 { await pipeline.feed(box.reading(Double(number))) }
    await pipeline.flushNow()
    let journal = await pipeline.head().journal
    for seq in [3, 7, 12] as [UInt64] {
      await pipeline.deadLetter("central", RecordIdentity(journal: journal, seq: seq), reason: "no")
    }
    await pipeline.deadLetter("office", RecordIdentity(journal: journal, seq: 3), reason: "no")
    // As an uplink does before it hands over a command.
    for uplink in ["central", "office"] { await pipeline.acknowledge(uplink, LaneCursors(low: 12)) }
    func ask(_ id: String, _ arguments: [(String, Value)] = [], of pipeline: Pipeline) async throws -> CommandAnswer {
      await pipeline.take(try Self.command("requeue", id: id, arguments), from: "central", allowed: .all).answer
    }
    let some = try await ask("c-1", [("from", .number(5)), ("to", .number(12))], of: pipeline)
    #expect(try Self.json(some)["requeued"] as? Int == 2, "\(some)")
    #expect(await pipeline.redelivery(of: "central").letterCount == 2)
    #expect(await pipeline.redelivery(of: "office").letterCount == 0, "another server's")
    let cut = try await Box(powerCut: box).open(rules: Self.rules)
    #expect(await cut.redelivery(of: "central").letterCount == 2, "on disk when it is answered")
    #expect(try await ask("c-1", [("from", .number(5)), ("to", .number(12))], of: cut) == some)
    let all = try await ask("c-2", of: pipeline)
    #expect(try Self.json(all)["requeued"] as? Int == 1)
    #expect(try Self.json(all)["already"] as? Int == 2)
    #expect(try await ask("c-2", of: pipeline) == all, "a repeat has the same answer")
    #expect(try Self.json(try await ask("c-3", of: pipeline))["requeued"] as? Int == 0)
    #expect(try await ask("c-4", [("seq", .number(3))], of: pipeline).error?.hasPrefix("`requeue` takes") == true)
    let elsewhere = await pipeline.take(try Self.command("requeue"), from: "nowhere", allowed: .all).answer
    #expect(elsewhere.error?.contains("no uplink `nowhere`") == true)
  }

  @Test func theDeskGivesACommandWhatAServerMayGiveIt() async throws {
    let box = try Box()
    let pipeline = try await box.open(
      rules: Self.rules.replacing("command: open_door", with: "command: { open_door: { number: number } }")
        .replacing("trigger.name", with: "trigger.args.number"))
    try await pipeline.command("open_door", [CommandArgument(name: "number", value: .number(7))])
    let data = try await pipeline.committed().compactMap { record in
      if case .event(let event) = record.body { "\(event)" } else { nil }
    }
    #expect(data.count == 1 && data[0].contains("number(7"), "\(data)")
    for (name, value, words) in [
      ("number", Value.text("7"), "`number` of `open_door` is a number"), ("seven", .number(7), "and no `seven`"),
    ] {
      await #expect {
        try await pipeline.command("open_door", [CommandArgument(name: name, value: value)])
      } throws: { "\($0)".contains(words) }
    }
    #expect(try await events(pipeline).count == 1)
  }

  @Test func statusIsAnsweredAnewEachTime() async throws {
    let box = try Box()
    let pipeline = try await box.open(rules: Self.rules)
    try await pipeline.openCursor("central")
    let first = await pipeline.take(try Self.command("status"), from: "central", allowed: .only(["status"])).answer
    #expect(try Self.json(first)["version"] as? String == Version.current)
    await pipeline.feed(box.reading(1))
    await pipeline.flushNow()
    #expect(await pipeline.take(try Self.command("status"), from: "central", allowed: .all).answer != first)
    #expect(await pipeline.commands.count == 0)
  }
}

extension Pipeline {
  /// As the configuration would name it.
  func openCursor(_ uplink: String) throws { try journal.openCursor(uplink: uplink, from: .oldest) }
}
