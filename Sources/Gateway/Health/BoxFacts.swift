import Glibc
import Model

/// What the system tells of the box at this moment; `nil` where it tells nothing.
struct BoxFacts: Hashable, Sendable {
  /// Bytes that this user may still write to the disk that holds the journal.
  var diskFree: UInt64?
  /// Bytes of memory that this process alone has.
  var memory: UInt64?
  /// Bytes of memory that programs could still have.
  var memoryFree: UInt64?
  /// Of the first thermal zone, as a rule the processor, °C.
  var temperature: Double?

  /// Reads a few small files of the kernel: tens of microseconds.
  static func now(journal path: String) -> BoxFacts {
    BoxFacts(
      diskFree: diskFree(path), memory: kilobytes("Private_Dirty:", in: "/proc/self/smaps_rollup"),
      memoryFree: kilobytes("MemAvailable:", in: "/proc/meminfo"),
      temperature: line(of: "/sys/class/thermal/thermal_zone0/temp").flatMap { Double($0) }.map { $0 / 1000 })
  }

  private static func diskFree(_ path: String) -> UInt64? {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return nil }
    let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    return overflow ? .max : bytes
  }

  private static func line(of path: String) -> Substring? { text(of: path)?.split(separator: "\n").first }

  /// A line such as `MemAvailable:    1234 kB` (proc(5)).
  private static func kilobytes(_ name: String, in path: String) -> UInt64? {
    guard let line = text(of: path)?.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
    let words = line.split(separator: " ")
    return words.count >= 2 ? UInt64(words[1]).map { $0 << 10 } : nil
  }

  private static func text(of path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = read(descriptor, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
