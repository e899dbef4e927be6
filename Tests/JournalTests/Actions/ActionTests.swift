import Journal
import Model
import Testing

@Suite struct ActionTests {
  private let folder: JournalFolder
  init() throws { folder = try JournalFolder() }

  @Test func anActionGoesFromDecidedToItsEndAndIsOpenUntilThen() throws {
    let journal = try folder.open()
    func apply(_ seconds: Double, _ actions: [ActionChange]) throws {
      try journal.commit(Commit(time: .seconds(seconds), clock: .at(seconds), actions: actions))
    }
    try apply(
      1, [.decide(kind: "write", payload: [1], expires: .seconds(11)), .decide(kind: "run", payload: [], expires: nil)])
    let open = try journal.openActions()
    #expect(open.map(\.kind) == ["write", "run"])
    #expect(open.map(\.expires) == [.seconds(11), nil])
    try apply(2, [.move(id: open[1].id, to: .started, outcome: nil)])
    #expect(try journal.openActions()[1].started == .seconds(2))
    // A kill: what was started stays so, for its executor to call unknown.
    let copy = try folder.crashCopy().open(now: .at(3))
    #expect(try copy.openActions().map(\.state) == [.decided, .started])
    try apply(
      4, [.move(id: open[1].id, to: .failed, outcome: "exit 1"), .move(id: open[0].id, to: .expired, outcome: nil)])
    #expect(try journal.openActions().isEmpty)
    let error = #expect(throws: JournalError.self) { try apply(5, [.move(id: open[0].id, to: .started, outcome: nil)]) }
    #expect(error?.code == .misuse)
  }

  @Test func finishedActionsAreForgottenInTheEndAndTheirIDsNotUsedAgain() throws {
    let journal = try folder.open()
    var last: Int64 = 0
    for n in 0..<12 {
      let batch = (0..<100).map { _ in ActionChange.decide(kind: "run", payload: [], expires: nil) }
      try journal.commit(Commit(time: .seconds(Double(n)), clock: .at(Double(n)), actions: batch))
      let open = try journal.openActions()
      #expect(open.allSatisfy { $0.id > last })
      last = open.last!.id
      try journal.commit(
        Commit(
          time: .seconds(Double(n)), clock: .at(Double(n)),
          actions: open.map { .move(id: $0.id, to: .done, outcome: nil) }))
    }
    #expect(last == 1200)
  }
}
