import Foundation
import Glibc

/// Ports of 127.0.0.1 for servers that are told theirs. Each is given once in a process, and lies outside of the range from which the
/// kernel takes ports for connections: else somebody's connection may have it while a server is away for a moment.
public enum ServerPort {
  private static let lock = NSLock()
  nonisolated(unsafe) private static var last = Int.random(in: all)

  /// Beneath the ephemeral ports, whose usual first is 32768.
  private static let all: ClosedRange<Int> = {
    let range = try? String(contentsOfFile: "/proc/sys/net/ipv4/ip_local_port_range", encoding: .utf8)
    let first = range?.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) } ?? 32_768
    return 10_000...max(20_000, min(first, 32_768) - 1)
  }()

  /// A port on which nobody listens, and which nobody of this process gets again.
  public static func next() -> Int { next(1) }

  /// The first of so many in a row.
  public static func next(_ count: Int) -> Int {
    lock.withLock {
      while true {
        let first = last + count <= all.upperBound ? last + 1 : all.lowerBound
        last = first + count - 1
        if (first...last).allSatisfy(isFree) { return first }
      }
    }
  }

  /// Not even the end of a connection lingers there.
  private static func isFree(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
