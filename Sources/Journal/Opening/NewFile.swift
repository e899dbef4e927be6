import Glibc

/// Makes a journal where there is none: beside its place, as `journal.db.new`, and put there when it is whole and on disk. A power cut in
/// the first second of a box would else leave an empty file, which the next start takes for a journal that was emptied.
enum NewFile {
  static func make(_ path: String, _ options: Journal.Options) throws(JournalError) {
    guard !BrokenFile.exists(path) else { return }
    let target = path + ".new"
    if BrokenFile.exists(target) {
      // Of a start that was cut off; or of another process, which is told then.
      let lock = try RepairLock(target)
      Repair.remove(target)
      lock.release()
    }
    guard Repair.makePrivate(target) else {
      guard errno == EEXIST else { return }  // Opening will say why it can't be made.
      throw JournalError(
        .locked, "another process is making the journal; stop it (systemctl stop waypost)", place: path,
        isRetryable: true)
    }
    do throws(JournalError) {
      let database = try Connection.open(path: target, options: options)
      defer { database.close() }
      try database.run("PRAGMA wal_checkpoint(TRUNCATE)", step: "make the journal")
    } catch {
      Repair.remove(target)
      throw error
    }
    try Repair.sync(target, path)
    guard rename(target, path) == 0 else { throw Repair.failure("the new journal can't be put in place", path) }
    try Repair.syncFolder(path)
  }
}
