import Journal
import Model
import Uplinks

/// What there is to read of a journal: the running gateway's, through the one actor that owns it, or that of one that doesn't run.
protocol JournalShelf: Sendable {
  /// A picture of this moment, and the moment.
  func journalStatistics() async throws -> JournalPicture
  func read(_ query: Journal.Query) async throws -> [StoredRecord]
  func cursors(of uplink: String) async -> LaneCursors
  /// A page of dead letters, and where the next one begins.
  func deadLetters(uplink: String?, after position: Int64, limit: Int) async throws -> DeadLetterPage
}

/// How the journal was at a moment.
struct JournalPicture: Sendable {
  var statistics: JournalStatistics
  var now: EngineTime
}

/// Some dead letters, and where the next page begins.
struct DeadLetterPage: Sendable {
  var letters: [DeadLetter]
  var position: Int64
}

extension Pipeline: JournalShelf {
  func journalStatistics() throws -> JournalPicture {
    drain()
    return JournalPicture(statistics: try journal.statistics(), now: clock.time(at: clocks.bootTime()))
  }

  func deadLetters(uplink: String?, after position: Int64, limit: Int) throws -> DeadLetterPage {
    var position = position
    let letters = try journal.deadLetters(uplink: uplink, after: &position, limit: limit)
    return DeadLetterPage(letters: letters, position: position)
  }
}

/// The journal of a gateway that doesn't run, held for as long as this lives, so that none begins meanwhile.
actor ClosedJournal: JournalShelf {
  private let journal: Journal

  init(path: String, limit: Int64) throws { journal = try Journal.look(into: path, limit: limit) }

  /// Lets go of it; nothing can be asked after that.
  func close() { journal.close() }

  func journalStatistics() throws -> JournalPicture {
    JournalPicture(statistics: try journal.statistics(), now: journal.engineTime)
  }

  func read(_ query: Journal.Query) throws -> [StoredRecord] { try journal.read(query) }

  func cursors(of uplink: String) -> LaneCursors { journal.cursors(uplink: uplink) }

  func deadLetters(uplink: String?, after position: Int64, limit: Int) throws -> DeadLetterPage {
    var position = position
    let letters = try journal.deadLetters(uplink: uplink, after: &position, limit: limit)
    return DeadLetterPage(letters: letters, position: position)
  }
}
