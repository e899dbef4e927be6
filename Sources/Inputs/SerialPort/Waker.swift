import Glibc
import Synchronization

/// Ends the `poll` of an input's thread from another, which has left it something.
final class Waker: Sendable {
  /// Readable once `wake` was called, until `drain`.
  let descriptor: Int32
  private let writer: Int32

  init() throws(DeviceThread.Failure) {
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    if socketpair(AF_UNIX, type, 0, &ends) != 0 { throw DeviceThread.Failure(call: "socketpair", code: errno) }
    descriptor = ends[0]
    writer = ends[1]
  }

  deinit {
    close(descriptor)
    close(writer)
  }

  /// Never blocks: where the buffer is full, the thread has enough to wake up for.
  func wake() {
    var byte: UInt8 = 1
    _ = send(writer, &byte, 1, Int32(MSG_NOSIGNAL))
  }

  func drain() {
    var buffer = [UInt8](repeating: 0, count: 64)
    while recv(descriptor, &buffer, buffer.count, 0) > 0 {}
  }
}
