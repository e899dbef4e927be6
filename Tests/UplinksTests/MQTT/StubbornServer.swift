import Certificates
import Foundation
import Glibc

/// A TCP listener that answers whatever connects as the test says: garbage, silence, or just enough MQTT.
final class StubbornServer: @unchecked Sendable {
  let port: Int
  private let descriptor: Int32

  /// - Parameter serve: gets each connection's socket on a thread of its own and closes nothing; the socket is closed when it returns.
  init(_ serve: @escaping @Sendable (Int32) -> Void) {
    (descriptor, port) = LoopbackPort.bound()
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    listen(descriptor, 16)
    let listener = descriptor
    Thread.detachNewThread {
      while true {
        var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        poll(&entry, 1, -1)
        // Open in a process that another test begins, it would not be closed when it is closed here.
        let connection = Launch.alone {
          let connection = accept(listener, nil, nil)
          guard connection >= 0 else { return -errno }
          _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
          return connection
        }
        if [-EAGAIN, -EINTR, -ECONNABORTED].contains(connection) { continue }
        guard connection >= 0 else { break }
        Thread.detachNewThread {
          serve(connection)
          close(connection)
        }
      }
      close(listener)
    }
  }

  /// The thread that accepts is woken and closes it: by then its number is nobody else's.
  deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// The next MQTT packet, its first byte and its body; `nil` at the end.
  static func packet(_ connection: Int32) -> (first: UInt8, body: [UInt8])? {
    guard let first = bytes(connection, 1) else { return nil }
    var length = 0
    var shift = 0
    while true {
      guard let byte = bytes(connection, 1) else { return nil }
      length |= Int(byte[0] & 127) << shift
      shift += 7
      if byte[0] & 128 == 0 { break }
    }
    guard let body = bytes(connection, length) else { return nil }
    return (first[0], body)
  }

  static func bytes(_ connection: Int32, _ count: Int) -> [UInt8]? {
    var all: [UInt8] = []
    while all.count < count {
      var part = [UInt8](repeating: 0, count: count - all.count)
      let got = read(connection, &part, part.count)
      guard got > 0 else { return nil }
      all += part[..<got]
    }
    return all
  }

  static func send(_ connection: Int32, _ bytes: [UInt8]) {
    _ = Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }
}
