import Glibc

/// Moves a damaged journal out of the way, next to where it was, so that nothing of it is lost: `journal.db.broken-N`, its log with it.
enum BrokenFile {
  /// The most damaged journals that are kept beside the newest; the oldest are deleted first.
  static let limit = 4

  static let suffixes = ["-wal", "-shm", "-journal", ""]

  /// - Parameter isResumed: It may have been interrupted when the log was moved already: then the file follows under the same name.
  static func setAside(
    _ path: String, because reason: String, isResumed: Bool = false
  ) throws(JournalError) -> RecoveryReport {
    let last = numbers(of: path).max() ?? 0
    let isHalf = isResumed && exists("\(path).broken-\(last)-wal") && !exists("\(path).broken-\(last)")
    let target = "\(path).broken-\(isHalf && !exists(path + "-wal") ? last : last + 1)"
    var report = RecoveryReport(reason: reason, setAside: [], bytes: 0)
    // The log first: without it the database is older, but whole; the other way round a new database would replay a foreign log.
    for suffix in suffixes where exists(path + suffix) {
      // Not every file system keeps the order of renames over a power cut.
      if suffix.isEmpty, !report.setAside.isEmpty { try Repair.syncFolder(path) }
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

  /// Deletes the oldest of those that were set aside, until they are few enough and take no more than `bytes`; the newest stays, unless
  /// `all` is wanted. Gives what was deleted.
  static func prune(_ path: String, bytes limitBytes: Int64, all: Bool = false) -> [String] {
    var sets = numbers(of: path).sorted().map { number in
      suffixes.map { "\(path).broken-\(number)\($0)" }.filter(exists)
    }
    var deleted: [String] = []
    func total() -> Int64 { sets.joined().reduce(0) { $0 + size(of: $1) } }
    while sets.count > (all ? 0 : 1), all || sets.count > limit + 1 || total() > limitBytes {
      for file in sets.removeFirst() where unlink(file) == 0 { deleted.append(file) }
    }
    return deleted
  }

  /// The numbers in the names of those that were set aside.
  private static func numbers(of path: String) -> Set<Int> {
    let (folder, name) = split(path)
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var numbers: Set<Int> = []
    let prefix = name + ".broken-"
    while let entry = readdir(directory) {
      let file = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      guard file.hasPrefix(prefix) else { continue }
      if let number = Int(file.dropFirst(prefix.count).prefix { $0.isNumber }) { numbers.insert(number) }
    }
    return numbers
  }

  /// The folder and the name in it.
  static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    return (slash == path.startIndex ? "/" : String(path[..<slash]), String(path[path.index(after: slash)...]))
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
