import Glibc

/// A mark beside a journal in which damage was met, `journal.db.suspect`: the next start looks through the whole file, which takes too
/// long to do at every start.
enum Suspicion {
  private static func mark(_ path: String) -> String { path + ".suspect" }

  /// Where the mark can't be made, the damage is met and noted again.
  static func raise(_ path: String, isCertain: Bool = false) {
    let file = open(mark(path), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    // A byte in it says that SQLite's own check won't find it.
    if isCertain { _ = write(file, "!", 1) }
    close(file)
  }

  /// Damage in which SQLite sees nothing wrong: pages that are old, or another's.
  static func certain(_ path: String, _ cause: String) -> JournalError {
    raise(path, isCertain: true)
    return JournalError(
      .damaged, "the journal is damaged; restart the gateway: it sets the file aside and reports what is missing",
      cause: cause, place: path)
  }

  static func clear(_ path: String) { unlink(mark(path)) }

  /// Throws `damaged` when there is a mark and the damage is certain, or SQLite finds it.
  static func examine(_ path: String, _ database: Database) throws(JournalError) {
    guard BrokenFile.exists(mark(path)) else { return }
    var found = "blocks are missing"
    if BrokenFile.size(of: mark(path)) == 0 {
      found = try database.text("PRAGMA quick_check(1)", step: "look for damage") ?? "nothing"
    }
    guard found == "ok" else {
      throw JournalError(.damaged, "the journal is damaged", cause: found, place: path)
    }
    clear(path)
  }
}
