import Journal
import Model
import Testing

@Suite struct CommitTests {
  static let bodies: [Record.Body] = [
    .position(
      device: "gps",
      Position(
        latitude: -89.999999999, longitude: 180, mode: .twoD, time: Timestamp(milliseconds: 7), altitude: -0.0,
        speed: 13.9, course: 359.9, accuracy: 4.2, hdop: 0.9, eph: 19, satellites: 11)),
    .position(device: "", Position(latitude: 0, longitude: 0)),
    .reading(device: "reefer", metric: "temperature", value: .number(-17.5), unit: "Cel", quality: .good),
    .reading(device: "reefer", metric: "door", value: .boolean(true), unit: nil, quality: .stale),
    .reading(device: "tag", metric: "id", value: .text("é\u{0}"), unit: "", quality: .bad),
    .reading(device: "tag", metric: "id", value: nil, unit: nil, quality: .never),
    .event(
      Event(
        id: "k7f3q2-1", rule: "cold_chain",
        content: .general(
          GeneralEvent(
            type: "cold_chain", severity: .critical, state: .cleared,
            data: [
              .init(key: "temperature", value: .number(.infinity)), .init(key: "who", value: .text("x")),
            ], reason: "reload")))),
    .event(
      Event(
        id: "k7f3q2-2", rule: "site_visit",
        content: .geofence(
          GeofenceEvent(
            kind: .exit, device: "gps", zone: "depot", zoneName: "Downtown Depot", latitude: 1, longitude: -1,
            gap: true)))),
    .event(
      Event(
        id: "k7f3q2-3", rule: "site_visit",
        content: .geofence(
          GeofenceEvent(
            kind: .entry, device: "gps", zone: "depot", zoneName: nil, latitude: 1, longitude: -1, gap: false)))),
    .device(name: "reefer", isUp: false, reason: "timeout"),
    .device(name: "reefer", isUp: true, reason: nil),
    .gap(first: 900, last: .max, count: 51, reason: "limit"),
    .time(boot: "boot-1", utcAtStart: Timestamp(milliseconds: -1)),
  ]

  @Test func everyKindOfRecordComesBackUnchangedAndInOrder() throws {
    let folder = try JournalFolder()
    let journal = try folder.open()
    let records = Self.bodies.enumerated().map {
      Record(
        time: .seconds(Double($0.offset)), timestamp: Timestamp(milliseconds: Int64($0.offset * 7)), body: $0.element)
    }
    #expect(try journal.commit(.at(20, records)) == 1...13)
    let read = try journal.all()
    #expect(read.map(\.body) == Self.bodies)
    #expect(read.map(\.identity.seq) == Array(1...13))
    #expect(read.allSatisfy { $0.identity.journal == journal.journalID })
    #expect(read.map(\.moment) == records.map { .utc($0.timestamp!) })
  }

  @Test func aCommitOfNothingGivesNoNumbers() throws {
    let journal = try JournalFolder().open()
    #expect(try journal.commit(.at(1)) == nil)
    #expect(try journal.commit(.at(100)) == nil)
    #expect(journal.lastSequence == 0)
    #expect(journal.engineTime == .seconds(100))
  }

  @Test func stateRowsAreThereWithTheRecordsOfTheirCommit() throws {
    let folder = try JournalFolder()
    let journal = try folder.open()
    try journal.commit(
      Commit(
        time: .seconds(1), clock: .at(1), records: [.reading(1)],
        state: [
          StateRow(kind: "zone", name: "depot", value: [1]), StateRow(kind: "engine", name: "", value: []),
          StateRow(kind: "rule", name: "x", value: [9]),
        ]))
    try journal.commit(
      Commit(
        time: .seconds(2), clock: .at(2),
        state: [
          StateRow(kind: "zone", name: "depot", value: [2]), StateRow(kind: "rule", name: "x", value: nil),
        ]))
    let copy = try folder.crashCopy().open()
    #expect(
      try copy.engineState() == [
        StateRow(kind: "engine", name: "", value: []), StateRow(kind: "zone", name: "depot", value: [2]),
      ])
    #expect(copy.lastSequence == 1)
  }

  @Test func aLargeCommitIsSplitAndReadAcrossItsBlocks() throws {
    let journal = try JournalFolder().open()
    let records = (0..<20_000).map { Record.reading(Double($0)) }
    #expect(try journal.commit(.at(1, records)) == 1...20_000)
    let read = try journal.read(Journal.Query(range: 100...20_000, limit: 19_000, byteLimit: .max))
    #expect(read.map(\.identity.seq) == Array(100...19_099))
    #expect(read.map(\.body) == records[99..<19_099].map(\.body))
  }

  @Test func readingStopsAtEachBoundOfTheQuery() throws {
    let journal = try JournalFolder().open()
    for n in 0..<10 {
      try journal.commit(
        .at(Double(n), [.event("e\(n)"), .position(Double(n)), .reading(1), .reading(2), .undated()]))
    }
    #expect(try journal.all().count == 50)
    #expect(try journal.all(LaneSet(.event)).map(\.identity.seq) == stride(from: 1, to: 50, by: 5).map { UInt64($0) })
    #expect(
      try journal.read(.init(lanes: LaneSet(.reading), range: 4...14)).map(\.identity.seq) == [4, 8, 9, 13, 14])
    #expect(try journal.read(.init(range: 7...50, limit: 3)).map(\.identity.seq) == [7, 8, 9])
    #expect(try journal.read(.init(range: 7...50, limit: 0)).isEmpty)
    #expect(try journal.read(.init(range: 51...60)).isEmpty)
    #expect(try journal.read(.init(range: 1...50, byteLimit: 1)).count == 1)
    #expect((2..<50).contains(try journal.read(.init(range: 1...50, byteLimit: 200)).count))
  }

  @Test func whatTheJournalHoldsSurvivesItsProcess() throws {
    let folder = try JournalFolder()
    let journal = try folder.open()
    for n in 0..<100 { try journal.commit(.at(Double(n), [.position(1), .reading(Double(n))])) }
    let before = try journal.all()
    // Opened again from what a kill leaves: nothing was closed.
    let copy = try folder.crashCopy().open(JournalFolder.options(ids: "bbbbb"), now: .at(200))
    #expect(try copy.all() == before)
    #expect(copy.journalID == journal.journalID)
    #expect(copy.engineID == journal.engineID)
    #expect(try copy.commit(.at(201, [.reading(1)])) == 201...201)
  }

  @Test func aRecordTooLargeIsGivenUpAndToldInsteadOfBlockingTheRest() throws {
    let journal = try JournalFolder().open()
    let huge = Record(
      time: .seconds(1), timestamp: Timestamp(seconds: 1),
      body: .reading(
        device: "a", metric: "b", value: .text(String(repeating: "x", count: 300_000)), unit: nil, quality: .good))
    #expect(try journal.commit(.at(1, [.reading(1), huge, .reading(2)])) == 1...4)
    let read = try journal.all()
    #expect(read.map(\.identity.seq) == [1, 3, 4])
    #expect(read.last?.body == .gap(first: 2, last: 2, count: 1, reason: "size"))
    #expect(try journal.statistics().drops[.size][.reading] == 1)
  }

  @Test func stateKindsOfTheJournalItselfAreRefused() throws {
    let journal = try JournalFolder().open()
    let error = #expect(throws: JournalError.self) {
      try journal.commit(
        Commit(
          time: .seconds(1), clock: .at(1), records: [.reading(1)],
          state: [StateRow(kind: ".journal", name: "head", value: [])]))
    }
    #expect(error?.code == .misuse)
    #expect(journal.lastSequence == 0)
    #expect(try journal.commit(.at(1, [.reading(1)])) == 1...1)
  }
}
