import Foundation
@testable import Journal
import Model
import Testing

/// Power fails while a damaged journal is repaired: the next start repairs it, or goes on, and has as much as without the cut.
@Suite(.enabled(if: DiskTrace.isPossible)) struct RepairCutTests {
  private static let options = JournalFolder.options(boot: "boot-2", ids: "new")

  @Test(arguments: 0..<6) func aRepairThatIsCutOffLosesNothing(seed: UInt64) throws {
    let bench = try DamageBench(seed: seed, commits: 90)
    var random = SeededGenerator(seed &+ 77)
    var database = bench.database
    // Its newest pages, so that there is something to salvage and something to tell.
    let rest = database.count / 1024 * 2 / 3 * 1024
    database.replaceSubrange(rest..., with: [UInt8](repeating: 0xa5, count: database.count - rest))
    // And what was written of it lately.
    var log = bench.log
    for index in stride(from: 2000, to: log.count, by: seed % 2 == 0 ? 3000 : 20_000) { log[index] ^= 4 }
    // The mark of damage that was met: SQLite need not find it.
    let trace = try DiskTrace(
      files: ["journal.db": database, "journal.db-wal": log, "journal.db.suspect": Array("!".utf8)])
    defer { trace.end() }
    let journal = try Journal.open(path: trace.folder + "/journal.db", options: Self.options, now: .at(200))
    #expect(try #require(journal.recovery?.salvaged).missing.isEmpty == false)
    let records = try journal.all()
    #expect(!records.isEmpty)

    for place in stride(from: 0, through: trace.steps.count, by: max(1, trace.steps.count / 25)) {
      for ordersNames in [true, false] {
        var cut = PowerCut(trace.beginning, disk: .init(ordersNames: ordersNames))
        for step in trace.steps[..<place] { cut.apply(step) }
        let folder = try JournalFolder()
        let files = cut.remains(&random)
        for (name, bytes) in files { try Data(bytes).write(to: URL(fileURLWithPath: "\(folder.folder)/\(name)")) }
        let next = try folder.open(JournalFolder.options(boot: "boot-3", ids: "nxt"), now: .at(300))
        let note = Comment(
          "cut at \(place) of \(trace.steps.count), left: \(files.mapValues(\.count)), \(next.recovery?.description ?? "no repair")"
        )
        let found = try next.all()
        // The names of those that tell of the loss are of another repair.
        #expect(found.map(\.body) == records.map(\.body), note)
        #expect(found.map(\.identity.seq) == records.map(\.identity.seq), note)
        let last = next.lastSequence
        #expect(try next.commit(.at(301, [.reading(1)]))?.lowerBound == last + 1)
      }
    }
  }
}
