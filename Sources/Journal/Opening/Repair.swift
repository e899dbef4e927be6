import Glibc

// A damaged journal is replaced in these steps, so that a power cut between any two of them loses nothing:
//   1. what can be salvaged is written to `journal.db.salvage`; one that is found at a start was not finished, and is deleted;
//   2. that becomes `journal.db.salvaged`; one that is found at a start is whole, and steps 3 and 4 follow;
//   3. the damaged files are set aside as `journal.db.broken-N`;
//   4. `journal.db.salvaged` becomes `journal.db`.
enum Repair {
  /// What is wrong where the file is empty or gone: SQLite would begin anew without a word.
  static func loss(of path: String) -> String? {
    guard BrokenFile.size(of: path) == 0 else { return nil }
    if BrokenFile.exists(path) { return "it was empty" }
    return BrokenFile.size(of: path + "-wal") > 0 ? "its file was gone" : nil
  }

  /// Goes on with a repair that was interrupted; `nil` when none was.
  static func finish(_ path: String, _ options: Journal.Options) throws(JournalError) -> RecoveryReport? {
    remove(path + ".salvage")
    guard BrokenFile.exists(path + ".salvaged") else { return nil }
    return try replace(path, because: "a repair was interrupted", options, isResumed: true)
  }

  /// Salvages what can be read and puts it in the place of the damaged journal.
  static func run(_ path: String, because cause: String, _ options: Journal.Options) throws(JournalError)
    -> RecoveryReport
  {
    let reason = "the journal was damaged (\(cause))"
    let lock = try RepairLock(path)
    defer { lock.release() }
    let salvage = Salvage(
      database: FileBytes(path: path) ?? [UInt8](), log: FileBytes(path: path + "-wal") ?? [UInt8]())
    guard !salvage.isEmpty else { return try replace(path, because: reason, options) }
    let salvaged: RecoveryReport.Salvaged
    do throws(JournalError) {
      salvaged = try write(salvage, path, options)
    } catch {
      // The disk may be well again later, and nothing has been moved so far. With any other error it would fail each time.
      guard error.code == .damaged || error.code == .misuse else { throw error }
      return try replace(path, because: "\(reason); nothing could be salvaged (\(error))", options)
    }
    var report = try replace(path, because: reason, options)
    report.salvaged = salvaged
    return report
  }

  private static func write(
    _ salvage: Salvage, _ path: String, _ options: Journal.Options
  ) throws(JournalError) -> RecoveryReport.Salvaged {
    let target = path + ".salvage"
    var isSecond = false
    while true {
      remove(target)
      makePrivate(target)
      do throws(JournalError) {
        let salvaged = try SalvageWriter.write(salvage, to: target, options: options)
        try sync(target, path)
        guard rename(target, path + ".salvaged") == 0 else {
          throw failure("the repaired journal can't be put in place", path)
        }
        // Before the damaged files move: one that is found under the first name is deleted.
        try syncFolder(path)
        return salvaged
      } catch {
        remove(target)
        // Once more without what was set aside before: this damage is newer.
        guard error.code == .full, !isSecond else { throw error }
        let isRoom = Ballast(path, options).drop()
        guard !BrokenFile.prune(path, bytes: 0, all: true).isEmpty || isRoom else { throw error }
        isSecond = true
      }
    }
  }

  /// Steps 3 and 4.
  private static func replace(
    _ path: String, because reason: String, _ options: Journal.Options, isResumed: Bool = false
  ) throws(JournalError) -> RecoveryReport {
    var report = try BrokenFile.setAside(path, because: reason, isResumed: isResumed)
    if BrokenFile.exists(path + ".salvaged"), rename(path + ".salvaged", path) != 0 {
      throw failure("the repaired journal can't be put in place", path)
    }
    report.deleted = BrokenFile.prune(path, bytes: options.limit)
    try syncFolder(path)
    return report
  }

  static func sync(_ target: String, _ path: String) throws(JournalError) {
    let file = open(target, O_RDWR | O_CLOEXEC)
    guard file >= 0 else { throw failure("the new journal can't be read back", target) }
    defer { close(file) }
    guard fsync(file) == 0 else { throw failure("the new journal can't be written", target) }
    try syncFolder(path)
  }

  static func syncFolder(_ path: String) throws(JournalError) {
    let folder = open(BrokenFile.split(path).folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw failure("the journal's folder can't be opened", path) }
    defer { close(folder) }
    // Some file systems have nothing to sync of a folder, and say so.
    guard fsync(folder) == 0 || errno == EINVAL else { throw failure("the journal's folder can't be written", path) }
  }

  static func failure(_ message: String, _ path: String) -> JournalError {
    let code: JournalError.Code = errno == ENOSPC ? .full : .inputOutput
    return JournalError(
      code, "\(message); look at the kernel's log (dmesg)", cause: String(cString: strerror(errno)), place: path,
      isRetryable: true)
  }

  static func remove(_ target: String) {
    for suffix in BrokenFile.suffixes { unlink(target + suffix) }
  }

  /// Opens our own files to ourselves again, where only their mode is in the way. False where that isn't ours to do.
  static func makeWritable(_ path: String) -> Bool {
    let files = [path, path + "-wal"].filter(BrokenFile.exists)
    return files.allSatisfy { chmod($0, 0o600) == 0 }
  }

  /// Positions are nobody else's business: made with mode 0600, which SQLite's log inherits. If it can't be made, opening will say why.
  @discardableResult
  static func makePrivate(_ path: String) -> Bool {
    let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { return false }
    close(file)
    return true
  }
}

/// Keeps other processes out while a journal is repaired, by the lock that SQLite takes for writing (its `os_unix.c`: pending byte at
/// 1 GiB, reserved, 510 shared bytes).
final class RepairLock {
  private var file: Int32
  /// Of the open file, not of the process (fcntl(2)); the constant is hidden without _GNU_SOURCE.
  private static let setLock: Int32 = 37

  init(_ path: String) throws(JournalError) {
    file = open(path, O_RDWR | O_CLOEXEC)
    // There is nothing to lock where only a log is left.
    guard file >= 0 else { return }
    var range = flock()
    range.l_type = Int16(F_WRLCK)
    range.l_whence = Int16(SEEK_SET)
    range.l_start = 1 << 30
    range.l_len = 512
    guard fcntl(file, Self.setLock, &range) != 0, errno == EAGAIN || errno == EACCES else { return }
    release()
    throw JournalError(
      .locked,
      "another process has the journal open; stop it (systemctl stop waypost), or ask the running gateway by `waypost status`",
      place: path, isRetryable: true)
  }

  func release() {
    if file >= 0 { close(file) }
    file = -1
  }
}
