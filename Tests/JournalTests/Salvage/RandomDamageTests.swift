import Foundation
@testable import Journal
import Model
import Testing

/// Random damage of database and log: the journal starts every time, gives back what is whole, and tells of the rest.
///
/// `WAYPOST_DAMAGES=N` tries more, `WAYPOST_DAMAGE_SEED=N` one of them again.
@Suite struct RandomDamageTests {
  /// How long a processor has worked for this thread, seconds: what others take of it counts not.
  private static var timeAtWork: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap(Int.init) }

  struct Figures {
    var rounds = 0
    var repaired = 0
    var intact = 0
    var intactBack = 0
    var missing = 0
    var told = 0
    var renamed = 0
    var statesKept = 0
    var recordsBeside = 0
    /// The slowest start, seconds.
    var worst = 0.0
    var starts = 0
  }

  @Test func itStartsEachTimeWithWhatIsWholeAndTellsOfTheRest() throws {
    var figures = Figures()
    var benches: [DamageBench] = []
    for seed in 0..<3 { benches.append(try DamageBench(seed: UInt64(seed), commits: 450)) }
    let seeds = Self.number("WAYPOST_DAMAGE_SEED").map { [$0] } ?? Array(0..<(Self.number("WAYPOST_DAMAGES") ?? 30))
    for seed in seeds { try Self.round(UInt64(seed), benches[seed % benches.count], &figures) }
    print(
      """
      random damage: \(figures.rounds) rounds, \(figures.repaired) repaired, \(figures.starts) starts, \
      \(figures.intactBack) of \(figures.intact) intact records that waited are back, and \(figures.recordsBeside) beside, \
      \(figures.told) of \(figures.missing) missing ones told, \(figures.renamed) renamed, \
      state kept \(figures.statesKept) times, slowest start \(figures.worst) s
      """)
    #expect(figures.intactBack * 100 >= figures.intact * 99)
    #expect(figures.told == figures.missing)
  }

  private static func round(_ seed: UInt64, _ bench: DamageBench, _ figures: inout Figures) throws {
    var random = SeededGenerator(seed &+ 1000)
    var (database, log) = (bench.database, bench.log)
    var struck: [Damage] = []
    for _ in 0..<(Int.random(in: 0..<4, using: &random) == 0 ? 2 : 1) {
      guard log.count > 5000, let damage = Damage.allCases.randomElement(using: &random) else { break }
      damage.strike(&database, &log, &random)
      struck.append(damage)
    }
    let note = Comment("seed \(seed), \(struck)")
    let folder = try JournalFolder()
    try Data(database).write(to: URL(fileURLWithPath: folder.path))
    try Data(log).write(to: URL(fileURLWithPath: folder.path + "-wal"))
    let intact = bench.intact(database: database, log: log).subtracting(bench.settled)

    figures.rounds += 1
    guard let (journal, report) = try start(folder, note, &figures) else { return }
    if report != nil { figures.repaired += 1 }
    let present = try journal.all()
    let old = present.filter { !$0.identity.journal.hasPrefix("new") }
    // Nothing is invented: each record is what was committed under that name.
    for record in old { #expect(bench.records[record.identity.seq] == record, note) }
    let last = journal.lastSequence
    let gaps = present.compactMap { record -> ClosedRange<UInt64>? in
      guard case .gap(let first, let last, _, "repair", _) = record.body else { return nil }
      return first...last
    }
    let own = present.filter { $0.identity.journal.hasPrefix("new") }
    let renamed = own.filter { $0.body == bench.records[$0.identity.seq]?.body }
    figures.renamed += renamed.count
    let numbers = Set(old.map(\.identity.seq)).union(renamed.map(\.identity.seq))

    // What was whole and waited is there.
    let back = intact.intersection(numbers)
    figures.intact += intact.count
    figures.intactBack += back.count
    figures.recordsBeside += numbers.subtracting(intact).subtracting(bench.settled).count
    // What is missing is told once; but for a tail of which nothing is left, which the new name tells.
    let isOwn = Set(own.map(\.identity.seq)).subtracting(renamed.map(\.identity.seq))
    let end = isOwn.min() ?? last + 1
    for seq in bench.records.keys where !numbers.contains(seq) && !bench.settled.contains(seq) && seq < end {
      figures.missing += 1
      let count = gaps.count { $0.contains(seq) }
      if count == 1 { figures.told += 1 }
      #expect(count == 1, "\(note): \(seq) of \(end) is told \(count) times")
    }
    #expect(gaps.allSatisfy { gap in !gap.allSatisfy(numbers.contains) }, note)
    #expect(isOwn.isEmpty || Set(own.map(\.identity.journal)).isDisjoint(with: bench.journalIDs), note)
    if report != nil { #expect(!bench.engineIDs.contains(journal.engineID), note) }

    // Nothing counts as delivered that wasn't, and nothing that waits is passed over.
    for name in DamageBench.uplinks {
      let (now, before) = (journal.cursors(uplink: name), bench.cursors[name] ?? LaneCursors())
      for record in old where !before[record.lane].contains(record.identity.seq) {
        #expect(!now[record.lane].contains(record.identity.seq), "\(note): \(record.identity.seq) is passed over")
      }
    }
    let state = try journal.engineState()
    #expect(bench.states.contains(state), note)
    if !state.isEmpty { figures.statesKept += 1 }
    for action in try journal.openActions() where action.state == .decided {
      let isRepaired = report?.salvaged != nil
      if isRepaired, bench.actions[action.id] != .decided {
        #expect(journal.lastSequence < end + 10, "\(note): action \(action.id) would be done again")
      }
    }
    try check(depths: journal, present, note)
  }

  private static func check(depths journal: Journal, _ present: [StoredRecord], _ note: Comment) throws {
    for uplink in try journal.statistics().uplinks {
      for lane in Lane.allCases {
        let waiting = present.count { $0.lane == lane && !uplink.cursors[lane].contains($0.identity.seq) }
        #expect(uplink.depth[lane] == UInt64(waiting), "\(note): \(uplink.name) \(lane)")
      }
    }
  }

  /// As systemd starts it: again, where damage was met only when the journal was read. Twice is enough, whatever happened.
  private static func start(
    _ folder: JournalFolder, _ note: Comment, _ figures: inout Figures
  ) throws -> (Journal, RecoveryReport?)? {
    var report: RecoveryReport?
    for attempt in 0..<3 {
      do {
        let begin = timeAtWork
        let options = JournalFolder.options(boot: "boot-2", ids: "new\(attempt)\(attempt)")
        let journal = try folder.open(options, now: .at(500 + Double(attempt)))
        let took = timeAtWork - begin
        figures.starts += 1
        figures.worst = max(figures.worst, took)
        #expect(took < 10, note)
        report = journal.recovery ?? report
        if number("WAYPOST_DAMAGE_SEED") != nil { print(note, attempt, journal.recovery?.description ?? "no repair") }
        for name in DamageBench.uplinks { try journal.openCursor(uplink: name, from: .now) }
        // A commit may write where a rotten list of free pages leads it: what that destroys is found by the next look.
        for step in 0..<3 {
          _ = try journal.all()
          let seconds = 600 + Double(attempt) + Double(step) / 10
          try journal.commit(
            Commit(time: .seconds(seconds), clock: .at(seconds), records: [.event("new")]))
        }
        _ = try journal.all()
        return (journal, report)
      } catch let error as JournalError {
        if number("WAYPOST_DAMAGE_SEED") != nil { print(note, attempt, error) }
        #expect(error.code == .damaged, "\(note): \(error)")
      }
    }
    Issue.record("\(note): it doesn't start")
    return nil
  }
}
