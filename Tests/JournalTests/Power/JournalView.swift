@testable import Journal
import Model

/// All that a journal shows to the outside, to compare it before and after a power cut.
struct JournalView: Equatable {
  var last: UInt64 = 0
  var records: [StoredRecord] = []
  var state: [StateRow] = []
  var actions: [StoredAction] = []
  var uplinks: [JournalStatistics.Uplink] = []
  var letters: [DeadLetter] = []
  var letterCounts = DeadLetterCounts()
  var drops = DropCounts()
  var isRecording = false
  /// Of each part of the recording: its place, kind and checksum.
  var recording: [Part] = []

  struct Part: Equatable {
    var position: UInt64
    var kind: RecordingBlock.Kind
    var checksum: UInt32
  }

  /// Of a journal that isn't there yet.
  init() {}

  init(_ journal: Journal) throws {
    last = journal.lastSequence
    records = try journal.all()
    state = try journal.engineState()
    actions = try journal.openActions()
    let statistics = try journal.statistics()
    uplinks = statistics.uplinks.map { uplink in
      var uplink = uplink
      // What is configured is told at each start.
      uplink.isConfigured = false
      // Goes on in memory with each commit, and is written when the uplink's cursor is.
      uplink.seen = .zero
      return uplink
    }
    letters = try journal.deadLetters(limit: .max)
    letterCounts = statistics.deadLetters
    drops = statistics.drops
    isRecording = journal.isRecording
    let table = RecordingTable(database: try journal.connection())
    var position: UInt64 = 0
    while let (found, block) = try table.next(after: position) {
      guard found > position else { throw JournalError(.damaged, "the recording goes in circles", place: journal.path) }
      position = found
      if let block { recording.append(Part(position: found, kind: block.kind, checksum: block.checksum)) }
    }
  }

  /// What is different in `other`, which a later start has read; `nil` when it is the same.
  func difference(to other: JournalView) -> String? {
    if last != other.last { return "the last number is \(other.last) instead of \(last)" }
    if records != other.records {
      let (mine, theirs) = (Set(records.map(\.identity.seq)), Set(other.records.map(\.identity.seq)))
      return
        "records: \(mine.subtracting(theirs).sorted()) are missing, \(theirs.subtracting(mine).sorted()) are invented, "
        + "\(zip(records, other.records).first { $0 != $1 }.map { "\($0)" } ?? "the rest is the same")"
    }
    if state != other.state { return "the engine's state" }
    if actions != other.actions { return "actions: \(other.actions) instead of \(actions)" }
    if uplinks != other.uplinks { return "cursors: \(other.uplinks) instead of \(uplinks)" }
    if letters != other.letters || letterCounts != other.letterCounts { return "dead letters" }
    if drops != other.drops { return "the counts of what was given up" }
    if isRecording != other.isRecording { return "whether it records: \(other.isRecording)" }
    if Self.observed(recording) != Self.observed(other.recording) || (isRecording && other.recording.isEmpty) {
      return "the recording: \(other.recording.map(\.position)) instead of \(recording.map(\.position))"
    }
    return nil
  }

  /// Without the segments at its end, of which each start with new ids adds one.
  private static func observed(_ recording: [Part]) -> ArraySlice<Part> {
    recording[..<((recording.lastIndex { $0.kind == .observations } ?? -1) + 1)]
  }
}
