import Foundation
import Glibc

/// What systemd hears: the datagrams of sd_notify(3).
///
/// Read at once, on a thread of its own: the kernel keeps ten of them (`net.unix.max_dgram_qlen`), and who has more to say waits.
final class NotifySocket: @unchecked Sendable {
  let path: String
  private let lock = NSLock()
  /// -1 once it is closed.
  private var descriptor: Int32 = -1
  private var heard: [(time: Instant, line: String)] = []
  private var stopped = false

  init(in bench: Bench, name: String) throws {
    path = bench.path(name)
    unlink(path)
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
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
    self.descriptor = descriptor
    let thread = Thread { [self] in listen() }
    thread.start()
    bench.atEnd { [self] in lock.withLock { stopped = true } }
  }

  private func listen() {
    while !lock.withLock({ stopped }) {
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      poll(&entry, 1, 50)
      lock.withLock { take() }
    }
    lock.withLock {
      close(descriptor)
      descriptor = -1
    }
  }

  /// Reads what is there; under the lock.
  private func take() {
    while descriptor >= 0, let bytes = Socket.read(descriptor), !bytes.isEmpty {
      for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") { heard.append((.now, String(line))) }
    }
  }

  /// Every assignment said so far, in order, with the moment it was read.
  var messages: [(time: Instant, line: String)] {
    lock.withLock {
      take()
      return heard
    }
  }

  func has(_ line: String) -> Bool { messages.contains { $0.line == line } }
}
