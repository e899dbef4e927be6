import Glibc

/// Moves a damaged journal out of the way, next to where it was, so that nothing of it is lost.
enum BrokenFile {
  /// The most that are kept; then the oldest names are used up, and opening fails until somebody looks.
  static let limit = 100

  /// A file without a byte, or a log without its file: SQLite would begin anew without a word, and delete the log.
  static func setAsideEmpty(_ path: String) throws(JournalError) -> RecoveryReport? {
    guard size(of: path) == 0, exists(path) || size(of: path + "-wal") > 0 else { return nil }
    return try setAside(
      path, because: JournalError(.damaged, "", cause: exists(path) ? "it was empty" : "its file was gone", place: path)
    )
  }

  static func setAside(_ path: String, because error: JournalError) throws(JournalError) -> RecoveryReport {
    for number in 1...limit {
      let target = "\(path).broken-\(number)"
      guard !exists(target) else { continue }
      var report = RecoveryReport(
        reason: "the journal was damaged (\(error.cause ?? error.message))", setAside: [], bytes: 0)
      // The log first: without it the database is older, but whole; the other way round a new database would replay a foreign log.
      for suffix in ["-wal", "-shm", "-journal", ""] where exists(path + suffix) {
        let size = size(of: path + suffix)
        guard rename(path + suffix, target + suffix) == 0 else {
          throw JournalError(
            .cannotOpen, "the damaged journal can't be set aside; move it away by hand, and check the folder's owner",
            cause: String(cString: strerror(errno)), place: path + suffix)
        }
        report.setAside.append(target + suffix)
        report.bytes += size
      }
      Suspicion.clear(path)
      return report
    }
    throw JournalError(
      .damaged, "\(limit) damaged journals were set aside already; check the disk, then move them away",
      cause: error.cause, place: path)
  }

  static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  static func size(of path: String) -> Int64 {
    var status = stat()
    return stat(path, &status) == 0 ? Int64(status.st_size) : 0
  }

  /// True for anything that is no regular file: renaming a directory or a device would help nobody.
  static func isOddity(_ path: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return nil
    case S_IFDIR: return "a directory"
    default: return "no regular file"
    }
  }
}
