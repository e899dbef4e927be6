import Glibc

/// Who has a device file open: what makes reading by hand fail, or worse, mixes two programs' requests on one bus.
public struct PortHolder: Hashable, Sendable {
  public var pid: Int32
  /// The program's name, as `ps` shows it.
  public var name: String

  /// True for the gateway itself.
  public var isGateway: Bool { name == "waypost" }

  /// Those among the processes that may be looked into: all of them for root, one's own for anybody else.
  /// - Parameter processes: Where the kernel tells of processes.
  public static func of(_ path: String, processes: String = "/proc") -> [PortHolder] {
    guard let wanted = resolved(path), let folder = opendir(processes) else { return [] }
    defer { closedir(folder) }
    var found: [PortHolder] = []
    while let entry = readdir(folder), found.count < 16 {
      guard let pid = Int32(name(of: entry)), pid != getpid(), holds(wanted, "\(processes)/\(pid)/fd") else { continue }
      found.append(PortHolder(pid: pid, name: command("\(processes)/\(pid)/comm")))
    }
    return found
  }

  private static func holds(_ wanted: String, _ folder: String) -> Bool {
    guard let directory = opendir(folder) else { return false }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      var target = [CChar](repeating: 0, count: 4096)
      let count = readlink("\(folder)/\(name(of: entry))", &target, target.count - 1)
      if count > 0, String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) == wanted {
        return true
      }
    }
    return false
  }

  private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
    withUnsafeBytes(of: &entry.pointee.d_name) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
  }

  private static func command(_ path: String) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "?" }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)).prefix { $0 != 10 }, as: UTF8.self)
  }

  private static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }
}
