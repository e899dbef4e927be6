import Foundation
@testable import Journal
import Model

/// A journal that lives through several boots, each of which ends by a power cut at a random moment, in the middle of a call or between
/// two. At some calls of each boot several cuts are tried and judged, and life goes on behind one of them.
///
/// Judged is: what a call that returned has changed is there, what the one under way was to change is there whole or not at all, nothing
/// else is; ids are new ones unless it was closed cleanly; no name means two things; the start finds no damage; a commit is taken and has
/// the next number.
struct PowerTrial {
  var disk = PowerCut.Disk()
  /// The journal's promise is taken from it: `PRAGMA synchronous=OFF`.
  var isCareless = false
  private(set) var cuts = 0
  private(set) var violations: [String] = []

  private let seed: UInt64
  private var random: SeededGenerator

  static let boots = 3
  private static let callsPerBoot = 12...40
  private static let callsJudged = 4
  private static let cutsPerCall = 3

  init(seed: UInt64) {
    self.seed = seed
    random = SeededGenerator(seed &* 0x2545_f491_4f6c_dd1d)
    disk.hasWholeSectors = seed % 2 == 0
    disk.ordersNames = seed % 3 != 0
  }

  /// What a call may leave behind.
  private struct Judged {
    var call: Int
    var before: JournalView
    var after: JournalView
    var journalID: String
    /// What names have meant that may have left the process before the call.
    var known: [RecordIdentity: Record.Body]
    /// The call closed the journal, and opened it again.
    var mayBeClosed: Bool
  }

  /// The cut behind which life goes on.
  private struct Survivor {
    var files: [String: [UInt8]]
    var view: JournalView
    var known: [RecordIdentity: Record.Body]
    var mayBeClosed: Bool
  }

  mutating func run() throws {
    var files: [String: [UInt8]] = [:]
    var view = JournalView()
    var known: [RecordIdentity: Record.Body] = [:]
    var wasClosed = false
    for boot in 1...Self.boots {
      let trace = try DiskTrace(files: files)
      defer { trace.end() }
      let calls = Int.random(in: Self.callsPerBoot, using: &random)
      // The start is call 0.
      let chosen = Set((0..<Self.callsJudged).map { _ in Int.random(in: 0...calls, using: &random) })
      var judged: [Judged] = []
      var life: JournalLife
      do {
        life = try JournalLife(
          path: trace.folder + "/journal.db", boot: boot, ids: "b\(boot)-", random: SeededGenerator(random.next()),
          state: view.state, known: known)
      } catch {
        violations.append("seed \(seed), boot \(boot): \(error)")
        return
      }
      if isCareless { try life.journal.connection().run("PRAGMA synchronous=OFF", step: "test") }
      trace.noteReturn(of: 0)
      for call in 0...calls {
        let before = chosen.contains(call) && call > 0 ? try JournalView(life.journal) : view
        if chosen.contains(call) { life.note(before) }
        let knownBefore = life.known
        let id = life.journal.journalID
        let connection = life.journal.database
        if call > 0 {
          try life.step()
          if isCareless { try life.journal.connection().run("PRAGMA synchronous=OFF", step: "test") }
          trace.noteReturn(of: call)
        }
        guard chosen.contains(call) else { continue }
        let after = try JournalView(life.journal)
        life.note(after)
        judged.append(
          Judged(
            call: call, before: before, after: after, journalID: id, known: knownBefore,
            mayBeClosed: call == 0 ? wasClosed : life.journal.database !== connection))
      }
      violations += life.violations.map { "seed \(seed), boot \(boot): \($0)" }
      guard let next = try judge(judged, trace, boot: boot) else { return }
      // What came behind the cut never was.
      (known, wasClosed) = (next.known, next.mayBeClosed)
      (files, view) = (next.files, next.view)
    }
  }

  /// Cuts at the calls, and judges; gives what one of the cuts left, and what the journal in it shows.
  private mutating func judge(_ judged: [Judged], _ trace: DiskTrace, boot: Int) throws -> Survivor? {
    var next: Survivor?
    let survivor = judged.randomElement(using: &random)?.call
    var cut = PowerCut(trace.beginning, disk: disk)
    var applied = 0
    for call in judged {
      // From right after the call before to right after this one.
      let start = trace.returns[call.call - 1] ?? 0
      let end = trace.returns[call.call] ?? trace.steps.count
      let places = [end] + (1..<Self.cutsPerCall).map { _ in Int.random(in: start...end, using: &random) }
      for (number, place) in places.sorted().enumerated() {
        for step in trace.steps[applied..<max(applied, place)] { cut.apply(step) }
        applied = max(applied, place)
        let files = cut.remains(&random)
        let note = "seed \(seed), boot \(boot), call \(call.call), cut at \(place) of \(start)…\(end)"
        let view = try judge(files, call, hasReturned: place == end, boot: boot, note)
        if let view, call.call == survivor, number == Self.cutsPerCall - 2 {
          next = Survivor(files: files, view: view, known: call.known, mayBeClosed: call.mayBeClosed)
        }
        cuts += 1
      }
    }
    return next
  }

  private mutating func judge(
    _ files: [String: [UInt8]], _ call: Judged, hasReturned: Bool, boot: Int, _ note: String
  ) throws -> JournalView? {
    let folder = try JournalFolder()
    for (name, bytes) in files { try Data(bytes).write(to: URL(fileURLWithPath: "\(folder.folder)/\(name)")) }
    func fail(_ what: String) { violations.append("\(note): \(what)") }
    do {
      let journal = try folder.open(JournalLife.options(boot: boot + 1, ids: "c\(boot)-"), now: .at(0, trusted: false))
      if let recovery = journal.recovery { fail("taken for damage: \(recovery)") }
      let view = try JournalView(journal)
      let after = call.after.difference(to: view)
      if let after {
        if hasReturned { fail("a call had returned, and is not there: \(after)") }
        let before = call.before.difference(to: view)
        if let before, !hasReturned { fail("neither as before the call (\(before)) nor as after it (\(after))") }
      }
      if !call.mayBeClosed, view.last > 0, journal.journalID == call.journalID {
        fail("the journal's id is the old one")
      }
      var known = call.known
      for record in view.records + (hasReturned ? call.after.records : []) {
        if let body = known[record.identity], body != record.body { fail("\(record.identity) has meant two things") }
        known[record.identity] = record.body
      }
      let numbers = try journal.commit(
        Commit(time: journal.engineTime + .seconds(1), clock: .at(1, trusted: false), records: [.reading(1)]))
      if numbers?.lowerBound != view.last + 1 { fail("the next number is \(String(describing: numbers))") }
      if let identity = try journal.all().last?.identity, known[identity] != nil { fail("\(identity) is given twice") }
      return view
    } catch {
      fail("it doesn't start: \(error)")
      return nil
    }
  }
}
