import Glibc

/// A file beside the journal that keeps a little of the disk's room, `journal.db.ballast`: on a full disk even a DELETE must write to the
/// log first. It is let go when a commit or a start finds no room, and laid again when there is plenty. It stays while the gateway is off:
/// others may fill the disk meanwhile, and the next start needs a log again.
struct Ballast {
  let path: String
  /// Bytes: what the log may grow to.
  let size: Int64

  init(_ journal: String, _ options: Journal.Options) {
    path = journal + ".ballast"
    size = Connection.walLimit(options)
  }

  /// Where it is missing and four times its size is free. Nothing is lost where that can't be done: it is tried again.
  func lay() {
    guard BrokenFile.size(of: path) != size, let free = Self.freeBytes(beside: path), free > 4 * size else { return }
    _ = lay(size)
  }

  /// Where it is missing as the journal is closed: as much of it as there is room for, which is at least what the log has just given back.
  func layWhatFits() {
    guard BrokenFile.size(of: path) == 0 else { return }
    var bytes = size
    while bytes >= Self.smallest, !lay(bytes) { bytes /= 2 }
  }

  /// Less is of no use: it is what the few pages of a start take in the log.
  private static let smallest: Int64 = 1 << 16

  private func lay(_ bytes: Int64) -> Bool {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { return false }
    let isLaid = posix_fallocate(file, 0, off_t(bytes)) == 0
    close(file)
    if !isLaid { unlink(path) }
    return isLaid
  }

  /// True when there was one.
  func drop() -> Bool { unlink(path) == 0 }

  /// What this process may still write to the file system, bytes; `nil` when that can't be told.
  static func freeBytes(beside path: String) -> Int64? {
    var status = statvfs()
    guard statvfs(BrokenFile.split(path).folder, &status) == 0 else { return nil }
    return Int64(
      clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
  }
}

extension Journal {
  /// Pages that the database file may have: by the limit, and on a disk that is nearly full about as many as it has. Then room is made
  /// within the file, which needs none of the disk's.
  func pageLimit(_ database: Database) throws(JournalError) -> Int64 {
    let own = Connection.pageLimit(options)
    guard let free = Ballast.freeBytes(beside: path) else { return own }
    let reserve = Connection.walLimit(options)
    guard free - reserve < options.limit else { return own }
    let pages = try database.integer("PRAGMA page_count", step: "count pages") ?? 0
    // A journal that is small as yet finds room in the ballast, of which the other half is for the log.
    return min(own, max(pages + max(0, free - reserve) / Schema.pageSize, reserve / 2 / Schema.pageSize))
  }

  /// After a commit that found no room: lets the ballast go, and takes what is in the log into the file, so that the log begins anew in
  /// the room that it has. False when that changed nothing.
  func makeDiskRoom() -> Bool {
    let hadBallast = ballast.drop()
    do throws(JournalError) {
      try connection().run("PRAGMA wal_checkpoint(RESTART)", step: "empty the log")
      return true
    } catch {
      return hadBallast
    }
  }
}
