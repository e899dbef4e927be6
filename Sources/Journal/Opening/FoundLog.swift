import Glibc

/// The write-ahead log as the last end has left it, looked at before SQLite opens it, which would cut it where it is broken without a word.
enum FoundLog {
  /// - Returns: True where something stands behind its last commit, so that the log has to be begun anew.
  /// - Throws: `damaged` where something that was committed is broken in it.
  static func examine(_ path: String) throws(JournalError) -> Bool {
    // Where it can't be read, opening says why.
    guard let bytes = FileBytes(path: path + "-wal") else { return false }
    let log = WriteAheadLog(bytes, of: FileBytes(path: path) ?? [UInt8]())
    if case .damaged(let what) = log.verdict {
      throw JournalError(
        .damaged, "the journal is damaged; restart the gateway: it sets the file aside and reports what is missing",
        cause: what, place: path)
    }
    // A gateway that was killed may have left its last transaction in the kernel's memory only. It counts from now on, so it must be on disk
    // before another one is: or a power cut could take the first of two.
    guard bytes.sync() else { throw Repair.failure("the journal's log can't be written", path) }
    return log.hasRemains
  }
}
