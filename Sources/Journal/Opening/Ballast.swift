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

  /// Where it is missing and four times its size is free; on a disk as small as that, a quarter of what is free. Nothing is lost where
  /// that can't be done: it is tried again.
  func lay() {
    let present = BrokenFile.size(of: path)
    guard present != size, let free = Self.freeBytes(beside: path) else { return }
    if free > 4 * size {
      _ = lay(size)
    } else if present == 0, free / 4 >= 4 * Self.smallest {
      _ = lay(free / 4)
    }
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
    // While there is a ballast, a half of that can be had; without one everything but the log's part may be somebody else's in a moment.
    func limit(_ free: Int64) -> Int64 {
      let present = BrokenFile.size(of: path)
      return (present + max(0, free - reserve) + BrokenFile.size(of: ballast.path) / 2) / Schema.pageSize
    }
    let pages = try database.integer("PRAGMA page_count", step: "count pages") ?? 0
    if pages > limit(free) {
      // Pages that are in the log only have no room of their own in the file yet: before anything is given up for them, they get it.
      try database.run("PRAGMA wal_checkpoint(PASSIVE)", step: "empty the log")
    }
    return min(own, limit(Ballast.freeBytes(beside: path) ?? free))
  }

  /// After a commit that found no room: lets the ballast go, and takes what is in the log into the file, so that the log begins anew in
  /// the room that it has. False when that changed nothing.
  func makeDiskRoom() -> Bool {
    let hadBallast = ballast.drop()
    do throws(JournalError) {
      let database = try connection()
      try database.run("PRAGMA wal_checkpoint(RESTART)", step: "empty the log")
      if hadBallast { try takeRoom(database) }
      return true
    } catch {
      return hadBallast
    }
  }

  /// `body`, and once more where the disk had no room for it and some could be made.
  func withDiskRoom<Result>(_ body: () throws(JournalError) -> Result) throws(JournalError) -> Result {
    do throws(JournalError) {
      return try body()
    } catch {
      guard error.code == .full, makeDiskRoom() else { throw error }
      return try body()
    }
  }

  /// Makes file and log as large as they are to be for some time, while the room that the ballast has left is there: whoever has filled the
  /// disk fills that as well, and then neither can grow any more.
  func takeRoom(_ database: Database) throws(JournalError) {
    let state = StateTable(database: database)
    var bytes = Connection.walLimit(options) / 4
    var taken = 0
    while taken < Self.roomRows.count, bytes >= Self.leastRoom {
      do throws(JournalError) {
        // Pages that a transaction takes and gives back aren't written: so rows that go with other ones.
        try database.transaction(step: "take room") { () throws(JournalError) in
          try state.setOwn(StateTable.journalKind, Self.roomRows[taken], [UInt8](repeating: 0, count: Int(bytes)))
        }
        try database.run("PRAGMA wal_checkpoint(RESTART)", step: "take room")
        taken += 1
      } catch {
        guard error.code == .full else { throw error }
        bytes /= 2
      }
    }
    try Self.giveBackRoom(database)
  }

  /// Deletes the rows that took room; what a power cut has left of them, too. One that can't go now, for want of room, goes another time.
  static func giveBackRoom(_ database: Database) throws(JournalError) {
    let state = StateTable(database: database)
    for row in roomRows {
      do throws(JournalError) {
        // At most starts there is none, and the log stays as it is: what it holds may be all that is left of the journal one day.
        guard try state.hasOwnRow(StateTable.journalKind, row) else { continue }
        // Each by itself, so that it takes little of the log.
        try database.transaction(step: "give room back") { () throws(JournalError) in
          try state.remove(StateTable.journalKind, row)
        }
        try database.run("PRAGMA wal_checkpoint(RESTART)", step: "give room back")
      } catch {
        guard error.code == .full else { throw error }
      }
    }
  }

  private static let leastRoom: Int64 = 16 << 10
  static let roomRows = ["room 1", "room 2"]
}
