import Model
import Testing

/// The judge must be able to fail: each kind of violation is planted and found.
@Suite struct JudgeTests {
  /// A record as the gateway would send it.
  static func record(_ seq: Int, _ body: String, journal: String = "aaaaaa", late: Bool = false) throws
    -> ReceivedRecord
  {
    let text =
      #"{\#(body),"gateway":"g","journal":"\#(journal)","seq":\#(seq)\#(late ? #","late":true"# : "")}"#
    return try ReceivedRecord(WireValue.parse(Array(text.utf8)), gateway: nil, journal: nil, time: Instant(seconds: 0))
  }

  static func position(_ seq: Int, second: Int, late: Bool = false) throws -> ReceivedRecord {
    try record(seq, positionBody(second), late: late)
  }

  static func positionBody(_ second: Int) -> String {
    #""type":"position","timestamp":"2026-01-01T00:00:\#(second < 10 ? "0" : "")\#(second).000Z","location":{"latitude":46.5,"longitude":6.25}"#
  }

  static func event(_ seq: Int, id: String, state: String? = nil) throws -> ReceivedRecord {
    try record(
      seq, #""type":"event","event":{"id":"\#(id)"\#(state.map { #","state":"\#($0)""# } ?? "")}"#)
  }

  static func milliseconds(_ second: Int) -> Int64 { 1_767_225_600_000 + Int64(second) * 1000 }

  static func drive(_ seconds: ClosedRange<Int>) throws -> [ReceivedRecord] {
    try seconds.map { try position($0, second: $0) }
  }

  @Test func aFaultlessDriveHasNoViolation() throws {
    let judge = Judge(received: try Self.drive(1...20))
    #expect(judge.identityViolations.isEmpty)
    #expect(judge.repeats.isEmpty)
    #expect(judge.holes(upTo: 20).isEmpty)
    #expect(judge.orderViolations(.strict).isEmpty)
    #expect(judge.orderViolations(.liveFirst).isEmpty)
    #expect(try judge.replayViolations(predicted: (1...20).map { "{\(Self.positionBody($0))}" }).isEmpty)
    let fixes = (1...20).map { Judge.Fix(milliseconds: Self.milliseconds($0), time: Instant(seconds: Double($0))) }
    #expect(judge.fixViolations(given: fixes, outages: []).isEmpty)
    let reports = (1...20).map {
      GPSDReport(latitude: 46.5, longitude: 6.25, time: .init(milliseconds: Self.milliseconds($0)))
    }
    #expect(judge.reportViolations(reports).isEmpty)
  }

  @Test func aLostRecordIsFound() throws {
    var records = try Self.drive(1...20)
    records.remove(at: 6)
    let judge = Judge(received: records)
    #expect(judge.holes(upTo: 20) == [.lost(seq: 7)])
    #expect(
      try judge.replayViolations(predicted: (1...20).map { "{\(Self.positionBody($0))}" })
        == [.missing("{\(Self.positionBody(7))}")])
    let reports = (1...20).map {
      GPSDReport(latitude: 46.5, longitude: 6.25, time: .init(milliseconds: Self.milliseconds($0)))
    }
    #expect(judge.reportViolations(reports).count == 1)
  }

  @Test func aLostTailIsFound() throws {
    #expect(Judge(received: try Self.drive(1...19)).holes(upTo: 20) == [.lost(seq: 20)])
    #expect(Judge(received: []).holes(upTo: 1) == [.lost(seq: 1)])
  }

  @Test func anUnknownRecordIsFound() throws {
    let judge = Judge(received: try Self.drive(1...3))
    #expect(
      try judge.replayViolations(predicted: [1, 3].map { "{\(Self.positionBody($0))}" })
        == [.unknown("{\(Self.positionBody(2))}")])
    var fixes = [1, 3].map { Judge.Fix(milliseconds: Self.milliseconds($0), time: Instant(seconds: Double($0))) }
    for index in fixes.indices { fixes[index].latitude = 10 }
    #expect(judge.fixViolations(given: fixes, outages: []).count == 1)
    let reports = [1, 3].map {
      GPSDReport(latitude: 46.5, longitude: 6.25, time: .init(milliseconds: Self.milliseconds($0)))
    }
    #expect(judge.reportViolations(reports).count == 1)
  }

  @Test func oneByteOfDifferenceToTheReplayIsFound() throws {
    let judge = Judge(received: try Self.drive(1...1))
    let line = "{\(Self.positionBody(1).replacing("46.5", with: "46.50"))}"
    #expect(try judge.replayViolations(predicted: [line]).count == 2)
  }

  @Test func aRecordDecidedWithoutAClockIsDatedLater() throws {
    let judge = Judge(received: try Self.drive(1...1))
    func line(_ place: String) -> String {
      #"{"type":"position","engine_time":0.1,"location":{"latitude":\#(place),"longitude":6.25}}"#
    }
    #expect(try judge.replayViolations(predicted: [line("46.5")]).isEmpty)
    #expect(try judge.replayViolations(predicted: [line("46.4")]).count == 2)
  }

  @Test func theReplaysOrderCounts() throws {
    let judge = Judge(received: try Self.drive(1...2))
    #expect(try !judge.replayViolations(predicted: [2, 1].map { "{\(Self.positionBody($0))}" }).isEmpty)
  }

  @Test func aDuplicateEventIdIsFound() throws {
    let judge = Judge(received: try [Self.event(1, id: "E-1"), Self.event(2, id: "E-2"), Self.event(3, id: "E-1")])
    #expect(
      judge.identityViolations == [
        .duplicateEvent(
          "E-1", .init(gateway: "g", journal: "aaaaaa", seq: 1), .init(gateway: "g", journal: "aaaaaa", seq: 3))
      ])
  }

  @Test func anEventAndItsClearingShareAnId() throws {
    let judge = Judge(
      received: try [Self.event(1, id: "E-1", state: "raised"), Self.event(2, id: "E-1", state: "cleared")])
    #expect(judge.identityViolations.isEmpty)
  }

  @Test func aRepeatIsNoDuplicateEventButIsNoticed() throws {
    let judge = Judge(received: try [Self.event(1, id: "E-1"), Self.event(1, id: "E-1")])
    #expect(judge.identityViolations.isEmpty)
    #expect(judge.repeats.count == 1)
  }

  @Test func oneNameWithTwoContentsIsFound() throws {
    let judge = Judge(received: try [Self.position(1, second: 1), Self.position(1, second: 2)])
    #expect(judge.identityViolations.count == 1)
  }

  @Test func oneNumberUnderTwoJournalIdsIsFound() throws {
    let judge = Judge(
      received: try [
        Self.record(1, Self.positionBody(1)), Self.record(1, Self.positionBody(1), journal: "bbbbbb"),
      ])
    #expect(judge.identityViolations == [.numberedTwice(seq: 1)])
  }

  @Test func aReorderedRecordIsFound() throws {
    var records = try Self.drive(1...5)
    records.swapAt(1, 2)
    #expect(Judge(received: records).orderViolations(.strict).count == 1)
    #expect(Judge(received: records).orderViolations(.liveFirst).count == 1)
  }

  @Test func liveRecordsMayOvertakeTheBacklogButNotEachOther() throws {
    let live = try [Self.position(8, second: 8), Self.position(9, second: 9)]
    let late = try [Self.position(1, second: 1, late: true), Self.position(2, second: 2, late: true)]
    let mixed = [live[0], late[0], live[1], late[1]]
    #expect(Judge(received: mixed).orderViolations(.liveFirst).isEmpty)
    #expect(!Judge(received: mixed).orderViolations(.strict).isEmpty)
    #expect(!Judge(received: [live[0], late[1], live[1], late[0]]).orderViolations(.liveFirst).isEmpty)
  }

  @Test func aFixMayBeMissingOnlyWithinAnOutage() throws {
    var records = try Self.drive(1...10)
    records.removeSubrange(3...4)
    let fixes = (1...10).map { Judge.Fix(milliseconds: Self.milliseconds($0), time: Instant(seconds: Double($0))) }
    let judge = Judge(received: records)
    func outage(_ killed: Double, _ ready: Double) -> Judge.Outage {
      .init(killed: Instant(seconds: killed), flush: 1, ready: Instant(seconds: ready))
    }
    #expect(judge.fixViolations(given: fixes, outages: [outage(4.5, 5.5)]).isEmpty)
    #expect(
      judge.fixViolations(given: fixes, outages: [outage(5.5, 6)])
        == [.missingFix(milliseconds: Self.milliseconds(4), at: 3)])
    #expect(judge.fixViolations(given: fixes, outages: []).count == 2)
  }

  @Test func aBusyMachineMayBeLateAboutAKillButNotLoseWhatCameBefore() throws {
    var records = try Self.drive(1...20)
    let fixes = (1...20).map { Judge.Fix(milliseconds: Self.milliseconds($0), time: Instant(seconds: Double($0))) }
    let outage = Judge.Outage.kill(at: Instant(seconds: 10.6), flush: 1, ready: Instant(seconds: 11))
    // 9.1 to 11.75 is the outage; 7 and 8 were on their way, and so were 12 and 13.
    records.removeSubrange(6...12)
    #expect(Judge(received: records).fixViolations(given: fixes, outages: [outage]).isEmpty)
    #expect(Judge(received: records).fixViolations(given: fixes, outages: [outage.onAnIdleMachine]).count == 5)
    // One that is missing before one that came.
    let judge = Judge(received: try records + [Self.position(8, second: 8)])
    #expect(
      judge.fixViolations(given: fixes, outages: [outage])
        == [.missingFix(milliseconds: Self.milliseconds(7), at: 6)])
    // More than a busy machine owes.
    records.removeSubrange(3...5)
    #expect(Judge(received: records).fixViolations(given: fixes, outages: [outage]).count == 3)
  }

  @Test func aLowThatSettlesWhatHasNotComeIsFound() throws {
    let judge = Judge(received: try Self.drive(1...4))
    func batch(_ position: Int, low: Int, head: Int = 4) -> ReceivedBatch {
      .init(position: position, low: ["position": low, "event": 9], head: head)
    }
    #expect(judge.proofViolations([batch(0, low: 0), batch(2, low: 2), batch(4, low: 4)]).isEmpty)
    #expect(judge.proofViolations([batch(2, low: 3)]) == [.settledTooEarly(lane: "position", low: 3, seq: 3)])
    #expect(judge.proofViolations([batch(4, low: 4, head: 3)]) == [.headBehind(3, seq: 4)])
    // A repeat below `low` is no first arrival.
    let again = Judge(received: try Self.drive(1...4) + Self.drive(1...1))
    #expect(again.proofViolations([batch(4, low: 4)]).isEmpty)
  }

  @Test func batchesAreTakenApart() throws {
    let payload =
      #"{"type":"batch","gateway":"g","journal":"j","batch":1,"low":{},"head":2,"messages":[{"type":"position","seq":1},{"type":"reading","seq":2,"late":true,"value":5.0}]}"#
    let message = Subscriber.Message(
      topic: "waypost/g/batch", payload: Array(payload.utf8), isRetained: false, time: .now)
    let records = try ReceivedRecord.records(in: [message])
    #expect(records.map(\.identity.description) == ["j/1", "j/2"])
    #expect(records.map(\.content) == [#"{"type":"position"}"#, #"{"type":"reading","value":5.0}"#])
    #expect(records.map(\.isLate) == [false, true])
    #expect(try ReceivedBatch.batches(in: [message]) == [.init(position: 0, low: [:], head: 2)])
  }

  @Test(arguments: ["", "{", "{}x", #"{"type":"position","seq":1}"#, #"{"a":1,"a":2}"#, "nonsense"])
  func whatAServerCouldNotReadIsAnError(_ payload: String) {
    let message = Subscriber.Message(
      topic: "waypost/g/position", payload: Array(payload.utf8), isRetained: false, time: .now)
    #expect(throws: Failure.self) { try ReceivedRecord.records(in: [message]) }
  }
}
