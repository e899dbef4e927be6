import CDiskTrace
import Foundation

/// Everything that is done to the files of one folder, in its order: by SQLite and by the journal itself, as the kernel is asked for it.
final class DiskTrace: @unchecked Sendable {
  enum Step {
    /// A new file has this name.
    case create(file: UInt, name: String)
    case write(file: UInt, offset: Int, bytes: [UInt8])
    case truncate(file: UInt, size: Int)
    case sync(file: UInt)
    case rename(name: String, to: String)
    case unlink(name: String)
    case syncFolder
  }

  let folder: String
  /// By name, what was there when it began: the inode and the bytes, all of them on disk.
  let beginning: [String: (file: UInt, bytes: [UInt8])]
  private(set) var steps: [Step] = []
  /// How many steps there were when the test's calls returned, by their numbers.
  private(set) var returns: [Int: Int] = [:]
  private var names: [String: UInt] = [:]

  /// What the layer looks for in a path; such folders only are watched.
  nonisolated(unsafe) private static let mark = UnsafePointer(strdup("/waypost-power-"))
  private static let lock = NSLock()
  nonisolated(unsafe) private static var traces: [String: DiskTrace] = [:]

  /// False where the layer can't stand: under a sanitizer.
  static let isPossible: Bool = {
    guard let mark else { return false }
    return disktrace_watch(mark) { kind, path, other, inode, offset, bytes, count in
      guard let path else { return }
      let data = bytes.map { Array(UnsafeRawBufferPointer(start: $0, count: count)) } ?? []
      DiskTrace.note(kind, String(cString: path), other.map { String(cString: $0) }, UInt(inode), offset, data)
    } != 0
  }()

  /// A folder in memory with these files in it, watched from now on.
  init(files: [String: [UInt8]] = [:]) throws {
    let place = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : "/var/tmp"
    folder = "\(place)/waypost-power-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    var beginning: [String: (file: UInt, bytes: [UInt8])] = [:]
    for (name, bytes) in files {
      try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
      var status = stat()
      guard lstat("\(folder)/\(name)", &status) == 0 else { throw CocoaError(.fileNoSuchFile) }
      beginning[name] = (UInt(status.st_ino), bytes)
      names[name] = UInt(status.st_ino)
    }
    self.beginning = beginning
    let key = folder
    Self.lock.withLock { Self.traces[key] = self }
  }

  /// Ends the watching and deletes the folder.
  func end() {
    Self.lock.withLock { Self.traces[folder] = nil }
    try? FileManager.default.removeItem(atPath: folder)
  }

  func noteReturn(of call: Int) { returns[call] = steps.count }

  private static func note(
    _ kind: disktrace_kind, _ path: String, _ other: String?, _ inode: UInt, _ offset: Int, _ bytes: [UInt8]
  ) {
    let (folder, name) =
      path.lastIndex(of: "/").map { (String(path[..<$0]), String(path[path.index(after: $0)...])) } ?? ("", path)
    let (trace, isFolder) = lock.withLock {
      traces[path].map { ($0, true) } ?? (traces[folder], false)
    }
    trace?.note(kind, isFolder ? nil : name, other?.split(separator: "/").last.map(String.init), inode, offset, bytes)
  }

  private func note(
    _ kind: disktrace_kind, _ name: String?, _ other: String?, _ inode: UInt, _ offset: Int, _ bytes: [UInt8]
  ) {
    guard let name else {
      if kind == DISKTRACE_SYNC { steps.append(.syncFolder) }
      return
    }
    switch kind {
    case DISKTRACE_UNLINK:
      guard names.removeValue(forKey: name) != nil else { return }
      steps.append(.unlink(name: name))
    case DISKTRACE_RENAME:
      guard let other else { return }
      // A file that nothing was written to has shown itself nowhere yet.
      if names[name] == nil { steps.append(.create(file: inode, name: name)) }
      names[name] = nil
      names[other] = inode
      steps.append(.rename(name: name, to: other))
    default:
      // The kernel's word for a file that is open and has no name any more.
      guard !name.hasSuffix(" (deleted)") else { return }
      if names[name] != inode {
        names[name] = inode
        steps.append(.create(file: inode, name: name))
      }
      switch kind {
      case DISKTRACE_WRITE: steps.append(.write(file: inode, offset: offset, bytes: bytes))
      case DISKTRACE_TRUNCATE: steps.append(.truncate(file: inode, size: offset))
      default: steps.append(.sync(file: inode))
      }
    }
  }
}
