import Foundation
import Glibc

/// What systemd hears: the datagrams of sd_notify(3).
final class NotifySocket: @unchecked Sendable {
  let path: String
  private let descriptor: Int32
  private var heard: [(time: Instant, line: String)] = []

  init(in bench: Bench, name: String) throws {
    path = bench.path(name)
    unlink(path)
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw lastError("socket") }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { throw Failure("too long: \(path)") }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard bound == 0 else { throw lastError("bind \(path)") }
    // A gateway that runs as somebody else speaks up, too.
    chmod(path, 0o777)
    bench.atEnd { [descriptor] in close(descriptor) }
  }

  /// Every assignment heard so far, in order, with the moment it was read.
  var messages: [(time: Instant, line: String)] {
    while let bytes = Socket.read(descriptor), !bytes.isEmpty {
      for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") { heard.append((.now, String(line))) }
    }
    return heard
  }

  func has(_ line: String) -> Bool { messages.contains { $0.line == line } }
}
