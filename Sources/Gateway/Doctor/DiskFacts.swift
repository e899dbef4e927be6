import Glibc

/// The place where the journal is, as `waypost doctor` sees it.
struct DiskFacts: Sendable {
  var folder: String
  /// What the journal may grow to, bytes.
  var limit: Int64
  /// What it takes already, bytes.
  var used: Int64
  /// What the file system has left for those who aren't root, bytes; `nil`: the folder can't be looked at.
  var free: Int64?
  var freeInodes: Int64?
  var isReadOnly = false
  /// Why the folder can't be looked at.
  var problem: String?

  /// Looks at the folder of the journal.
  /// - Parameter path: the journal's file; it need not be there yet.
  init(path: String, limit: Int64) {
    folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    self.limit = limit
    used = ["", "-wal"].reduce(0) { sum, ending in
      var status = stat()
      return stat(path + ending, &status) == 0 ? sum + Int64(status.st_size) : sum
    }
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else {
      problem = String(cString: strerror(errno))
      return
    }
    free = Int64(
      clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
    // File systems without a table of inodes, as btrfs, say 0 of 0.
    freeInodes = status.f_files == 0 ? nil : Int64(clamping: status.f_favail)
    isReadOnly = status.f_flag & UInt(ST_RDONLY) != 0
  }

  /// - Parameter free: As if the file system had so much left.
  init(folder: String, limit: Int64, used: Int64, free: Int64, freeInodes: Int64? = nil, isReadOnly: Bool = false) {
    self.folder = folder
    self.limit = limit
    self.used = used
    self.free = free
    self.freeInodes = freeInodes
    self.isReadOnly = isReadOnly
  }

  /// SQLite's log beside the journal, and some air.
  static let spare: Int64 = 16_000_000

  var finding: Finding {
    guard let free else {
      return .fault(
        "disk", "the journal's folder \(folder) can't be looked at (\(problem ?? "unknown"))",
        remedy: "create it for the user waypost: `install -d -o waypost -g waypost -m 750 \(folder)`")
    }
    if isReadOnly {
      return .fault(
        "disk", "\(folder) is on a file system that is mounted read-only",
        remedy: "`dmesg` may tell why; a worn-out card is the usual reason")
    }
    if freeInodes == 0 {
      return .fault(
        "disk", "\(folder): no file can be made any more (no inodes)", remedy: "delete files that nobody needs")
    }
    let missing = max(0, limit - used) + Self.spare - free
    let left = "\(Self.megabytes(free)) left at \(folder)"
    guard missing > 0 else {
      return .good("disk", "\(left); the journal takes \(Self.megabytes(used)) of \(Self.megabytes(limit))")
    }
    let text = "\(left), but the journal may still grow by \(Self.megabytes(max(0, limit - used)))"
    let remedy = "make room, or write a smaller `limit` under `journal` in waypost.yaml"
    return free < Self.spare ? .fault("disk", text, remedy: remedy) : .warning("disk", text, remedy: remedy)
  }

  private static func megabytes(_ bytes: Int64) -> String {
    bytes < 10_000_000 ? "\(bytes / 1000) KB" : "\(bytes / 1_000_000) MB"
  }
}
