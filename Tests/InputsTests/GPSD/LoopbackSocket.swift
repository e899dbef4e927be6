import Foundation
import Glibc
import Synchronization

struct SocketTrouble: Error, CustomStringConvertible {
  var description: String
  init(_ what: String) { description = "\(what): \(String(cString: strerror(errno)))" }
}

/// A TCP socket on 127.0.0.1 for tests: listening, accepted or connected. Each wait has a limit.
final class LoopbackSocket: @unchecked Sendable {
  let descriptor: Int32
  private var rest: [UInt8] = []

  private init(descriptor: Int32) { self.descriptor = descriptor }
  deinit { close(descriptor) }

  private static func address(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  private static func call(
    _ function: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32, _ descriptor: Int32, _ port: UInt16
  ) -> Int32 {
    var address = address(port)
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        function(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  static func listen(backlog: Int32 = 8) throws -> LoopbackSocket {
    let new = try bound()
    guard Glibc.listen(new.descriptor, backlog) == 0 else { throw SocketTrouble("listen") }
    return new
  }

  // A program that another test starts in this moment gets no copy, which would keep a connection open that is closed here.
  private static let streamType = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)

  private static func bound() throws -> LoopbackSocket {
    let new = LoopbackSocket(descriptor: socket(AF_INET, streamType, 0))
    var on: Int32 = 1
    setsockopt(new.descriptor, SOL_SOCKET, SO_REUSEADDR, &on, 4)
    guard call({ bind($0, $1, $2) }, new.descriptor, 0) == 0 else { throw SocketTrouble("bind") }
    return new
  }

  /// Begins to connect; `wait` says whether it came to something.
  static func connect(port: UInt16, blocking: Bool = true) throws -> LoopbackSocket {
    let type = streamType | (blocking ? 0 : Int32(SOCK_NONBLOCK.rawValue))
    let new = LoopbackSocket(descriptor: socket(AF_INET, type, 0))
    let status = call({ Glibc.connect($0, $1, $2) }, new.descriptor, port)
    if status != 0, blocking || errno != EINPROGRESS { throw SocketTrouble("connect") }
    return new
  }

  /// A port that nobody listens on, for a server that a test starts, and starts again.
  ///
  /// It is kept for that server as long as this process runs: bound, but not listened on. So the kernel gives it to nobody who wants any
  /// port, be it to listen or to connect, and whoever connects is refused; a server that sets SO_REUSEADDR, as all of them do, gets it.
  static func freePort() throws -> UInt16 {
    let socket = try bound()
    kept.withLock { $0.append(socket) }
    return socket.port
  }

  private static let kept = Mutex<[LoopbackSocket]>([])

  var port: UInt16 {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  func isReady(_ events: Int32 = Int32(POLLIN), seconds: Double) -> Bool {
    var poller = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    return poll(&poller, 1, Int32(seconds * 1000)) > 0
  }

  func accept(seconds: Double = 90) throws -> LoopbackSocket {
    guard isReady(seconds: seconds) else { throw SocketTrouble("nobody connected") }
    let accepted = Glibc.accept(descriptor, nil, nil)
    _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
    return LoopbackSocket(descriptor: accepted)
  }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// The next line; `nil` when none comes within the limit, or the connection is closed.
  func line(seconds: Double = 90) -> String? {
    while true {
      if let feed = rest.firstIndex(of: 10) {
        defer { rest.removeSubrange(...feed) }
        return String(decoding: rest[..<feed], as: UTF8.self)
      }
      guard isReady(seconds: seconds) else { return nil }
      var buffer = [UInt8](repeating: 0, count: 65_536)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      rest += buffer[..<count]
    }
  }

  /// True when the other side closes within the limit.
  func isClosedByPeer(seconds: Double = 90) -> Bool {
    while line(seconds: seconds) != nil {}
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) == 0
  }
}
